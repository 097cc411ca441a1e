-- Recurring jobs: a rule and the template of its jobs. `dtstart_local`, `exdates` and `rdates` are wall times in
-- `time_zone`; `next_key` is next_occurrence_at in microseconds, the largest value for none; `generated_through` is up
-- to where the jobs are made.
CREATE TABLE job_series (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    title         TEXT NOT NULL,
    title_key     TEXT COLLATE "C" NOT NULL,
    description   TEXT,
    customer_id   TEXT COLLATE "C",
    location_id   TEXT COLLATE "C",
    flat_price    BIGINT,
    tax_rounding  TEXT NOT NULL,
    subtotal      BIGINT NOT NULL,
    discount_total BIGINT NOT NULL,
    tax_total     BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    job_type      TEXT,
    priority      TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    rrule         TEXT NOT NULL,
    dtstart_local TEXT COLLATE "C" NOT NULL,
    time_zone     TEXT NOT NULL,
    duration_minutes BIGINT NOT NULL CHECK (duration_minutes BETWEEN 5 AND 1440),
    exdates       JSONB NOT NULL,
    rdates        JSONB NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'ended')),
    ended_on      DATE,
    next_occurrence_at TIMESTAMPTZ,
    next_key      BIGINT NOT NULL,
    generated_through TIMESTAMPTZ,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id)
);
CREATE INDEX job_series_by_next ON job_series (tenant_id, next_key, id);
CREATE INDEX job_series_by_update ON job_series (tenant_id, updated_at, id);
CREATE INDEX job_series_by_creation ON job_series (tenant_id, created_at, id);
CREATE INDEX job_series_by_customer ON job_series (tenant_id, customer_id, next_key, id) WHERE customer_id IS NOT NULL;
CREATE INDEX job_series_by_location ON job_series (tenant_id, location_id) WHERE location_id IS NOT NULL;

CREATE TABLE series_lines (
    tenant_id       TEXT COLLATE "C" NOT NULL,
    series_id       TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    catalog_item_id TEXT COLLATE "C",
    kind            TEXT NOT NULL,
    description     TEXT NOT NULL,
    quantity        BIGINT NOT NULL,
    unit            TEXT,
    unit_price      BIGINT NOT NULL,
    taxable         BOOLEAN NOT NULL,
    tax_rate_id     TEXT COLLATE "C",
    tax_rate_none   BOOLEAN NOT NULL,
    discount_type   TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value  BIGINT,
    amount          BIGINT NOT NULL,
    discount_amount BIGINT NOT NULL,
    tax_amount      BIGINT NOT NULL,
    total           BIGINT NOT NULL,
    tax_rate_name   TEXT,
    tax_rate_millionths BIGINT,
    components      JSONB,
    PRIMARY KEY (tenant_id, series_id, position),
    FOREIGN KEY (tenant_id, series_id) REFERENCES job_series (tenant_id, id),
    FOREIGN KEY (tenant_id, catalog_item_id) REFERENCES catalog_items (tenant_id, id),
    FOREIGN KEY (tenant_id, tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE UNIQUE INDEX series_lines_by_id ON series_lines (tenant_id, id);

CREATE TABLE series_assignees (
    tenant_id TEXT COLLATE "C" NOT NULL,
    series_id TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, series_id, user_id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES job_series (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES members (tenant_id, user_id)
);
CREATE INDEX series_assignees_by_user ON series_assignees (tenant_id, user_id, series_id);
SELECT protect_tenant_rows('job_series');
SELECT protect_tenant_rows('series_lines');
SELECT protect_tenant_rows('series_assignees');
