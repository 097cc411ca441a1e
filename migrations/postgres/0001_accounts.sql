-- People, tenants, keys: what both servers know of who may do what. Written by auth-server; mcp-server reads it.

-- The servers' roles own nothing. They are NOLOGIN groups: whoever connects is a member and takes the role on.
DO $$ BEGIN CREATE ROLE zoop_auth NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE zoop_mcp NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA public TO zoop_auth, zoop_mcp;
-- A tenant is one business. `number` is its short name inside the search index.
CREATE TABLE tenants (
    id          TEXT COLLATE "C" PRIMARY KEY,
    number      BIGINT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    currency    TEXT NOT NULL,
    country     TEXT NOT NULL,
    time_zone   TEXT NOT NULL,
    tax_rounding TEXT NOT NULL DEFAULT 'line' CHECK (tax_rounding IN ('line', 'document')),
    status      TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at  TIMESTAMPTZ NOT NULL
);

-- `email` is folded to lower case: one person, one row, however it is typed.
CREATE TABLE users (
    id            TEXT COLLATE "C" PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT,
    status        TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    created_at    TIMESTAMPTZ NOT NULL
);

-- `authz_version` moves when the role or the status does; tokens carry the one they were made under.
CREATE TABLE members (
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role          TEXT NOT NULL CHECK (role IN ('owner', 'office', 'tech')),
    status        TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'removed')),
    authz_version BIGINT NOT NULL DEFAULT 1,
    created_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id);

-- Browser sessions. The id is a hash of what the cookie holds: a copy of this table signs nobody in.
CREATE TABLE sessions (
    id         TEXT COLLATE "C" PRIMARY KEY,
    user_id    TEXT COLLATE "C" REFERENCES users (id),
    data       TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Failed sign-ins, for the throttle by account and by source address.
CREATE TABLE login_attempts (
    id      TEXT COLLATE "C" PRIMARY KEY,
    account TEXT NOT NULL,
    source  TEXT NOT NULL,
    at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX login_attempts_by_account ON login_attempts (account, at);
CREATE INDEX login_attempts_by_source ON login_attempts (source, at);

-- `hash` is SHA-256 of the whole key, which is shown once and stored nowhere.
CREATE TABLE api_keys (
    id           TEXT COLLATE "C" PRIMARY KEY,
    tenant_id    TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    kind         TEXT NOT NULL CHECK (kind IN ('user', 'tenant')),
    user_id      TEXT COLLATE "C",
    name         TEXT NOT NULL,
    hash         BYTEA NOT NULL UNIQUE,
    last_four    TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    ip_allow     TEXT NOT NULL DEFAULT '',
    created_by   TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    CHECK ((kind = 'user') = (user_id IS NOT NULL)),
    FOREIGN KEY (tenant_id, user_id) REFERENCES members (tenant_id, user_id)
);
CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id, created_at);

-- What stopped being valid. Every mcp-server replica reads the tail of it twice a second.
CREATE TABLE revocations (
    id      TEXT COLLATE "C" PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('grant', 'key', 'member', 'user', 'tenant', 'signing_key')),
    subject TEXT NOT NULL,
    at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX revocations_by_time ON revocations (at);
CREATE INDEX revocations_by_subject ON revocations (kind, subject);

-- Who did what. `changes` holds {field: [before, after]}; never a secret.
CREATE TABLE audit (
    id         TEXT COLLATE "C" PRIMARY KEY,
    tenant_id  TEXT COLLATE "C",
    at         TIMESTAMPTZ NOT NULL,
    actor      JSONB NOT NULL,
    action     TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    subject    TEXT,
    changes    JSONB NOT NULL,
    request_id TEXT,
    source     TEXT
);
CREATE INDEX audit_by_tenant ON audit (tenant_id, at);

-- How often each actor read or was refused, by minute: a read must not cost a write.
CREATE TABLE audit_counts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    minute    TIMESTAMPTZ NOT NULL,
    actor     TEXT NOT NULL,
    tool      TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    times     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, minute, actor, tool, outcome)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenants, users, members, sessions, login_attempts, api_keys, revocations, audit TO zoop_auth;
GRANT SELECT ON audit_counts TO zoop_auth;
GRANT SELECT ON tenants, members, api_keys, revocations TO zoop_mcp;
GRANT SELECT (id, email, name, status) ON users TO zoop_mcp;
GRANT UPDATE (last_used_at) ON api_keys TO zoop_mcp;
GRANT SELECT, INSERT, UPDATE ON audit_counts TO zoop_mcp;
GRANT INSERT ON audit TO zoop_mcp;
