-- One library of tags per account; customers, locations and jobs carry them.
CREATE TABLE tags (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    name          TEXT NOT NULL,
    name_key      TEXT COLLATE "C" NOT NULL,
    color         TEXT NOT NULL,
    usage_count   BIGINT NOT NULL CHECK (usage_count >= 0),
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tags_by_name ON tags (tenant_id, name_key);
CREATE INDEX tags_by_usage ON tags (tenant_id, usage_count, id);
CREATE INDEX tags_by_update ON tags (tenant_id, updated_at, id);
CREATE INDEX tags_by_creation ON tags (tenant_id, created_at, id);
SELECT protect_tenant_rows('tags');
