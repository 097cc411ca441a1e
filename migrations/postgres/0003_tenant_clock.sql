-- What every tenant's writes share: its clock, its counters, its search index, what is due, what was deleted.

-- Puts a table under row security: only rows of the tenant that the transaction was opened for are there to see or write.
CREATE FUNCTION protect_tenant_rows(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
    EXECUTE format('CREATE POLICY one_tenant ON %s USING (tenant_id = (SELECT current_setting(''app.tenant_id'', true)))', relation);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO zoop_mcp', relation);
END $$;
-- A write locks its tenant's row here and takes the next microsecond, so one tenant's commits are in
-- updated_at order whatever the replicas' clocks say.
CREATE TABLE tenant_clocks (
    tenant_id TEXT COLLATE "C" PRIMARY KEY REFERENCES tenants (id),
    last_us   BIGINT NOT NULL
);

-- Numbers that people read: customer, job, quote and invoice numbers, each gapless per tenant.
CREATE TABLE counters (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    name      TEXT NOT NULL,
    value     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- What a worker must do and when. Outside row security: a worker asks for all tenants at once.
CREATE TABLE due (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    kind      TEXT NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject)
);
CREATE INDEX due_by_time ON due (at);

-- Deleted records, for consumers that sync: {id, deleted: true, deleted_at, version}, kept 90 days.
CREATE TABLE tombstones (
    tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    entity     TEXT NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    deleted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, entity, id)
);
CREATE INDEX tombstones_by_time ON tombstones (tenant_id, entity, deleted_at, id);

-- The ids that other systems give to a record, unique per tenant and entity.
CREATE TABLE external_refs (
    tenant_id   TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    entity      TEXT NOT NULL,
    system      TEXT NOT NULL,
    external_id TEXT NOT NULL,
    record_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, entity, system, external_id)
);
CREATE UNIQUE INDEX external_refs_by_record ON external_refs (tenant_id, entity, record_id, system);

-- The search index. `@@` is not leakproof: under row security PostgreSQL would read every row instead of the index.
-- So this table has none, and no role may touch it: only the two functions below do, for the transaction's tenant.
-- Every token starts with its tenant's number and its entity, as in the embedded database.
CREATE TABLE search (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    entity    TEXT NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    tsv       tsvector NOT NULL,
    PRIMARY KEY (tenant_id, entity, id)
);
CREATE INDEX search_tokens ON search USING gin (tsv) WITH (fastupdate = off);

CREATE FUNCTION search_put(the_entity text, the_id text, tokens text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO search (tenant_id, entity, id, tsv)
    VALUES (current_setting('app.tenant_id'), the_entity, the_id, array_to_tsvector(tokens))
    ON CONFLICT (tenant_id, entity, id) DO UPDATE SET tsv = EXCLUDED.tsv
$$;
CREATE FUNCTION search_remove(the_entity text, the_id text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    DELETE FROM search WHERE tenant_id = current_setting('app.tenant_id') AND entity = the_entity AND id = the_id
$$;
CREATE FUNCTION search_find(the_entity text, query text, most bigint) RETURNS TABLE (id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public ROWS 100 AS $$
    SELECT search.id FROM search
    WHERE tsv @@ query::tsquery AND tenant_id = current_setting('app.tenant_id') AND entity = the_entity
    LIMIT most
$$;
REVOKE ALL ON FUNCTION search_put(text, text, text[]), search_remove(text, text), search_find(text, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_put(text, text, text[]), search_remove(text, text), search_find(text, text, bigint) TO zoop_mcp;

GRANT SELECT, INSERT, UPDATE, DELETE ON due TO zoop_mcp;
SELECT protect_tenant_rows('tenant_clocks');
SELECT protect_tenant_rows('counters');
SELECT protect_tenant_rows('tombstones');
SELECT protect_tenant_rows('external_refs');
