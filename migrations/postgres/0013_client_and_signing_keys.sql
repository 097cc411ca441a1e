-- EdDSA signs too, and apps may prove themselves by a key of their own (RFC 7523).
ALTER TABLE signing_keys DROP CONSTRAINT signing_keys_algorithm_check,
    ADD CONSTRAINT signing_keys_algorithm_check CHECK (algorithm IN ('RS256', 'ES256', 'EdDSA'));
ALTER TABLE clients DROP CONSTRAINT clients_auth_method_check,
    ADD CONSTRAINT clients_auth_method_check
        CHECK (auth_method IN ('none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt')),
    DROP CONSTRAINT clients_check,
    ADD CONSTRAINT clients_check CHECK ((auth_method IN ('none', 'private_key_jwt')) = (secret_hash IS NULL));

-- The public keys of an app that proves itself by one: a JWK set, or where it is.
ALTER TABLE clients ADD COLUMN jwks TEXT, ADD COLUMN jwks_uri TEXT;

-- Assertions that were used, until they have ended: none is taken twice. `hash` is of client_id and jti.
CREATE TABLE client_assertions (
    hash       BYTEA PRIMARY KEY,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON client_assertions TO zoop_auth;
