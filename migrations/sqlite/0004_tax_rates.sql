-- Tax rates. `rate_millionths` is the percentage times 10,000: 8.25 % is 82,500.
CREATE TABLE tax_rates (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    rate_millionths BIGINT NOT NULL CHECK (rate_millionths BETWEEN 0 AND 999999),
    is_default    BOOLEAN NOT NULL,
    code          TEXT,
    jurisdiction  TEXT,
    archived_at   DATETIME,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX tax_rates_by_update ON tax_rates (tenant_id, updated_at, id);
CREATE INDEX tax_rates_by_creation ON tax_rates (tenant_id, created_at, id);
CREATE INDEX tax_rates_by_name ON tax_rates (tenant_id, name_key, id);
CREATE UNIQUE INDEX tax_rates_one_default ON tax_rates (tenant_id) WHERE is_default;
