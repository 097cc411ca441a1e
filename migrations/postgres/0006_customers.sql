-- Customers: people and companies that the business works for.
-- `name_key` and the other keys are folded for ordering and matching; `balance` moves with invoices and payments.
CREATE TABLE customers (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    number        BIGINT NOT NULL,
    type          TEXT NOT NULL CHECK (type IN ('individual', 'company')),
    first_name    TEXT,
    last_name     TEXT,
    company_name  TEXT,
    display_name  TEXT NOT NULL,
    name_key      TEXT COLLATE "C" NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'archived')),
    email         TEXT,
    email_key     TEXT COLLATE "C",
    phone         TEXT,
    phone_e164    TEXT COLLATE "C",
    phones        JSONB NOT NULL,
    billing_line1 TEXT,
    billing_line2 TEXT,
    billing_city  TEXT,
    billing_region TEXT,
    billing_postal_code TEXT,
    billing_country TEXT,
    city_key      TEXT COLLATE "C",
    region_key    TEXT COLLATE "C",
    postal_key    TEXT COLLATE "C",
    vip           BOOLEAN NOT NULL,
    do_not_contact BOOLEAN NOT NULL,
    source        TEXT,
    language      TEXT,
    tax_exempt    BOOLEAN NOT NULL,
    tax_exempt_number TEXT,
    default_tax_rate_id TEXT COLLATE "C",
    payment_terms_days BIGINT CHECK (payment_terms_days BETWEEN 0 AND 180),
    balance       BIGINT NOT NULL,
    archived_at   TIMESTAMPTZ,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK ((status = 'archived') = (archived_at IS NOT NULL)),
    FOREIGN KEY (tenant_id, default_tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE INDEX customers_by_name ON customers (tenant_id, name_key, id);
CREATE INDEX customers_by_update ON customers (tenant_id, updated_at, id);
CREATE INDEX customers_by_creation ON customers (tenant_id, created_at, id);
CREATE INDEX customers_by_balance ON customers (tenant_id, balance, id);
CREATE INDEX customers_by_city ON customers (tenant_id, city_key);
CREATE INDEX customers_by_postal_code ON customers (tenant_id, postal_key);
CREATE INDEX customers_by_email ON customers (tenant_id, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX customers_by_phone ON customers (tenant_id, phone_e164) WHERE phone_e164 IS NOT NULL;

CREATE TABLE customer_tags (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    tag_id      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, tag_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tags (tenant_id, id)
);
CREATE INDEX customer_tags_by_tag ON customer_tags (tenant_id, tag_id, customer_id);
SELECT protect_tenant_rows('customers');
SELECT protect_tenant_rows('customer_tags');
