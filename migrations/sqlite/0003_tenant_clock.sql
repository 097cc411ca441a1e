-- What every tenant's writes share: its clock, its counters, its search index, what is due, what was deleted.
-- A write locks its tenant's row here and takes the next microsecond, so one tenant's commits are in
-- updated_at order whatever the replicas' clocks say.
CREATE TABLE tenant_clocks (
    tenant_id TEXT PRIMARY KEY REFERENCES tenants (id),
    last_us   BIGINT NOT NULL
);

-- Numbers that people read: customer, job, quote and invoice numbers, each gapless per tenant.
CREATE TABLE counters (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name      TEXT NOT NULL,
    value     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- What a worker must do and when. Outside row security: a worker asks for all tenants at once.
CREATE TABLE due (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    at        DATETIME NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject)
);
CREATE INDEX due_by_time ON due (at);

-- Deleted records, for consumers that sync: {id, deleted: true, deleted_at, version}, kept 90 days.
CREATE TABLE tombstones (
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    entity     TEXT NOT NULL,
    id         TEXT NOT NULL,
    version    BIGINT NOT NULL,
    deleted_at DATETIME NOT NULL,
    PRIMARY KEY (tenant_id, entity, id)
);
CREATE INDEX tombstones_by_time ON tombstones (tenant_id, entity, deleted_at, id);

-- The ids that other systems give to a record, unique per tenant and entity.
CREATE TABLE external_refs (
    tenant_id   TEXT NOT NULL REFERENCES tenants (id),
    entity      TEXT NOT NULL,
    system      TEXT NOT NULL,
    external_id TEXT NOT NULL,
    record_id   TEXT NOT NULL,
    PRIMARY KEY (tenant_id, entity, system, external_id)
);
CREATE UNIQUE INDEX external_refs_by_record ON external_refs (tenant_id, entity, record_id, system);

-- The search index. Every token starts with its tenant's number and its entity, so that one tenant's prefix query
-- never reads another's lists. `search_documents` gives each record the row number that FTS5 wants.
CREATE TABLE search_documents (
    rowid     INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    entity    TEXT NOT NULL,
    id        TEXT NOT NULL,
    UNIQUE (tenant_id, entity, id)
);
CREATE VIRTUAL TABLE search_index USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
