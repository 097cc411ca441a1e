-- Jobs: the work itself, with its lines and the people it is assigned to.
-- `scheduled_key` is scheduled_start in microseconds, the largest value for none; `created_desc` orders those
-- without a start, newest first; `title_key` is the folded title, for substrings. Quantities are in ten-thousandths.
CREATE TABLE jobs (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    number        BIGINT NOT NULL,
    title         TEXT NOT NULL,
    title_key     TEXT NOT NULL,
    description   TEXT,
    customer_id   TEXT,
    location_id   TEXT,
    status        TEXT NOT NULL CHECK (status IN ('unscheduled', 'scheduled', 'done', 'cancelled')),
    scheduled_start DATETIME,
    scheduled_end DATETIME,
    scheduled_key BIGINT NOT NULL,
    created_desc  BIGINT NOT NULL,
    time_zone     TEXT NOT NULL,
    arrival_window_minutes BIGINT CHECK (arrival_window_minutes BETWEEN 0 AND 480),
    all_day       BOOLEAN NOT NULL,
    flat_price    BIGINT,
    discount_type TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value BIGINT,
    tax_rounding  TEXT NOT NULL,
    subtotal      BIGINT NOT NULL,
    discount_total BIGINT NOT NULL,
    tax_total     BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    billing_state TEXT NOT NULL CHECK (billing_state IN ('not_billable', 'to_invoice', 'invoiced')),
    priority      TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    job_type      TEXT,
    po_number     TEXT,
    done_at       DATETIME,
    completion_notes TEXT,
    cancel_reason TEXT,
    cancel_note   TEXT,
    cancelled_at  DATETIME,
    archived_at   DATETIME,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK ((status = 'scheduled') <= (scheduled_start IS NOT NULL)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id)
);
CREATE INDEX jobs_by_schedule ON jobs (tenant_id, scheduled_key, created_desc, id);
CREATE INDEX jobs_by_update ON jobs (tenant_id, updated_at, id);
CREATE INDEX jobs_by_creation ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_by_customer ON jobs (tenant_id, customer_id, scheduled_key, id);
CREATE INDEX jobs_by_location ON jobs (tenant_id, location_id);

CREATE TABLE job_lines (
    tenant_id       TEXT NOT NULL,
    job_id          TEXT NOT NULL,
    position        BIGINT NOT NULL,
    id              TEXT NOT NULL,
    catalog_item_id TEXT,
    kind            TEXT NOT NULL,
    description     TEXT NOT NULL,
    quantity        BIGINT NOT NULL,
    unit            TEXT,
    unit_price      BIGINT NOT NULL,
    taxable         BOOLEAN NOT NULL,
    tax_rate_id     TEXT,
    tax_rate_none   BOOLEAN NOT NULL,
    discount_type   TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value  BIGINT,
    amount          BIGINT NOT NULL,
    discount_amount BIGINT NOT NULL,
    tax_amount      BIGINT NOT NULL,
    total           BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, job_id, position),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id),
    FOREIGN KEY (tenant_id, catalog_item_id) REFERENCES catalog_items (tenant_id, id),
    FOREIGN KEY (tenant_id, tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE UNIQUE INDEX job_lines_by_id ON job_lines (tenant_id, id);

CREATE TABLE job_assignees (
    tenant_id TEXT NOT NULL,
    job_id    TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    PRIMARY KEY (tenant_id, job_id, user_id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES members (tenant_id, user_id)
);
CREATE INDEX job_assignees_by_user ON job_assignees (tenant_id, user_id, job_id);

CREATE TABLE job_tags (
    tenant_id TEXT NOT NULL,
    job_id    TEXT NOT NULL,
    tag_id    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, job_id, tag_id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tags (tenant_id, id)
);
CREATE INDEX job_tags_by_tag ON job_tags (tenant_id, tag_id, job_id);
