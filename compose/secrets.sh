#!/bin/sh
# compose/secrets.sh [FOLDER]: makes the secrets that docker-compose.yml hands to its services, in ./secrets. It keeps
# every file that is there already, so it can be run again; to change one, remove its file and run it.
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
