#!/bin/sh
# compose/secrets.sh [FOLDER]: makes the secrets that docker-compose.yml hands to its services, in ./secrets. It keeps
# every file that is there already, so it can be run again.
#
# To change a secret of a stack that runs, remove its file and run this again; what else it takes depends on the secret.
#
# owner_database_url, auth_database_url, mcp_database_url: at each start `roles` gives the users these passwords.
#     docker compose up -d --force-recreate
#
# postgres_password: PostgreSQL reads it once, when it makes its data folder, and must be told the new one, without
# which `roles` cannot sign in.
#     docker compose up -d --force-recreate --no-deps postgres
#     docker compose exec postgres sh -c \
#         'echo "ALTER USER postgres PASSWORD '"''"'$(cat /run/secrets/postgres_password)'"''"'" | psql -U postgres'
#     docker compose up -d --force-recreate
#
# key_secret: the signing keys in the database can be read with the old one alone, and auth-server does not start with
# another. Delete them, and it makes a new key under the new secret. Access tokens end with the old keys, and apps fetch
# new ones by their refresh tokens; people stay signed in, API keys stay good.
#     docker compose stop auth-server mcp-server
#     docker compose exec postgres psql -U postgres -d zoop -c 'DELETE FROM signing_keys'
#     docker compose up -d --force-recreate
set -eu
cd "$(dirname "$0")/.."
folder=${1:-secrets}

# The folder keeps the machine's other users out. The files inside it are readable, since a service reads its own
# under a user id that this machine does not know, and is handed no other.
umask 022
mkdir -p "$folder"
chmod 700 "$folder"
echo '*' >"$folder/.gitignore"

random() { # 48 hexadecimal digits, which need no escaping in a URL
    od -An -vtx1 -N24 /dev/urandom | tr -d ' \n'
}

keep() { # keep NAME TEXT: writes the file unless it is there
    [ -e "$folder/$1" ] && return
    printf '%s\n' "$2" >"$folder/$1.new"
    chmod 444 "$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1"
    echo "made $folder/$1"
}

keep postgres_password "$(random)"
keep owner_database_url "postgres://zoop_owner:$(random)@postgres:5432/zoop"
keep auth_database_url "postgres://zoop_auth_server:$(random)@postgres:5432/zoop"
keep mcp_database_url "postgres://zoop_mcp_server:$(random)@postgres:5432/zoop"
keep key_secret "$(random)"
