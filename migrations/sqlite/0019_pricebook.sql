-- What a line keeps of the moment it was written: the rate that taxed it, whether that was a default's (a draft follows
-- the default, an issued document does not), and a bundle's components. `optional` and `selected` are for quotes alone.
-- No tax rate could be made before this, so no line has one to be told of.
ALTER TABLE job_lines ADD COLUMN tax_rate_default BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE job_lines ADD COLUMN tax_rate_name TEXT;
ALTER TABLE job_lines ADD COLUMN tax_rate_millionths BIGINT;
ALTER TABLE job_lines ADD COLUMN components TEXT;
ALTER TABLE job_lines ADD COLUMN optional BOOLEAN;
ALTER TABLE job_lines ADD COLUMN selected BOOLEAN;

-- `price_key` is what an item costs: its unit_price, else the sum of its components; the largest value for a discount.
ALTER TABLE catalog_items ADD COLUMN price_key BIGINT NOT NULL DEFAULT 0;
CREATE INDEX catalog_items_by_price ON catalog_items (tenant_id, price_key, id);
CREATE INDEX catalog_components_by_item ON catalog_components (tenant_id, catalog_item_id);
