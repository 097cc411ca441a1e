-- Notes: on a customer, a contact, a location or a job, or on nothing at all (`standalone`).
-- One column for each kind of subject, so that each is a real reference; the CHECK lets exactly the one that
-- subject_type names be set. `pinned` is 0 or 1 since it leads an order; `body_key` is the folded body, for substrings.
-- No author: Zoop itself wrote it.
CREATE TABLE notes (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    body          TEXT NOT NULL,
    body_key      TEXT NOT NULL,
    subject_type  TEXT NOT NULL,
    customer_id   TEXT,
    contact_id    TEXT,
    location_id   TEXT,
    job_id        TEXT,
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
    CHECK (subject_type IN ('standalone', 'customer', 'customer_contact', 'customer_location', 'job')),
    CHECK ((subject_type = 'customer') = (customer_id IS NOT NULL)),
    CHECK ((subject_type = 'customer_contact') = (contact_id IS NOT NULL)),
    CHECK ((subject_type = 'customer_location') = (location_id IS NOT NULL)),
    CHECK ((subject_type = 'job') = (job_id IS NOT NULL)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id),
    FOREIGN KEY (tenant_id, author_id) REFERENCES members (tenant_id, user_id)
);
CREATE INDEX notes_by_creation ON notes (tenant_id, created_at, id);
CREATE INDEX notes_by_pin ON notes (tenant_id, pinned, created_at, id);
CREATE INDEX notes_by_update ON notes (tenant_id, updated_at, id);
CREATE INDEX notes_by_subject_type ON notes (tenant_id, subject_type, created_at, id);
CREATE INDEX notes_by_author ON notes (tenant_id, author_id, created_at, id);
CREATE INDEX notes_by_customer ON notes (tenant_id, customer_id, created_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX notes_by_contact ON notes (tenant_id, contact_id, created_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX notes_by_location ON notes (tenant_id, location_id, created_at, id) WHERE location_id IS NOT NULL;
CREATE INDEX notes_by_job ON notes (tenant_id, job_id, created_at, id) WHERE job_id IS NOT NULL;

-- What the lists of contacts and locations filter by, folded as all text that is compared: neither database's lower()
-- knows every script, and behind row security no index on an expression would be used.
ALTER TABLE contacts ADD COLUMN role_key TEXT;
ALTER TABLE locations ADD COLUMN city_key TEXT;
ALTER TABLE locations ADD COLUMN region_key TEXT;
ALTER TABLE locations ADD COLUMN postal_key TEXT;
CREATE INDEX contacts_by_role ON contacts (tenant_id, role_key, name_key, id);
CREATE INDEX locations_by_city ON locations (tenant_id, city_key, name_key, id);
CREATE INDEX locations_by_region ON locations (tenant_id, region_key, name_key, id);
CREATE INDEX locations_by_postal_code ON locations (tenant_id, postal_key, name_key, id);
CREATE INDEX locations_by_contact ON locations (tenant_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX contact_locations_by_location ON contact_locations (tenant_id, location_id, contact_id);
