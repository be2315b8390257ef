#!/usr/bin/env bash
# Both ends with hot reload: the server restarts its workers on a change, Vite serves the front ends and asks the server.
set -eu
cd "$(dirname "$0")/.."
trap 'trap - EXIT; kill 0' EXIT INT TERM
bind=$(.venv/bin/torque config show --json \
  | .venv/bin/python -c 'import json, sys; print({s["key"]: s["value"] for s in json.load(sys.stdin)}["server.bind"])')
export TORQUE_URL="http://${bind/#0.0.0.0:/127.0.0.1:}"
.venv/bin/torque server --samples --hot-reload &
(cd frontend && npm run --silent dev:app) &
(cd frontend && npm run --silent dev:editor) &
wait -n
