# Groundway. `make help` lists what there is; every target does its own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations 15
LOCKS := requirements/groundway.txt requirements/opa.txt requirements/uv.txt requirements/terraform.txt package-lock.json

# What programs leave in the temporary directory goes when they are done. Not for `up`: its servers stay.
TIDY = export TMPDIR="$$(mktemp -d)"; trap 'rm -rf "$$TMPDIR"' EXIT;

.PHONY: help setup demo up down test long quick lint types lock setup-tests clean bench reference rehearse

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## Make .venv, the cdktf command line and Terraform ready; nothing else

.venv/.ready: $(LOCKS) pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py

demo: setup ## The whole life cycle in the local cloud: deploy, train, serve, watch, retrain, report, tear down
	@$(TIDY) $(BIN)/groundway demo

up: setup ## The first half of the demo: everything stays running and its addresses are printed
	@$(BIN)/groundway demo up

down: setup ## The second half: destroy what `make up` deployed and stop every process
	@$(BIN)/groundway demo down

test: setup setup-tests lint types ## What proves the project: linters, types, import rules, all tests but the long ones
	@$(TIDY) $(PYTEST) -m 'not long'

long: setup setup-tests ## The tests that take minutes each: every environment rehearsed, every recipe followed
	@$(TIDY) $(PYTEST) -m long

quick: setup lint ## The tests that take seconds
	@$(TIDY) $(PYTEST) -m 'not slow and not long'

rehearse: setup ## Rehearse every environment from nothing to nothing, side by side
	@$(TIDY) $(BIN)/groundway rehearse dev staging prod

lint: setup ## ruff and the import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@PYTHONPATH=. $(BIN)/lint-imports

types: setup ## mypy, strict
	@$(BIN)/mypy

setup-tests: .venv-checkov/.ready ## What only the tests need: CDK Terrain, Checkov, model signing, an IAM simulator, and Chromium and Prometheus where root may install them

.venv-checkov/.ready: requirements/cdktn.txt requirements/checkov.txt requirements/signing.txt tests/policies/iam/package-lock.json requirements/uv.txt tools/setup.py
	@$(PYTHON) tools/setup.py --tests

lock: setup ## Resolve the requirements anew and write the hash locks
	@$(BIN)/python tools/lock.py

reference: setup ## Write the generated pages of docs/ anew from the code
	@$(BIN)/python tools/reference.py
	@$(BIN)/groundway local coverage --markdown > docs/local-cloud-coverage.md

bench: setup ## Benchmarks: ratios measured in one run
	@for f in tests/benchmarks/bench_*.py; do $(BIN)/python $$f; done

clean: ## Remove everything that set-up and runs made
	@if [ -x $(BIN)/groundway ]; then $(BIN)/groundway local reset --yes || true; fi
	@rm -rf .venv .venv-cdktn .venv-checkov node_modules tests/policies/iam/node_modules cdktf.out .groundway
