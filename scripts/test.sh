#!/usr/bin/env bash
# Tests everything, and sets up what that takes: on Debian with Rust and a C compiler, as root or with sudo.
#   scripts/test.sh                    formatting, clippy, all tests on both databases, browser, real clients
#   scripts/test.sh -p mcp-server …    only `cargo test` with these arguments
set -euo pipefail
cd "$(dirname "$0")/.."

clients=zoop/tests/clients

section() { # section TITLE COMMAND… : runs it under a heading and tells how long it took
    local title=$1 begin=$SECONDS
    shift
    echo "== $title"
    "$@"
    echo "== $title: $((SECONDS - begin)) s"
}

fail() {
    echo "test.sh: $1" >&2
    exit 1
}

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# PostgreSQL's programs (the tests start a cluster of their own), a browser with its driver, what reads the compose
# file, Python's venv.
debian_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null; then
        echo "This is not Debian: PostgreSQL, Chromium with ChromeDriver, Caddy and Python 3 must be there already."
        return
    fi
    for package in postgresql chromium chromium-driver docker-compose python3-venv; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    if ((${#missing[@]} > 0)); then
        echo "Installing ${missing[*]}"
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" \
            >/dev/null
    fi
}

# The real MCP clients with the Node.js that the npm one runs on, and a proxy, all in ignored folders.
real_clients() {
    if ! cmp -s "$clients/requirements.txt" .venv/installed.txt || ! .venv/bin/python --version >/dev/null; then
        python3 -m venv --clear .venv
        .venv/bin/pip install --quiet --disable-pip-version-check --requirement "$clients/requirements.txt"
        cp "$clients/requirements.txt" .venv/installed.txt
    fi
    if ! cmp -s "$clients/package-lock.json" "$clients/node_modules/installed.json"; then
        npm ci --prefix "$clients" --no-audit --no-fund --ignore-scripts --loglevel error
        cp "$clients/package-lock.json" "$clients/node_modules/installed.json"
    fi
    # Caddy's program alone: its package would start a web server on port 80.
    if ! command -v caddy >/dev/null && command -v dpkg-deb >/dev/null; then
        local folder
        folder=$(mktemp -d)
        chmod 755 "$folder"
        (cd "$folder" && { apt-get download -qq caddy || { as_root apt-get update -qq && apt-get download -qq caddy; }; })
        dpkg-deb --extract "$folder"/caddy_*.deb "$folder/caddy"
        install -m 755 "$folder/caddy/usr/bin/caddy" .venv/bin/caddy
        rm -r "$folder"
    fi
}

# One private PostgreSQL for the whole run, unless a cluster is named; the tests make and drop databases in it.
start_postgres() {
    [[ -z ${ZOOP_TEST_POSTGRES_URL:-} ]] || return 0
    exec {postgres_output}< <(exec setpriv --pdeathsig TERM sh testing/postgres.sh)
    postgres=$!
    trap 'kill "$postgres" && wait "$postgres" || true' EXIT
    read -r ZOOP_TEST_POSTGRES_URL <&"$postgres_output" || fail "PostgreSQL did not start"
    export ZOOP_TEST_POSTGRES_URL
}

# The last line of a run is the sum over all test programs.
tests() {
    local log status=0
    log=$(mktemp)
    cargo test "$@" 2>&1 | tee "$log" || status=$?
    awk '/^test result: / { passed += $4; failed += $6; skipped += $8 }
         END { printf "tests: %d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$log"
    rm "$log"
    return "$status"
}

export PATH="$PWD/.venv/bin:$PATH"
section "Debian packages" debian_packages
section "Real clients" real_clients
if (($# == 0)); then
    section "Formatting" cargo fmt --all --check
    section "Clippy" cargo clippy --workspace --all-targets --quiet -- -D warnings
fi
section "PostgreSQL" start_postgres
if (($# == 0)); then
    echo "== Tests"
    tests --workspace --no-fail-fast
else
    echo "== Tests"
    tests "$@"
fi
