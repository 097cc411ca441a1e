#!/bin/bash
# healthy PORT: whether `GET /healthz` on this port of this machine is answered with 200. Bash opens the connection
# itself, so the images need no other program for their health checks.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET /healthz HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$1" >&3
read -r _ status _ <&3
[[ $status == 200 ]]
