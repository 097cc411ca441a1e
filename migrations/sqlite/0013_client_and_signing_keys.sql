-- EdDSA signs too, and apps may prove themselves by a key of their own (RFC 7523).
-- SQLite cannot alter a CHECK, and dropping `clients` to make it anew would take what refers to it along: the text
-- of the tables is changed in place, as SQLite's manual has it (lang_altertable, section 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''RS256'', ''ES256''', '''RS256'', ''ES256'', ''EdDSA''')
WHERE type = 'table' AND name = 'signing_keys';
UPDATE sqlite_schema SET sql = replace(
    replace(sql, '''client_secret_post''', '''client_secret_post'', ''private_key_jwt'''),
    '(auth_method = ''none'')', '(auth_method IN (''none'', ''private_key_jwt''))'
)
WHERE type = 'table' AND name = 'clients';
PRAGMA writable_schema = RESET;

-- The public keys of an app that proves itself by one: a JWK set, or where it is.
ALTER TABLE clients ADD COLUMN jwks TEXT;
ALTER TABLE clients ADD COLUMN jwks_uri TEXT;

-- Assertions that were used, until they have ended: none is taken twice. `hash` is of client_id and jti.
CREATE TABLE client_assertions (
    hash       BLOB PRIMARY KEY,
    expires_at DATETIME NOT NULL
);
CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);
