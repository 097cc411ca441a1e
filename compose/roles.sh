#!/bin/sh
# Makes the database's users, or brings them to what this file says; it can be run any number of times.
#   zoop_owner        owns the database and its tables, and migrates; no superuser
#   zoop_auth_server  what auth-server signs in as: owns nothing, may take on the role zoop_auth
#   zoop_mcp_server   what mcp-server signs in as: owns nothing, may take on the role zoop_mcp
# (`zoop serve`, which is no part of the stack, runs both servers as one user, and `zoop migrate` says how that one is
# made: zoop_serve, who may take on both roles.)
# Their passwords are those in the URLs that the services get, so each secret stands in one place. PGHOST, PGUSER and
# PGDATABASE say where; the superuser's password comes from PGPASSWORD_FILE.
set -eu

password() { # password USER FILE: the user's password in the URL in this file
    found=$(sed -nE "s|^postgres(ql)?://$1:([A-Za-z0-9]+)@.*$|\2|p" "$2")
    if [ -z "$found" ]; then
        echo "roles.sh: $2 must hold postgres://$1:PASSWORD@HOST/DATABASE, the password of letters and digits" >&2
        exit 1
    fi
    printf '%s' "$found"
}

OWNER_PASSWORD=$(password zoop_owner "$OWNER_DATABASE_URL_FILE")
AUTH_PASSWORD=$(password zoop_auth_server "$AUTH_DATABASE_URL_FILE")
MCP_PASSWORD=$(password zoop_mcp_server "$MCP_DATABASE_URL_FILE")
PGPASSWORD=$(cat "$PGPASSWORD_FILE")
export OWNER_PASSWORD AUTH_PASSWORD MCP_PASSWORD PGPASSWORD

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv auth_password AUTH_PASSWORD
\getenv mcp_password MCP_PASSWORD

-- Passwords do not belong in the server's log, and a role that exists is no news.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET client_min_messages = 'warning';

BEGIN;
SELECT format('CREATE ROLE %I', name)
FROM (VALUES ('zoop_auth'), ('zoop_mcp'), ('zoop_owner'), ('zoop_auth_server'), ('zoop_mcp_server')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- CREATEROLE: the first migration makes the roles zoop_auth and zoop_mcp where nobody has made them before it.
ALTER ROLE zoop_owner LOGIN NOSUPERUSER CREATEROLE NOCREATEDB NOBYPASSRLS NOREPLICATION PASSWORD :'owner_password';
ALTER ROLE zoop_auth_server
    LOGIN NOINHERIT NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS NOREPLICATION PASSWORD :'auth_password';
ALTER ROLE zoop_mcp_server
    LOGIN NOINHERIT NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS NOREPLICATION PASSWORD :'mcp_password';
GRANT zoop_auth TO zoop_auth_server;
GRANT zoop_mcp TO zoop_mcp_server;

ALTER DATABASE :"DBNAME" OWNER TO zoop_owner;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO zoop_auth_server, zoop_mcp_server;
COMMIT;
SQL
echo "The database's users are as they should be."
