# Every verb of this project. `make` alone lists them. Needs only make and Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
INSTALL := $(BIN)/python -m pip install --quiet --require-virtualenv --disable-pip-version-check --require-hashes

# The stamps say which lock the virtual environment was last made from.
RUNTIME := $(VENV)/.requirements
DEVELOPMENT := $(VENV)/.requirements-dev

FLASK := $(BIN)/flask --app booking
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

.PHONY: setup
setup: $(DEVELOPMENT) ## make the virtual environment with everything in it

.PHONY: lock
lock: $(DEVELOPMENT) ## work out the locked requirements again from pyproject.toml
	$(BIN)/pip-compile --output-file=requirements.txt pyproject.toml
	$(BIN)/pip-compile --extra=dev --constraint=requirements.txt --output-file=requirements-dev.txt pyproject.toml
