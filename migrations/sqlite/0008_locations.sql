-- Service addresses.
CREATE TABLE locations (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    customer_id   TEXT NOT NULL,
    name          TEXT,
    name_key      TEXT NOT NULL,
    line1         TEXT NOT NULL,
    line2         TEXT,
    city          TEXT,
    region        TEXT,
    postal_code   TEXT,
    country       TEXT NOT NULL,
    time_zone     TEXT,
    access_notes  TEXT,
    gate_code     TEXT,
    default_tax_rate_id TEXT,
    contact_id    TEXT,
    is_primary    BOOLEAN NOT NULL,
    archived_at   DATETIME,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, default_tax_rate_id) REFERENCES tax_rates (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX locations_by_customer ON locations (tenant_id, customer_id, id);
CREATE INDEX locations_by_name ON locations (tenant_id, name_key, id);
CREATE INDEX locations_by_update ON locations (tenant_id, updated_at, id);
CREATE INDEX locations_by_creation ON locations (tenant_id, created_at, id);
CREATE UNIQUE INDEX locations_one_primary ON locations (tenant_id, customer_id) WHERE is_primary;

CREATE TABLE contact_locations (
    tenant_id   TEXT NOT NULL,
    contact_id  TEXT NOT NULL,
    location_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, location_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id)
);

CREATE TABLE location_tags (
    tenant_id   TEXT NOT NULL,
    location_id TEXT NOT NULL,
    tag_id      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, location_id, tag_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tags (tenant_id, id)
);
CREATE INDEX location_tags_by_tag ON location_tags (tenant_id, tag_id, location_id);
