-- People at a customer.
CREATE TABLE contacts (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    customer_id   TEXT NOT NULL,
    first_name    TEXT,
    last_name     TEXT,
    name_key      TEXT NOT NULL,
    role          TEXT,
    email         TEXT,
    phone         TEXT,
    phone_e164    TEXT,
    sms_enabled   BOOLEAN NOT NULL,
    is_primary    BOOLEAN NOT NULL,
    is_billing    BOOLEAN NOT NULL,
    archived_at   DATETIME,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE INDEX contacts_by_customer ON contacts (tenant_id, customer_id, name_key, id);
CREATE INDEX contacts_by_name ON contacts (tenant_id, name_key, id);
CREATE INDEX contacts_by_update ON contacts (tenant_id, updated_at, id);
CREATE INDEX contacts_by_creation ON contacts (tenant_id, created_at, id);
CREATE UNIQUE INDEX contacts_one_primary ON contacts (tenant_id, customer_id) WHERE is_primary;
