# At most twelve targets; each does its own set-up on a machine with Python 3.11 or newer.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SYSTEM := $(VENV)/.system
SECONDS_EACH ?= 60

.PHONY: help setup demo test check format bench docs fuzz clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(SYSTEM) ## Make .venv with overt and its tools in it; install Chromium and mail servers where allowed

demo: setup ## Send newsletters to 200 people, open and click some in a real browser, show the report
	@$(BIN)/python -m demo

test: setup ## Run every test (ARGS="tests/message -k span" for some)
	@$(BIN)/python -m pytest $(ARGS)

check: $(INSTALLED) ## Format, lint, types, layers, layout
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.layout

format: $(INSTALLED) ## Put every Python file in the house's format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(INSTALLED) ## Measure speed beside other libraries
	@$(BIN)/python -m pip install --quiet -e '.[all,dev,bench]'
	@$(BIN)/python -m bench

docs: $(INSTALLED) ## Write the reference from the code; check links and commands in all documents
	@$(BIN)/python -m tools.reference
	@$(BIN)/python -m tools.docs

fuzz: $(INSTALLED) ## Feed every parser nonsense for SECONDS_EACH=60 seconds each
	@$(BIN)/python -m pip install --quiet -e '.[all,dev,fuzz]'
	@$(BIN)/python -m fuzz --seconds $(SECONDS_EACH)

clean: ## Remove what the other targets made, .venv too
	@rm -rf $(VENV) build dist demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml tools/python.sh
	@python="$$(tools/python.sh)"; [ -x $(BIN)/python ] || "$$python" -m venv $(VENV)
	@echo "overt: installing into $(VENV) (a minute the first time)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all,dev]'
	@touch $@

$(SYSTEM): tools/system.sh | $(INSTALLED)
	@tools/system.sh
	@touch $@
