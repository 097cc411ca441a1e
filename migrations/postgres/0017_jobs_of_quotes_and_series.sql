-- A job knows the quote that it was made from, and the series and the occurrence that it stands for: once each.
-- `occurrence_local` is the wall time of the occurrence, whatever the job was moved to since, and none for a job that its
-- series no longer has; `edited_by_hand` keeps a
-- change of its series away from what a person has changed.
ALTER TABLE jobs
    ADD COLUMN quote_id         TEXT COLLATE "C",
    ADD COLUMN series_id        TEXT COLLATE "C",
    ADD COLUMN occurrence_local TEXT COLLATE "C",
    ADD COLUMN edited_by_hand   BOOLEAN NOT NULL DEFAULT FALSE,
    ADD CHECK ((occurrence_local IS NOT NULL) <= (series_id IS NOT NULL)),
    ADD FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, series_id) REFERENCES job_series (tenant_id, id);
CREATE UNIQUE INDEX jobs_once_by_quote ON jobs (tenant_id, quote_id) WHERE quote_id IS NOT NULL;
CREATE UNIQUE INDEX jobs_once_by_occurrence ON jobs (tenant_id, series_id, occurrence_local) WHERE series_id IS NOT NULL;
