# The whole surface of the project; `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export AI_COST_LANDING ?= landing
export AI_COST_WAREHOUSE ?= warehouse.duckdb
export AI_COST_TARGET ?= duckdb
export DBT_PROFILES_DIR := $(CURDIR)
# Names every user id in the sample by the same key, so that a demo looks alike everywhere.
DEMO_KEY := demo-key-not-a-secret

.PHONY: help setup demo sample nightly docs-site lint test test-long benchmark lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/.runtime: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(BIN)/.dev: requirements-dev.txt $(BIN)/.runtime
	@echo "Installing the pinned test dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(BIN)/.runtime ## Make .venv and install what running needs

demo: export AI_COST_USER_KEY ?= $(DEMO_KEY)
demo: setup ## Sample quarter, load, build, and a headline: all the set-up there is
	@$(BIN)/python -m scripts.generate_sample_data --landing $(AI_COST_LANDING)
	@$(MAKE) --no-print-directory nightly docs-site
	@$(BIN)/python -m scripts.headline

nightly: setup ## Load what is new in the landing folder, check freshness, build, keep a record
	@$(BIN)/python -m scripts.nightly

docs-site: setup ## Write the browsable documentation to target/static_index.html
	@$(BIN)/dbt --quiet docs generate --static

lint: $(BIN)/.dev ## Check style and conventions of SQL, YAML and Python
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/dbt parse --quiet
	@$(BIN)/sqlfluff lint --disable-progress-bar models tests/assertions analyses
	@$(BIN)/dbt-bouncer run --config-file dbt-bouncer.yml

test: lint ## Every test: style, dbt unit and data tests, pytest, and the build on a private PostgreSQL
	@# a file stays on one worker, because its tests share a warehouse
	@$(BIN)/python -m pytest -n auto --dist loadfile

test-long: $(BIN)/.dev ## The heavier forms of the tests
	@$(BIN)/python -m pytest -m long

benchmark: setup ## Rows per second and memory, as ratios to a plain copy of the same rows
	@$(BIN)/python -m scripts.benchmark
	@$(BIN)/python -m scripts.benchmarks.history
	@$(BIN)/python -m scripts.benchmarks.litellm_pricing --python "$${AI_COST_LITELLM_PYTHON:-$(BIN)/python}"

lock: $(BIN)/.dev ## Pin the dependencies of pyproject.toml anew
	@$(BIN)/python -m pip install --quiet uv
	@for part in "dev:--extra dev" ":-c requirements-dev.txt"; do \
		name=requirements$${part%%:*}; name=$${name/requirementsdev/requirements-dev}.txt; \
		$(BIN)/uv pip compile --quiet --upgrade pyproject.toml $${part#*:} \
			--no-emit-index-url --no-annotate --no-header -o $$name; \
		sed -i "1i # Made by 'make lock' from pyproject.toml; edit that, not this." $$name; \
	done

clean: ## Remove what was built; landing and .venv stay
	@rm -rf target logs $(AI_COST_WAREHOUSE) $(AI_COST_WAREHOUSE).wal $(AI_COST_WAREHOUSE).lock
