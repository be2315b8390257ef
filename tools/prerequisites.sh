#!/usr/bin/env bash
# Names what building Torque needs and this machine lacks, each with the command that brings it.
set -u
RUST=1.88
NODE=20.19
missing=0
need() { echo "Missing: $1. Install it with: $2" >&2; missing=1; }
# Whether the second version is the first or newer.
reaches() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

python="${PYTHON:-python3}"
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  need "Python 3.11 or newer" "apt-get install python3 python3-venv python3-dev"
else
  "$python" -c 'import venv, ensurepip' 2>/dev/null || need "the venv module of Python" "apt-get install python3-venv"
  "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' \
    2>/dev/null || need "the headers of Python" "apt-get install python3-dev"
fi

read -r _ rust _ < <(cargo --version 2>/dev/null)
if ! reaches "$RUST" "${rust:-0}"; then
  if apt-cache show rustup >/dev/null 2>&1; then
    need "Rust $RUST or newer (cargo)" "apt-get install rustup && rustup default stable"
  else
    need "Rust $RUST or newer (cargo)" "curl --proto '=https' -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env"
  fi
fi
command -v cc >/dev/null || need "a C compiler" "apt-get install build-essential"

node="$(node --version 2>/dev/null)"
reaches "$NODE" "${node#v}" || need "Node.js $NODE or newer" "apt-get install npm && npm install --global n && n 22"
command -v npm >/dev/null || need "npm" "apt-get install npm"
command -v flock >/dev/null || need "flock" "apt-get install util-linux"
exit $missing
