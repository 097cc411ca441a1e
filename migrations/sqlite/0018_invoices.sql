-- Invoices and the payments on them. `number` is given when an invoice leaves draft, one after the other; `number_key`
-- is the largest value until then. `issue_key` and `due_key` are the dates in days since 1970.
-- A draft's dates are today's unless somebody set them, and follow the day until it is sent: `…_set` tells which.
-- `customer_name` and `billing_address` are copied when it leaves draft: an issued invoice stays as it was issued.
-- A job and a quote are billed by one invoice that is not void; a plan's period by one for good:
-- `plan_period` is its billing date in days since 1970.
CREATE TABLE invoices (
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    id            TEXT NOT NULL,
    number        BIGINT,
    number_key    BIGINT NOT NULL,
    customer_id   TEXT NOT NULL,
    customer_name TEXT,
    billing_address TEXT,
    location_id   TEXT,
    status        TEXT NOT NULL CHECK (status IN ('draft', 'sent', 'paid', 'void')),
    discount_type TEXT CHECK (discount_type IN ('percent', 'fixed')),
    discount_value BIGINT,
    default_tax_rate_id TEXT,
    currency      TEXT NOT NULL,
    tax_rounding  TEXT NOT NULL,
    subtotal      BIGINT NOT NULL,
    discount_total BIGINT NOT NULL,
    tax_total     BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    amount_paid   BIGINT NOT NULL,
    amount_refunded BIGINT NOT NULL,
    balance       BIGINT NOT NULL CHECK (balance >= 0),
    issue_date    DATE NOT NULL,
    issue_key     BIGINT NOT NULL,
    issue_date_set BOOLEAN NOT NULL,
    due_date      DATE NOT NULL,
    due_key       BIGINT NOT NULL,
    due_date_set  BOOLEAN NOT NULL,
    message       TEXT,
    terms         TEXT,
    po_number     TEXT,
    po_number_key TEXT,
    notes         TEXT,
    job_id        TEXT,
    quote_id      TEXT,
    plan_id       TEXT,
    plan_period   BIGINT,
    sent_at       DATETIME,
    voided_at     DATETIME,
    voided_by     TEXT,
    void_reason   TEXT,
    custom_fields TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    created_by    TEXT NOT NULL,
    updated_by    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK ((plan_id IS NULL) = (plan_period IS NULL)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, id),
    FOREIGN KEY (tenant_id, default_tax_rate_id) REFERENCES tax_rates (tenant_id, id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id),
    FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id),
    FOREIGN KEY (tenant_id, plan_id) REFERENCES plans (tenant_id, id)
);
CREATE INDEX invoices_by_issue ON invoices (tenant_id, issue_key, id);
CREATE INDEX invoices_by_due ON invoices (tenant_id, due_key, id);
CREATE INDEX invoices_by_update ON invoices (tenant_id, updated_at, id);
CREATE INDEX invoices_by_creation ON invoices (tenant_id, created_at, id);
CREATE INDEX invoices_by_total ON invoices (tenant_id, total, id);
CREATE INDEX invoices_by_balance ON invoices (tenant_id, balance, id);
CREATE INDEX invoices_by_number ON invoices (tenant_id, number_key, id);
CREATE INDEX invoices_by_customer ON invoices (tenant_id, customer_id, issue_key, id);
CREATE INDEX invoices_by_location ON invoices (tenant_id, location_id) WHERE location_id IS NOT NULL;
CREATE INDEX invoices_by_status ON invoices (tenant_id, status, due_key, id);
CREATE INDEX invoices_by_job ON invoices (tenant_id, job_id) WHERE job_id IS NOT NULL;
CREATE INDEX invoices_by_quote ON invoices (tenant_id, quote_id) WHERE quote_id IS NOT NULL;
CREATE UNIQUE INDEX invoices_once_by_job ON invoices (tenant_id, job_id) WHERE job_id IS NOT NULL AND status <> 'void';
CREATE UNIQUE INDEX invoices_once_by_quote ON invoices (tenant_id, quote_id) WHERE quote_id IS NOT NULL AND status <> 'void';
CREATE UNIQUE INDEX invoices_once_by_period ON invoices (tenant_id, plan_id, plan_period) WHERE plan_id IS NOT NULL;

CREATE TABLE invoice_lines (
    tenant_id       TEXT NOT NULL,
    invoice_id      TEXT NOT NULL,
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
    optional        BOOLEAN,
    selected        BOOLEAN,
    tax_rate_default BOOLEAN NOT NULL,
    tax_rate_name   TEXT,
    tax_rate_millionths BIGINT,
    components      TEXT,
    PRIMARY KEY (tenant_id, invoice_id, position),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id),
    FOREIGN KEY (tenant_id, catalog_item_id) REFERENCES catalog_items (tenant_id, id),
    FOREIGN KEY (tenant_id, tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE UNIQUE INDEX invoice_lines_by_id ON invoice_lines (tenant_id, id);

-- Money that came in, and money that went back: a refund names the payment that it is of.
CREATE TABLE payments (
    tenant_id  TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    position   BIGINT NOT NULL,
    id         TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('payment', 'refund')),
    payment_id TEXT,
    amount     BIGINT NOT NULL CHECK (amount > 0),
    method     TEXT CHECK (method IN ('cash', 'check', 'card', 'transfer', 'other')),
    paid_at    DATETIME NOT NULL,
    reference  TEXT,
    reason     TEXT,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, invoice_id, position),
    UNIQUE (tenant_id, id),
    CHECK ((kind = 'refund') = (payment_id IS NOT NULL)),
    CHECK ((kind = 'payment') = (method IS NOT NULL)),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
);
