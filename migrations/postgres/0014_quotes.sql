-- Quotes: what work would cost, and what the customer said to it.
-- `valid_key` is valid_until in days since 1970, the largest value for none; `title_key` is the folded title.
-- `customer_name` and `billing_address` are copied when a quote leaves draft: a sent quote reads as it was sent.
-- What a quote became is told by the job and the invoice that name it.
CREATE TABLE quotes (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    number        BIGINT NOT NULL,
    title         TEXT NOT NULL,
    title_key     TEXT COLLATE "C" NOT NULL,
    customer_id   TEXT COLLATE "C" NOT NULL,
    customer_name TEXT,
    billing_address JSONB,
    location_id   TEXT COLLATE "C",
    status        TEXT NOT NULL CHECK (status IN ('draft', 'sent', 'accepted', 'declined')),
    discount_type TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value BIGINT,
    default_tax_rate_id TEXT COLLATE "C",
    currency      TEXT NOT NULL,
    tax_rounding  TEXT NOT NULL,
    subtotal      BIGINT NOT NULL,
    discount_total BIGINT NOT NULL,
    tax_total     BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    valid_until   DATE,
    valid_key     BIGINT NOT NULL,
    terms         TEXT,
    message       TEXT,
    sent_at       TIMESTAMPTZ,
    decided_at    TIMESTAMPTZ,
    decline_reason TEXT,
    revision      BIGINT NOT NULL,
    archived_at   TIMESTAMPTZ,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id),
    FOREIGN KEY (tenant_id, default_tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE INDEX quotes_by_update ON quotes (tenant_id, updated_at, id);
CREATE INDEX quotes_by_creation ON quotes (tenant_id, created_at, id);
CREATE INDEX quotes_by_validity ON quotes (tenant_id, valid_key, id);
CREATE INDEX quotes_by_total ON quotes (tenant_id, total, id);
CREATE INDEX quotes_by_customer ON quotes (tenant_id, customer_id, created_at, id);
CREATE INDEX quotes_by_location ON quotes (tenant_id, location_id) WHERE location_id IS NOT NULL;
CREATE INDEX quotes_by_status ON quotes (tenant_id, status, created_at, id);

CREATE TABLE quote_lines (
    tenant_id       TEXT COLLATE "C" NOT NULL,
    quote_id        TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    catalog_item_id TEXT COLLATE "C",
    kind            TEXT NOT NULL,
    description     TEXT NOT NULL,
    quantity        BIGINT NOT NULL,
    unit            TEXT,
    unit_price      BIGINT NOT NULL,
    taxable         BOOLEAN NOT NULL,
    tax_rate_id     TEXT COLLATE "C",
    tax_rate_none   BOOLEAN NOT NULL,
    discount_type   TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value  BIGINT,
    amount          BIGINT NOT NULL,
    discount_amount BIGINT NOT NULL,
    tax_amount      BIGINT NOT NULL,
    total           BIGINT NOT NULL,
    optional        BOOLEAN NOT NULL DEFAULT FALSE,
    selected        BOOLEAN NOT NULL DEFAULT TRUE,
    tax_rate_name   TEXT,
    tax_rate_millionths BIGINT,
    components      JSONB,
    PRIMARY KEY (tenant_id, quote_id, position),
    FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id),
    FOREIGN KEY (tenant_id, catalog_item_id) REFERENCES catalog_items (tenant_id, id),
    FOREIGN KEY (tenant_id, tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE UNIQUE INDEX quote_lines_by_id ON quote_lines (tenant_id, id);
SELECT protect_tenant_rows('quotes');
SELECT protect_tenant_rows('quote_lines');
