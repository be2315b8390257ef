#!/usr/bin/env bash
# Names what building Torque needs and this machine lacks, each with the command that brings it.
set -u
missing=0
need() { echo "Missing: $1. Install it with: $2" >&2; missing=1; }

"${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  || need "Python 3.11 or newer" "apt-get install python3 python3-venv python3-dev"
"${PYTHON:-python3}" -c 'import venv, ensurepip' 2>/dev/null || need "the venv module of Python" "apt-get install python3-venv"
command -v cargo >/dev/null || need "Rust (cargo)" "apt-get install rustup && rustup default stable"
command -v cc >/dev/null || need "a C compiler" "apt-get install build-essential"
command -v npm >/dev/null || need "npm" "apt-get install npm"
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || need "Node.js 20 or newer" "apt-get install nodejs"
exit $missing
