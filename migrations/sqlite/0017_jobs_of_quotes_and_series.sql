-- no-transaction
-- A job knows the quote that it was made from, and the series and the occurrence that it stands for: once each.
-- `occurrence_local` is the wall time of the occurrence, whatever the job was moved to since, and none for a job that its
-- series no longer has; `edited_by_hand` keeps a
-- change of its series away from what a person has changed.
-- SQLite adds no composite foreign key to a table that exists, so the table is made anew. Foreign keys are off
-- meanwhile, which cannot be said within a transaction; all else stands or falls as one.
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE jobs_anew (
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
    quote_id      TEXT,
    series_id     TEXT,
    occurrence_local TEXT,
    edited_by_hand BOOLEAN NOT NULL DEFAULT FALSE,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK ((status = 'scheduled') <= (scheduled_start IS NOT NULL)),
    CHECK ((occurrence_local IS NOT NULL) <= (series_id IS NOT NULL)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id),
    FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES job_series (tenant_id, id)
);
INSERT INTO jobs_anew (
    tenant_id, id, number, title, title_key, description, customer_id, location_id, status, scheduled_start, scheduled_end,
    scheduled_key, created_desc, time_zone, arrival_window_minutes, all_day, flat_price, discount_type,
    discount_value, tax_rounding, subtotal, discount_total, tax_total, total, billing_state, priority, job_type,
    po_number, done_at, completion_notes, cancel_reason, cancel_note, cancelled_at, archived_at, custom_fields,
    version, created_at, updated_at, created_by, updated_by
) SELECT
    tenant_id, id, number, title, title_key, description, customer_id, location_id, status, scheduled_start, scheduled_end,
    scheduled_key, created_desc, time_zone, arrival_window_minutes, all_day, flat_price, discount_type,
    discount_value, tax_rounding, subtotal, discount_total, tax_total, total, billing_state, priority, job_type,
    po_number, done_at, completion_notes, cancel_reason, cancel_note, cancelled_at, archived_at, custom_fields,
    version, created_at, updated_at, created_by, updated_by
FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_anew RENAME TO jobs;
CREATE INDEX jobs_by_schedule ON jobs (tenant_id, scheduled_key, created_desc, id);
CREATE INDEX jobs_by_update ON jobs (tenant_id, updated_at, id);
CREATE INDEX jobs_by_creation ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_by_customer ON jobs (tenant_id, customer_id, scheduled_key, id);
CREATE INDEX jobs_by_location ON jobs (tenant_id, location_id);
CREATE UNIQUE INDEX jobs_once_by_quote ON jobs (tenant_id, quote_id) WHERE quote_id IS NOT NULL;
CREATE UNIQUE INDEX jobs_once_by_occurrence ON jobs (tenant_id, series_id, occurrence_local) WHERE series_id IS NOT NULL;
COMMIT;
PRAGMA foreign_keys = ON;
