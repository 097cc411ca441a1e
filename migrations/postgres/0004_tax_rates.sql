-- Tax rates. `rate_millionths` is the percentage times 10,000: 8.25 % is 82,500.
CREATE TABLE tax_rates (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    name          TEXT NOT NULL,
    name_key      TEXT COLLATE "C" NOT NULL,
    rate_millionths BIGINT NOT NULL CHECK (rate_millionths BETWEEN 0 AND 999999),
    is_default    BOOLEAN NOT NULL,
    code          TEXT,
    jurisdiction  TEXT,
    archived_at   TIMESTAMPTZ,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX tax_rates_by_update ON tax_rates (tenant_id, updated_at, id);
CREATE INDEX tax_rates_by_creation ON tax_rates (tenant_id, created_at, id);
CREATE INDEX tax_rates_by_name ON tax_rates (tenant_id, name_key, id);
CREATE UNIQUE INDEX tax_rates_one_default ON tax_rates (tenant_id) WHERE is_default;
SELECT protect_tenant_rows('tax_rates');
