-- OAuth: apps, what they asked for, what was granted, the tokens that live. auth-server's alone.

-- Apps. `scopes` is empty for an app that may ask for all; `secret_hash` is none for a public one.
CREATE TABLE clients (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    grant_types   TEXT NOT NULL,
    auth_method   TEXT NOT NULL CHECK (auth_method IN ('none', 'client_secret_basic', 'client_secret_post')),
    secret_hash   BLOB,
    tool_names    TEXT CHECK (tool_names IN ('underscore', 'dot')),
    registered_by TEXT REFERENCES users (id),
    source        TEXT NOT NULL,
    created_at    DATETIME NOT NULL,
    CHECK ((auth_method = 'none') = (secret_hash IS NULL))
);
CREATE INDEX clients_by_creation ON clients (created_at);

-- A pending request. The form carries its id, whose hash stands here; all else of it is on the server.
-- `browser` is a hash of what that browser's session holds: another browser cannot decide it.
CREATE TABLE authorization_requests (
    hash       BLOB PRIMARY KEY,
    browser    BLOB NOT NULL,
    parameters TEXT NOT NULL,
    tenant_id  TEXT REFERENCES tenants (id),
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    decided_at DATETIME
);
CREATE INDEX authorization_requests_by_expiry ON authorization_requests (expires_at);

-- What a person allowed before: the page may be skipped for it, but for public and loopback apps.
CREATE TABLE consents (
    user_id       TEXT NOT NULL,
    client_id     TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    redirect_host TEXT NOT NULL,
    tenant_id     TEXT NOT NULL,
    scope         TEXT NOT NULL,
    updated_at    DATETIME NOT NULL,
    PRIMARY KEY (user_id, client_id, redirect_host, tenant_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES members (tenant_id, user_id)
);

-- One approval, one grant. Who rotates, revokes or finds reuse updates this row first: they queue here.
CREATE TABLE grants (
    id            TEXT PRIMARY KEY,
    client_id     TEXT NOT NULL REFERENCES clients (id),
    user_id       TEXT NOT NULL,
    tenant_id     TEXT NOT NULL,
    scope         TEXT NOT NULL,
    resource      TEXT NOT NULL,
    redirect_host TEXT NOT NULL,
    created_at    DATETIME NOT NULL,
    last_used_at  DATETIME,
    expires_at    DATETIME NOT NULL,
    revoked_at    DATETIME,
    FOREIGN KEY (tenant_id, user_id) REFERENCES members (tenant_id, user_id)
);
CREATE INDEX grants_by_tenant ON grants (tenant_id, created_at);
CREATE INDEX grants_by_user ON grants (user_id, created_at);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

-- `challenge` is the bare S256 challenge: a code without one cannot be stored. `used_by` names the grant of its
-- one use; the row stays a while, so that a second use is noticed.
CREATE TABLE authorization_codes (
    hash         BLOB PRIMARY KEY,
    client_id    TEXT NOT NULL REFERENCES clients (id),
    user_id      TEXT NOT NULL,
    tenant_id    TEXT NOT NULL,
    scope        TEXT NOT NULL,
    resource     TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL CHECK (length(challenge) = 43),
    expires_at   DATETIME NOT NULL,
    used_by      TEXT REFERENCES grants (id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES members (tenant_id, user_id)
);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

-- `answer` is what a rotated token was exchanged for, readable only with the token itself; kept for its grace.
CREATE TABLE refresh_tokens (
    hash       BLOB PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    idle_until DATETIME NOT NULL,
    rotated_at DATETIME,
    asked      TEXT,
    answer     BLOB
);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_rotation ON refresh_tokens (rotated_at) WHERE answer IS NOT NULL;

-- Keys that sign access tokens. `sealed` is PKCS#8, readable only with the secret of the configuration.
CREATE TABLE signing_keys (
    id           TEXT PRIMARY KEY,
    algorithm    TEXT NOT NULL CHECK (algorithm IN ('RS256', 'ES256')),
    sealed       BLOB NOT NULL,
    created_at   DATETIME NOT NULL,
    activates_at DATETIME NOT NULL
);
