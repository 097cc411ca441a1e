-- no-transaction
-- Notes can also be about a quote, an invoice, a plan or a series of jobs.
-- SQLite adds no composite foreign key to a table that exists, so the table is made anew. Foreign keys are off
-- meanwhile, which cannot be said within a transaction; all else stands or falls as one.
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE notes_anew (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    body          TEXT NOT NULL,
    body_key      TEXT NOT NULL,
    subject_type  TEXT NOT NULL,
    customer_id   TEXT,
    contact_id    TEXT,
    location_id   TEXT,
    job_id        TEXT,
    quote_id      TEXT,
    invoice_id    TEXT,
    plan_id       TEXT,
    series_id     TEXT,
    pinned        BIGINT NOT NULL CHECK (pinned IN (0, 1)),
    author_id     TEXT,
    edited_at     DATETIME,
    archived_at   DATETIME,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (subject_type IN ('standalone', 'customer', 'customer_contact', 'customer_location', 'job', 'quote', 'invoice', 'plan', 'job_series')),
    CHECK ((subject_type = 'customer') = (customer_id IS NOT NULL)),
    CHECK ((subject_type = 'customer_contact') = (contact_id IS NOT NULL)),
    CHECK ((subject_type = 'customer_location') = (location_id IS NOT NULL)),
    CHECK ((subject_type = 'job') = (job_id IS NOT NULL)),
    CHECK ((subject_type = 'quote') = (quote_id IS NOT NULL)),
    CHECK ((subject_type = 'invoice') = (invoice_id IS NOT NULL)),
    CHECK ((subject_type = 'plan') = (plan_id IS NOT NULL)),
    CHECK ((subject_type = 'job_series') = (series_id IS NOT NULL)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id),
    FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id),
    FOREIGN KEY (tenant_id, plan_id) REFERENCES plans (tenant_id, id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES job_series (tenant_id, id),
    FOREIGN KEY (tenant_id, author_id) REFERENCES members (tenant_id, user_id)
);
INSERT INTO notes_anew (
    tenant_id, id, body, body_key, subject_type, customer_id, contact_id, location_id, job_id, pinned, author_id,
    edited_at, archived_at, custom_fields, version, created_at, updated_at, created_by, updated_by
) SELECT
    tenant_id, id, body, body_key, subject_type, customer_id, contact_id, location_id, job_id, pinned, author_id,
    edited_at, archived_at, custom_fields, version, created_at, updated_at, created_by, updated_by
FROM notes;
DROP TABLE notes;
ALTER TABLE notes_anew RENAME TO notes;
CREATE INDEX notes_by_creation ON notes (tenant_id, created_at, id);
CREATE INDEX notes_by_pin ON notes (tenant_id, pinned, created_at, id);
CREATE INDEX notes_by_update ON notes (tenant_id, updated_at, id);
CREATE INDEX notes_by_subject_type ON notes (tenant_id, subject_type, created_at, id);
CREATE INDEX notes_by_author ON notes (tenant_id, author_id, created_at, id);
CREATE INDEX notes_by_customer ON notes (tenant_id, customer_id, created_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX notes_by_contact ON notes (tenant_id, contact_id, created_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX notes_by_location ON notes (tenant_id, location_id, created_at, id) WHERE location_id IS NOT NULL;
CREATE INDEX notes_by_job ON notes (tenant_id, job_id, created_at, id) WHERE job_id IS NOT NULL;
CREATE INDEX notes_by_quote ON notes (tenant_id, quote_id, created_at, id) WHERE quote_id IS NOT NULL;
CREATE INDEX notes_by_invoice ON notes (tenant_id, invoice_id, created_at, id) WHERE invoice_id IS NOT NULL;
CREATE INDEX notes_by_plan ON notes (tenant_id, plan_id, created_at, id) WHERE plan_id IS NOT NULL;
CREATE INDEX notes_by_job_series ON notes (tenant_id, series_id, created_at, id) WHERE series_id IS NOT NULL;
COMMIT;
PRAGMA foreign_keys = ON;
