-- People at a customer.
CREATE TABLE contacts (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    customer_id   TEXT COLLATE "C" NOT NULL,
    first_name    TEXT,
    last_name     TEXT,
    name_key      TEXT COLLATE "C" NOT NULL,
    role          TEXT,
    email         TEXT,
    phone         TEXT,
    phone_e164    TEXT COLLATE "C",
    sms_enabled   BOOLEAN NOT NULL,
    is_primary    BOOLEAN NOT NULL,
    is_billing    BOOLEAN NOT NULL,
    archived_at   TIMESTAMPTZ,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE INDEX contacts_by_customer ON contacts (tenant_id, customer_id, name_key, id);
CREATE INDEX contacts_by_name ON contacts (tenant_id, name_key, id);
CREATE INDEX contacts_by_update ON contacts (tenant_id, updated_at, id);
CREATE INDEX contacts_by_creation ON contacts (tenant_id, created_at, id);
CREATE UNIQUE INDEX contacts_one_primary ON contacts (tenant_id, customer_id) WHERE is_primary;
SELECT protect_tenant_rows('contacts');
