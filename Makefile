# Everything runs in .venv, made here from pinned packages; nothing else on the machine is touched
# (but for Chromium and Java: `make test` installs them with apt-get when they are missing and you are root).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Any Python from 3.11 on, to make .venv with.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3 python,$(shell command -v $(name))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install

EXAMPLE := examples/01-two-adequate-failures/fhir.json
EXAMPLE_AS_OF := 2025-09-22
EXAMPLE_PAGE := demo-review.html
DEMO := demo
BENCHMARKS := one_person fhir_ndjson omop steps population simulated_truth

.PHONY: help demo test check fix bench coverage setup setup-test setup-bench picture pins changelog clean

help: ## What you can make
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup ## Review an example person, and 10,000 simulated ones: on screen, and as pages
	@$(BIN)/stepwell review $(EXAMPLE) --as-of $(EXAMPLE_AS_OF) --brief
	@$(BIN)/stepwell review $(EXAMPLE) --as-of $(EXAMPLE_AS_OF) --format html --out $(EXAMPLE_PAGE) >/dev/null
	@printf '\nThe same review as a page: %s\n\n' "$(CURDIR)/$(EXAMPLE_PAGE)"
	@rm -rf $(DEMO)
	@$(BIN)/stepwell simulate --people 10000 --seed 1 --out $(DEMO)/people
	@$(BIN)/stepwell cohort $(DEMO)/people --as-of 2025-12-31 --part 5000 --out $(DEMO)/results
	@printf '\n10,000 simulated people as a page: %s\n' "$(CURDIR)/$(DEMO)/results/dashboard.html"

test: setup-test ## Run every test
	@tools/java
	@STEPWELL_CHROMIUM="$$(tools/chromium)" $(BIN)/python -m pytest -n auto $(PYTEST)

check: setup-test ## Layout, lint, types, imports, knowledge, changelog
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "The layout of the files above differs: run make fix."; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/stepwell knowledge check
	@$(BIN)/python -m pytest --quiet tests/docs
	@echo "All checks passed."

fix: setup-test ## Lay the code out and mend what lint can mend
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

bench: setup-bench ## Measure speed and memory
	@for name in $(BENCHMARKS); do echo; $(BIN)/python benchmarks/$$name.py || exit 1; done

coverage: setup-test ## Run every test and show the lines none of them reaches
	@tools/java
	@STEPWELL_CHROMIUM="$$(tools/chromium)" $(BIN)/python -m pytest -n auto --quiet --cov --cov-report=term-missing

setup: .venv/set-up ## Make .venv with all that Stepwell needs

setup-test: .venv/set-up-test

setup-bench: .venv/set-up-bench

.venv/bin/python:
	@$(if $(PYTHON),,echo "Python 3.11 or newer is needed, and no python3 was found."; exit 1)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$("$(PYTHON)" --version 2>&1)."; \
		echo "Name another: make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "$(PYTHON) can't make a virtual environment (Debian, Ubuntu: apt-get install python3-venv)."; exit 1; }

.venv/set-up: .venv/bin/python requirements/run.txt requirements/build.txt pyproject.toml src/stepwell/__init__.py
	@echo "Setting up .venv (a minute or two the first time) ..."
	@$(PIP) --require-hashes --requirement requirements/run.txt --requirement requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/set-up-test: .venv/set-up requirements/test.txt
	@echo "Adding what the tests need ..."
	@$(PIP) --require-hashes --requirement requirements/test.txt
	@touch $@

.venv/set-up-bench: .venv/set-up-test requirements/bench.txt
	@echo "Adding what Stepwell is measured against ..."
	@$(PIP) --require-hashes --requirement requirements/bench.txt
	@touch $@

picture: demo setup-test ## Draw the pictures of the README anew
	@$(BIN)/python tools/picture.py $(EXAMPLE_PAGE) docs/images/review.png "$$(tools/chromium)"
	@$(BIN)/python tools/picture.py $(DEMO)/results/dashboard.html docs/images/population.png "$$(tools/chromium)" really 690

pins: .venv-pins/set-up ## Pin the packages anew from pyproject.toml (PINS=--upgrade: newest versions)
	@tools/pins .venv-pins/bin/uv $(PINS)

.venv-pins/set-up: requirements/pins.txt
	@"$(PYTHON)" -m venv .venv-pins
	@.venv-pins/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements/pins.txt
	@touch $@

changelog: setup-test ## Gather the fragments of changelog.d for a release (VERSION=1.2.0)
	@$(if $(VERSION),,echo "Name the release: make changelog VERSION=1.2.0"; exit 1)
	@$(BIN)/towncrier build --yes --version "$(VERSION)"

clean: ## Remove what make made
	@rm -rf .venv .venv-pins build dist $(EXAMPLE_PAGE) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
