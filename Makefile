# Every verb of this project. `make` alone lists them. Needs only make and Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
# The system's own Python first: it is built for speed, and one that was compiled by hand is mostly not.
PYTHON ?= $(shell for python in $$(command -pv python3.11) $$(command -pv python3) python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
INSTALL := $(BIN)/python -m pip install --quiet --require-virtualenv --disable-pip-version-check --require-hashes

# The stamps say which lock the virtual environment was last made from.
RUNTIME := $(VENV)/.requirements
DEVELOPMENT := $(VENV)/.requirements-dev
PAGE_CHECKERS := $(VENV)/.page-checkers

FLASK := $(BIN)/flask --app booking
# What was compiled is kept even where Python is told not to: compiling the tests costs each worker more than many tests.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses=logical --dist=worksteal
CODE := booking config.py migrations tests

.PHONY: help
help: ## list the verbs
	@echo "Usage: make VERB"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r verb meaning; do \
		printf '%-14s %s\n' "$$verb" "$$meaning"; done

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed. Install it, or say where it is: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo "Installing what the program needs (requirements.txt)"
	@$(INSTALL) --requirement requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing what the checks need (requirements-dev.txt)"
	@$(INSTALL) --requirement requirements-dev.txt
	@touch $@

# Node's programs, which look at the pages from outside. Where they cannot be had, the tests that need them are skipped
# and say so; where CI is set, those tests fail.
$(PAGE_CHECKERS): package-lock.json | $(BIN)/python
	@echo "Installing what looks at the pages (package-lock.json)"
	@if npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then touch $@; \
		else echo "npm could not install it: axe-core, the HTML checker and Lighthouse are left out."; fi

.PHONY: setup
setup: $(DEVELOPMENT) $(PAGE_CHECKERS) ## make the virtual environment with everything in it

.PHONY: lock
lock: $(DEVELOPMENT) ## work out the locked requirements again from pyproject.toml
	$(BIN)/pip-compile --output-file=requirements.txt pyproject.toml
	$(BIN)/pip-compile --extra=dev --constraint=requirements.txt --output-file=requirements-dev.txt pyproject.toml

.PHONY: run
run: export BOOKING_ENV := development
run: export PORT ?= 8000
run: export STRIPE_PORT ?= 12111
run: export BASE_URL := http://127.0.0.1:$(PORT)
run: export STRIPE_API_BASE := http://127.0.0.1:$(STRIPE_PORT)
run: export PATH := $(CURDIR)/$(BIN):$(PATH)
run: $(RUNTIME) ## start everything here: pages, worker, Stripe simulator, with a demo newsletter
	@for name in PORT STRIPE_PORT; do python -c "import os, socket; socket.create_server(('127.0.0.1', int(os.environ['$$name'])))" \
		2>/dev/null || { echo "Something uses that port already: choose another one, make run $$name=..."; exit 1; }; done
	@$(FLASK) db upgrade
	@$(FLASK) demo --if-empty
	@$(FLASK) dev-links
	@honcho start

.PHONY: demo
demo: $(RUNTIME) ## throw the development database away and load the demo newsletter
	@$(FLASK) db upgrade
	@$(FLASK) demo --again

.PHONY: migration
migration: $(RUNTIME) ## write a migration from the changed models: make migration m="Add a thing"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="Add a thing"'; exit 1; }
	@$(FLASK) db upgrade
	@$(FLASK) db migrate --message "$(m)"

.PHONY: test
test: $(DEVELOPMENT) $(PAGE_CHECKERS) ## run the tests, on SQLite and on PostgreSQL, and the gates of the pages
	@$(PYTEST) $(tests)

.PHONY: screenshots
screenshots: $(DEVELOPMENT) ## draw docs/screenshots/ again, from the demo at one frozen minute
	@$(BIN)/python -m tests.support.pictures

.PHONY: lint
lint: $(DEVELOPMENT) ## check style, types, imports and the tree
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.support.tree

.PHONY: format
format: $(DEVELOPMENT) ## put the code in shape
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

.PHONY: sure
sure: lint $(PAGE_CHECKERS) ## all that CI runs, with more examples and the coverage of the rules and the acts
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(BIN)/coverage run -m pytest --numprocesses=logical --dist=worksteal --hypothesis-profile=sure
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --include='booking/domain/*,booking/services/*' --fail-under=100

.PHONY: bench
bench: $(DEVELOPMENT) ## measure holds, payments, pages and the feed; prints a table, writes build/bench.json
	@$(BIN)/python -m tests.bench $(parts)

.PHONY: clean
clean: ## remove what was made here, the virtual environment and the development database too
	rm -rf $(VENV) node_modules build instance .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
