-- What few of a tenant's customers are is found without reading all of them.
CREATE INDEX customers_by_status ON customers (tenant_id, status);
CREATE INDEX customers_by_type ON customers (tenant_id, type);
CREATE INDEX customers_by_region ON customers (tenant_id, region_key);
