-- Plans: recurring billing. A worker makes one draft invoice for each billing date, which is what names a period; `runs`
-- counts them. `billed_through` is the last date that is billed, `next_bill_on` the one to come, `next_run_on` the day on
-- which its invoice is made, and `next_run_key` that day since 1970, the largest value for none. Nothing here charges
-- anyone.
CREATE TABLE plans (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    id            TEXT COLLATE "C" NOT NULL,
    title         TEXT NOT NULL,
    title_key     TEXT COLLATE "C" NOT NULL,
    customer_id   TEXT COLLATE "C" NOT NULL,
    cadence       TEXT CHECK (cadence IN ('weekly', 'biweekly', 'monthly', 'quarterly', 'annually')),
    rrule         TEXT,
    starts_on     DATE NOT NULL,
    lead_days     BIGINT NOT NULL CHECK (lead_days BETWEEN 0 AND 60),
    default_tax_rate_id TEXT COLLATE "C",
    currency      TEXT NOT NULL,
    tax_rounding  TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'ended', 'cancelled')),
    next_run_on   DATE,
    next_run_key  BIGINT NOT NULL,
    next_bill_on  DATE,
    billed_through DATE,
    runs          BIGINT NOT NULL,
    subtotal      BIGINT NOT NULL,
    discount_total BIGINT NOT NULL,
    tax_total     BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    cancelled_at  TIMESTAMPTZ,
    cancel_reason TEXT,
    custom_fields JSONB NOT NULL,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    created_by    JSONB NOT NULL,
    updated_by    JSONB NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK ((cadence IS NULL) <> (rrule IS NULL)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    FOREIGN KEY (tenant_id, default_tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE INDEX plans_by_next_run ON plans (tenant_id, next_run_key, id);
CREATE INDEX plans_by_update ON plans (tenant_id, updated_at, id);
CREATE INDEX plans_by_creation ON plans (tenant_id, created_at, id);
CREATE INDEX plans_by_title ON plans (tenant_id, title_key, id);
CREATE INDEX plans_by_customer ON plans (tenant_id, customer_id, next_run_key, id);

CREATE TABLE plan_lines (
    tenant_id       TEXT COLLATE "C" NOT NULL,
    plan_id         TEXT COLLATE "C" NOT NULL,
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
    tax_rate_default BOOLEAN NOT NULL,
    tax_rate_name   TEXT,
    tax_rate_millionths BIGINT,
    components      JSONB,
    optional        BOOLEAN,
    selected        BOOLEAN,
    PRIMARY KEY (tenant_id, plan_id, position),
    FOREIGN KEY (tenant_id, plan_id) REFERENCES plans (tenant_id, id),
    FOREIGN KEY (tenant_id, catalog_item_id) REFERENCES catalog_items (tenant_id, id),
    FOREIGN KEY (tenant_id, tax_rate_id) REFERENCES tax_rates (tenant_id, id)
);
CREATE UNIQUE INDEX plan_lines_by_id ON plan_lines (tenant_id, id);
SELECT protect_tenant_rows('plans');
SELECT protect_tenant_rows('plan_lines');
