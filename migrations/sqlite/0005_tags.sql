-- One library of tags per account; customers, locations and jobs carry them.
CREATE TABLE tags (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    color         TEXT NOT NULL,
    usage_count   BIGINT NOT NULL CHECK (usage_count >= 0),
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tags_by_name ON tags (tenant_id, name_key);
CREATE INDEX tags_by_usage ON tags (tenant_id, usage_count, id);
CREATE INDEX tags_by_update ON tags (tenant_id, updated_at, id);
CREATE INDEX tags_by_creation ON tags (tenant_id, created_at, id);
