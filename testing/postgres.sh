#!/bin/sh
# A private PostgreSQL for tests, from the system's package: makes a cluster in a temporary folder, prints its URL
# (one line) when it answers, and runs until it gets SIGTERM; then it stops the cluster and removes the folder.
# Whoever starts it binds its life to their own: `setpriv --pdeathsig TERM sh postgres.sh`.
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

# The newest of Debian's versions, or what stands on PATH elsewhere.
programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || programs=$(dirname "$(command -v initdb || echo missing/initdb)")
[ -x "$programs/initdb" ] || fail "PostgreSQL is not installed, and the tests start one of their own: \
install it (on Debian: apt-get install postgresql), run scripts/test.sh, which does, or name a cluster that \
tests may fill with ZOOP_TEST_POSTGRES_URL=postgres://user:password@host"
command -v setpriv >/dev/null || fail "setpriv is not installed: apt-get install util-linux, or name a cluster that \
tests may fill with ZOOP_TEST_POSTGRES_URL=postgres://user:password@host"

folder=$(mktemp -d "${TMPDIR:-/tmp}/zoop-postgres.XXXXXX")
log=$folder/log
server=

stop() {
    trap '' TERM INT HUP
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || true # at once: nobody wants the data
        wait "$server" || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 0' TERM INT HUP

# PostgreSQL refuses to run as root.
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        exec setpriv --reuid=nobody --regid=nogroup --clear-groups --pdeathsig QUIT "$@"
    fi
    exec setpriv --pdeathsig QUIT "$@"
}
[ "$(id -u)" != 0 ] || chown nobody:nogroup "$folder"
cd "$folder"

# The default collation is a person's, not "C": what should compare by code point has to say so, as in production.
(unprivileged "$programs/initdb" --pgdata=data --username=zoop --auth=trust --no-sync --encoding=UTF8 \
    --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US) >"$log" 2>&1 ||
    fail "initdb failed: $(cat "$log")"

# Reached by a socket in the folder: no port to collide over. Nothing has to outlive the machine, so nothing is synced.
(unprivileged "$programs/postgres" -D data -k "$folder" -c listen_addresses= -c max_connections=500 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
    -c max_wal_size=4GB -c checkpoint_timeout=1h -c jit=off) >"$log" 2>&1 &
server=$!
until "$programs/pg_isready" --quiet --host="$folder" --username=zoop --dbname=postgres; do
    kill -0 "$server" 2>/dev/null || fail "PostgreSQL did not start: $(cat "$log")"
    sleep 0.05
done

echo "postgres://zoop@localhost?host=$folder"
wait "$server" || fail "PostgreSQL ended by itself: $(tail -n 20 "$log")"
