-- The pricebook: categories and items.
CREATE TABLE catalog_categories (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    name          TEXT NOT NULL,
    name_key      TEXT COLLATE "C" NOT NULL,
    parent_id     TEXT COLLATE "C",
    sort_order    BIGINT NOT NULL,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES catalog_categories (tenant_id, id)
);
CREATE UNIQUE INDEX catalog_categories_by_parent ON catalog_categories (tenant_id, COALESCE(parent_id, ''), name_key);
CREATE INDEX catalog_categories_by_order ON catalog_categories (tenant_id, sort_order, name_key, id);
CREATE INDEX catalog_categories_by_update ON catalog_categories (tenant_id, updated_at, id);
CREATE INDEX catalog_categories_by_creation ON catalog_categories (tenant_id, created_at, id);

CREATE TABLE catalog_items (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('service', 'product', 'labor', 'fee', 'bundle', 'discount')),
    name          TEXT NOT NULL,
    name_key      TEXT COLLATE "C" NOT NULL,
    sku           TEXT,
    sku_key       TEXT COLLATE "C" NOT NULL,
    description   TEXT,
    category_id   TEXT COLLATE "C",
    unit          TEXT,
    unit_price    BIGINT,
    discount_type TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value BIGINT,
    taxable       BOOLEAN NOT NULL,
    tax_rate_id   TEXT COLLATE "C",
    duration_minutes BIGINT,
    cost          BIGINT,
    markup_millionths BIGINT,
    archived_at   TIMESTAMPTZ,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
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
    tenant_id       TEXT COLLATE "C" NOT NULL,
    bundle_id       TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    catalog_item_id TEXT COLLATE "C" NOT NULL,
    quantity        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, bundle_id, position),
    FOREIGN KEY (tenant_id, bundle_id) REFERENCES catalog_items (tenant_id, id),
    FOREIGN KEY (tenant_id, catalog_item_id) REFERENCES catalog_items (tenant_id, id)
);
SELECT protect_tenant_rows('catalog_categories');
SELECT protect_tenant_rows('catalog_items');
SELECT protect_tenant_rows('catalog_components');
