# Two images on one base: `zoop` holds the three programs, `proxy` holds Caddy. Both run as user 10001 and write nowhere
# but in the volumes that docker-compose.yml gives them.

FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --package zoop --package auth-server --package mcp-server \
    && install -D --target-directory=/programs target/release/zoop target/release/auth-server target/release/mcp-server

FROM debian:bookworm-slim AS base
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --chmod=755 compose/healthy.sh /usr/local/bin/healthy
USER 10001:10001

FROM base AS zoop
COPY --from=build /programs/ /usr/local/bin/
CMD ["zoop", "--help"]

FROM caddy:2 AS caddy

FROM base AS proxy
ENV HOME=/config XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
COPY --from=caddy /usr/bin/caddy /usr/local/bin/caddy
# A new volume takes on this folder's owner.
COPY --chown=10001:10001 --from=caddy /data /data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
