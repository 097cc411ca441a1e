-- The pricebook: categories and items.
CREATE TABLE catalog_categories (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    parent_id     TEXT,
    sort_order    BIGINT NOT NULL,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES catalog_categories (tenant_id, id)
);
CREATE UNIQUE INDEX catalog_categories_by_parent ON catalog_categories (tenant_id, COALESCE(parent_id, ''), name_key);
CREATE INDEX catalog_categories_by_order ON catalog_categories (tenant_id, sort_order, name_key, id);
CREATE INDEX catalog_categories_by_update ON catalog_categories (tenant_id, updated_at, id);
CREATE INDEX catalog_categories_by_creation ON catalog_categories (tenant_id, created_at, id);

CREATE TABLE catalog_items (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('service', 'product', 'labor', 'fee', 'bundle', 'discount')),
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    sku           TEXT,
    sku_key       TEXT NOT NULL,
    description   TEXT,
    category_id   TEXT,
    unit          TEXT,
    unit_price    BIGINT,
    discount_type TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value BIGINT,
    taxable       BOOLEAN NOT NULL,
    tax_rate_id   TEXT,
    duration_minutes BIGINT,
    cost          BIGINT,
    markup_millionths BIGINT,
    archived_at   DATETIME,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, category_id) REFERENCES catalog_categories (tenant_id, id),
    FOREIGN KEY (tenant_id, tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE INDEX catalog_items_by_name ON catalog_items (tenant_id, name_key, id);
CREATE INDEX catalog_items_by_sku ON catalog_items (tenant_id, sku_key, id);
CREATE UNIQUE INDEX catalog_items_one_sku ON catalog_items (tenant_id, sku_key) WHERE archived_at IS NULL AND sku IS NOT NULL;
CREATE INDEX catalog_items_by_update ON catalog_items (tenant_id, updated_at, id);
CREATE INDEX catalog_items_by_creation ON catalog_items (tenant_id, created_at, id);
CREATE INDEX catalog_items_by_category ON catalog_items (tenant_id, category_id, id);

CREATE TABLE catalog_components (
    tenant_id       TEXT NOT NULL,
    bundle_id       TEXT NOT NULL,
    position        BIGINT NOT NULL,
    catalog_item_id TEXT NOT NULL,
    quantity        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, bundle_id, position),
    FOREIGN KEY (tenant_id, bundle_id) REFERENCES catalog_items (tenant_id, id),
    FOREIGN KEY (tenant_id, catalog_item_id) REFERENCES catalog_items (tenant_id, id)
);
