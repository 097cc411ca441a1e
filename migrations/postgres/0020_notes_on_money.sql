-- Notes can also be about a quote, an invoice, a plan or a series of jobs.
ALTER TABLE notes
    ADD COLUMN quote_id TEXT COLLATE "C",
    ADD COLUMN invoice_id TEXT COLLATE "C",
    ADD COLUMN plan_id TEXT COLLATE "C",
    ADD COLUMN series_id TEXT COLLATE "C",
    DROP CONSTRAINT notes_subject_type_check,
    ADD CONSTRAINT notes_subject_type_check CHECK (subject_type IN ('standalone', 'customer', 'customer_contact', 'customer_location', 'job', 'quote', 'invoice', 'plan', 'job_series')),
    ADD CHECK ((subject_type = 'quote') = (quote_id IS NOT NULL)),
    ADD CHECK ((subject_type = 'invoice') = (invoice_id IS NOT NULL)),
    ADD CHECK ((subject_type = 'plan') = (plan_id IS NOT NULL)),
    ADD CHECK ((subject_type = 'job_series') = (series_id IS NOT NULL)),
    ADD FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, plan_id) REFERENCES plans (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, series_id) REFERENCES job_series (tenant_id, id);
CREATE INDEX notes_by_quote ON notes (tenant_id, quote_id, created_at, id) WHERE quote_id IS NOT NULL;
CREATE INDEX notes_by_invoice ON notes (tenant_id, invoice_id, created_at, id) WHERE invoice_id IS NOT NULL;
CREATE INDEX notes_by_plan ON notes (tenant_id, plan_id, created_at, id) WHERE plan_id IS NOT NULL;
CREATE INDEX notes_by_job_series ON notes (tenant_id, series_id, created_at, id) WHERE series_id IS NOT NULL;
