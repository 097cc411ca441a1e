-- The answers of writes made under an idempotency key, kept for a day.
CREATE TABLE idempotency (
    tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    repeater   TEXT NOT NULL,
    tool       TEXT NOT NULL,
    key        TEXT NOT NULL,
    arguments  TEXT NOT NULL,
    answer     TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, repeater, tool, key)
);
CREATE INDEX idempotency_by_time ON idempotency (created_at);
SELECT protect_tenant_rows('idempotency');
