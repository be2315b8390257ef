# Torque: the commands. `make help` lists them; `make run` and `make test` are the two that matter.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
OLDEST_POSTGRES := /usr/lib/postgresql/15/bin
export UV_PYTHON_DOWNLOADS = never
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export npm_config_fund = false
export npm_config_audit = false
export npm_config_update_notifier = false

RUST_SOURCES := $(shell find native -path native/target -prune -o \( -name '*.rs' -o -name 'Cargo.*' -o -name 'pyproject.toml' -o -name '*.pyi' \) -print 2>/dev/null)
CYTHON_SOURCES := $(wildcard native/cython/*.pyx) pyproject.toml
FRONT_SOURCES := $(shell find frontend -name node_modules -prune -o -name 'dist*' -prune -o -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html' -o -name '*.json' -o -name '*.mjs' -o -name '*.svg' \) -print 2>/dev/null | grep -v storybook-static)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: prerequisites
prerequisites:
	@PYTHON="$(PYTHON)" tools/prerequisites.sh

# --- building -----------------------------------------------------------------

$(STAMPS)/deps: requirements/dev.txt | prerequisites
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages (locked, hashed)"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/native: $(STAMPS)/deps $(RUST_SOURCES)
	@echo "Building the native module (Rust, release)"
	@rm -rf $(STAMPS)/wheels
	@$(BIN)/maturin build -q --release --locked -m native/crates/torque-py/Cargo.toml -i $(BIN)/python -o $(STAMPS)/wheels
	@$(BIN)/python -m pip install -q --no-deps --force-reinstall $(STAMPS)/wheels/*.whl
	@touch $@

$(STAMPS)/python: $(STAMPS)/deps $(CYTHON_SOURCES)
	@echo "Building the Python package (Cython)"
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/npm: frontend/package-lock.json | prerequisites
	@echo "Installing front-end packages (locked)"
	@cd frontend && npm ci --silent
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/front: $(STAMPS)/npm $(STAMPS)/deps $(FRONT_SOURCES) $(wildcard migrations/*.sql) tools/assets.py
	@echo "Building the front ends"
	@cd frontend && npm run --silent build
	@$(BIN)/python tools/assets.py
	@touch $@

.PHONY: build
build: $(STAMPS)/native $(STAMPS)/python $(STAMPS)/front ## Build everything that `make run` needs

# --- running ------------------------------------------------------------------

.PHONY: run
run: build ## Start Torque with the samples on its embedded database
	@exec $(BIN)/torque server --samples

.PHONY: dev
dev: build ## Start Torque and the front ends with hot reload
	@tools/dev.sh

.PHONY: reset
reset: ## Delete the embedded database of this folder (asks first)
	@tools/reset.sh

.PHONY: image
image: ## Build the container image
	@command -v docker >/dev/null || { echo "docker is missing. Install it: apt-get install docker.io"; exit 1; }
	docker build -t torque:latest .

# --- checking -----------------------------------------------------------------

.PHONY: check
check: build ## Lint, types, architecture contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check torque tests bench loadtest tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd native && cargo fmt --all --check && cargo clippy --locked --workspace --all-targets -q -- -D warnings
	cd frontend && npm run --silent lint && npm run --silent typecheck

.PHONY: test
test: build chromium ## Run every test
	cd native && cargo test --locked --workspace -q
	cd frontend && npm run --silent test
	cd frontend && npm run --silent test:storybook
	$(BIN)/python tools/e2e.py
	@if test -x $(OLDEST_POSTGRES)/postgres; then set -x; \
	  $(BIN)/python -m pytest -q --postgres=system tests/migration tests/integration/db tests/integration/entity; \
	else echo "No PostgreSQL 15 in $(OLDEST_POSTGRES): the storage tests run on the embedded one alone"; fi
	$(BIN)/python -m pytest -q

.PHONY: chromium
chromium:
	@tools/chromium.sh

.PHONY: bench
bench: build ## Measure against the baselines, print the table, keep the run
	$(BIN)/python -m bench

.PHONY: load
load: build ## Run the load test with its limits
	$(BIN)/python -m loadtest

.PHONY: soak
soak: build ## Put two servers and a dying one under stress for long (a million calls, twenty kills)
	$(BIN)/python -m tests.soak

.PHONY: lock
lock: $(STAMPS)/deps ## Lock the Python requirements again
	@for name in run dev; do $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt; done
