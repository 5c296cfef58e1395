# Every verb of the project. `make` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

WORKERS := 2
UV_HOME := .local/uv
UV := $(UV_HOME)/bin/uv
PY := .venv/bin/python
READY := .venv/.locks
LOCKS := $(wildcard requirements/*.txt)
export UV_CACHE_DIR ?= $(CURDIR)/.local/uv-cache
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help up down reset status logs inbox demo verify test check unit component contract e2e containers faults bench lock format

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(READY) ## start everything on this machine; say where it answers
	@$(PY) -m deploy.local up

down: $(READY) ## stop everything; the state stays
	@$(PY) -m deploy.local down

reset: $(READY) ## stop everything and forget it (asks first; YES=1 does not)
	@$(PY) -m deploy.local reset $(if $(YES),--yes)

status: $(READY) ## what runs, what answers, how much memory
	@$(PY) -m deploy.local status

logs: $(READY) ## follow the logs (SERVICE=identity for one)
	@$(PY) -m deploy.local logs $(SERVICE)

inbox: $(READY) ## the address of the mail catcher, and how many mails it holds
	@$(PY) -m deploy.local inbox

demo: $(READY) ## walk the guide over HTTP (GATEWAY=, ONLY=n, AT_ONCE=n)
	@$(PY) -m demo $(if $(GATEWAY),--gateway $(GATEWAY)) $(if $(ONLY),--only $(ONLY)) $(if $(AT_ONCE),--at-once $(AT_ONCE))

verify: $(READY) ## compare store, topics and views of all five services
	@$(PY) -m deploy.local verify

test: $(READY) check component contract e2e $(filter containers,$(INFRA)) ## everything: check, component, contract, e2e, a short fault run (INFRA=containers: with Docker)
	@$(PY) -m pytest tests/faults/test_short_run.py -q -s

check: $(READY) ## formatting, lint, types, imports, generated files, locks, architecture, unit tests
	@$(PY) -m deploy.check

unit: $(READY) ## rules only, no network
	@$(PY) -m pytest tests/unit -q

component: $(READY) ## each service over real PostgreSQL, Kafka and S3 (WORKERS=2)
	@$(PY) -m pytest tests/component -q -n $(WORKERS) --dist worksteal

contract: $(READY) ## stored samples still read, schemas only grow
	@$(PY) -m pytest tests/contract -q

e2e: $(READY) ## a copy of its own: up, demo, verify, down
	@$(PY) -m pytest tests/e2e -q -s

containers: $(READY) ## the system in containers: built, up, demo, scaled, verified, measured (needs Docker)
	@$(PY) -m pytest tests/containers -q -s

faults: $(READY) ## five minutes of deaths under load, bad days, the restore drill (SECONDS_OF_FAULTS=, SEED=)
	@SECONDS_OF_FAULTS=$${SECONDS_OF_FAULTS:-300} $(PY) -m pytest tests/faults/test_short_run.py -q -s
	@$(PY) -m pytest tests/faults -q -s --ignore=tests/faults/test_short_run.py

bench: $(READY) ## measurements beside bare drivers and peers
	@$(PY) -m bench --keep

format: $(READY) ## put the code in its usual form
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

lock: $(UV) ## write requirements/*.txt anew from pyproject.toml
	@UV=$(UV) python3 deploy/lock.py

$(READY): $(UV) $(LOCKS)
	@UV=$(UV) bash deploy/environment.sh

$(UV):
	@echo "  uv is not here yet: putting it into $(UV_HOME)"
	@python3 -m venv $(UV_HOME) || { echo "✗ python3 -m venv does not work → on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(UV_HOME)/bin/pip install -q --disable-pip-version-check -r requirements/uv.txt || { rm -rf $(UV_HOME); echo "✗ uv could not be installed → is the package index reachable (PIP_INDEX_URL, proxy)? then try again"; exit 1; }
