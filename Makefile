# Sets up and checks the project. What users run is bin/ai-cost: targets here call it after the
# set-up. `make` alone lists all of it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
export AI_COST_TARGET ?= duckdb
# Spark brings a copy of itself, ten times the size of the rest: an environment of its own.
ifeq ($(AI_COST_TARGET),spark)
VENV := .venv-spark
LOCKED := requirements-spark.txt
else
VENV := .venv
LOCKED := requirements.txt
endif
BIN := $(VENV)/bin
export AI_COST_LANDING ?= landing
export AI_COST_WAREHOUSE ?= warehouse.duckdb
export AI_COST_SPARK_WAREHOUSE ?= warehouse.spark
export DBT_PROFILES_DIR := $(CURDIR)
# Names every user id in the sample by the same key, so that a demo looks alike everywhere.
DEMO_KEY := demo-key-not-a-secret
# The sample is of one quarter; the demo is the day its last bill arrives, whatever the clock says.
DEMO_NOW := 2026-10-06T12:00:00Z

.PHONY: help setup demo nightly init report workbook publish audit docs-site lint test test-engines test-wide test-long test-focus test-spark test-superset mutants benchmark lock clean

help: ## Show this list, and the commands once they are set up
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
	@test ! -x $(BIN)/python || { echo; bin/ai-cost --help | sed '1,/^Commands/c bin/ai-cost ...'; }

$(BIN)/.runtime: $(LOCKED)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned dependencies into $(VENV) ..."
	@.ci/install $(VENV) $(LOCKED)
	@touch $@

$(BIN)/.dev: requirements-dev.txt $(BIN)/.runtime
	@echo "Installing the pinned test dependencies into $(VENV) ..."
	@.ci/install $(VENV) requirements-dev.txt
	@touch $@

setup: $(BIN)/.runtime ## Make .venv and install what running needs

demo: export AI_COST_USER_KEY ?= $(DEMO_KEY)
demo: export AI_COST_COMPANY ?= companies/sample
demo: export AI_COST_NOW ?= $(DEMO_NOW)
demo: setup ## Sample quarter, load, build, headline, report: all the set-up there is
	@bin/ai-cost sample --landing $(AI_COST_LANDING)
	@$(MAKE) --no-print-directory nightly docs-site report
	@echo
	@echo "Open report/index.html: what it cost, who caused it, whether the bills are right."
	@echo "For finance: make workbook. Columns of every table: target/static_index.html. The headline again: bin/ai-cost headline"

nightly: setup ## Load what is new in the landing folder, build, check freshness, keep a record
	@bin/ai-cost nightly

init: setup ## FOLDER=...: a starter company folder from the teams, keys and accounts that were loaded
	@test -n "$(FOLDER)" || { echo "Say where: make init FOLDER=path/to/company" >&2; exit 2; }
	@bin/ai-cost init "$(FOLDER)"

publish: setup ## Give readers a new copy of the marts in published/, when the last build passed
	@bin/ai-cost publish

audit: setup ## FILE=... [FORMAT=...]: what one log or bill says, by the same models, without touching the warehouse
	@test -n "$(FILE)" || { echo "Say which: make audit FILE=path/to/log.jsonl" >&2; exit 2; }
	@bin/ai-cost audit $(if $(FORMAT),--format $(FORMAT)) "$(FILE)"

report: setup ## Write the report to report/index.html: open it from disk, no server needed
	@bin/ai-cost report

workbook: setup ## Write review.xlsx, the Excel file that finance reviews
	@bin/ai-cost workbook

docs-site: setup ## Write the browsable documentation to target/static_index.html
	@bin/ai-cost dbt --quiet docs generate --static

# A warehouse of its own: it runs beside commands that may hold the usual one.
lint: export AI_COST_WAREHOUSE := target/lint/warehouse.duckdb
lint: $(BIN)/.dev ## Check style and conventions of SQL, YAML and Python
	@mkdir -p target/lint
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/dbt parse --quiet
	@$(BIN)/python -m tests.lint_sql models tests/assertions analyses
	@$(BIN)/dbt-bouncer run --config-file dbt-bouncer.yml

# The three tiers of tests are the markers of pyproject.toml: no marker, `wide`, `long`.
# Which tests stay on one worker is in tests/python/conftest.py.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: $(BIN)/.dev ## Style, dbt unit and data tests, pytest: what a change needs to pass
	@# Lint is one process, so it runs beside the tests; what it says comes last, in one piece.
	@said=$$(mktemp); trap 'rm -f "$$said"' EXIT; \
	$(MAKE) --no-print-directory lint > "$$said" 2>&1 & linting=$$!; \
	code=0; $(PYTEST) || code=$$?; \
	wait $$linting || code=$$?; cat "$$said"; \
	echo "make test: $$((SECONDS / 60)) min $$((SECONDS % 60)) s"; exit $$code

test-engines: $(BIN)/.dev ## The whole build with all tests, and each macro, on a private PostgreSQL
	@code=0; $(PYTEST) -m "wide and not long" -k postgres tests/python/test_sample_end_to_end.py tests/python/test_adapters.py || code=$$?; \
	echo "make test-engines: $$((SECONDS / 60)) min $$((SECONDS % 60)) s"; exit $$code

test-wide: $(BIN)/.dev ## More of the same harms: whole nights, the ledger's year, every format, PostgreSQL
	@code=0; $(PYTEST) -m "wide and not long" || code=$$?; \
	echo "make test-wide: $$((SECONDS / 60)) min $$((SECONDS % 60)) s"; exit $$code

test-long: $(BIN)/.dev ## The heavier forms of the tests, the FOCUS validators, Spark (hours)
	@$(PYTEST) -m "long and not spark"
	@$(MAKE) --no-print-directory test-focus
	@$(MAKE) --no-print-directory test-spark SPARK_TESTS=spark

SPARK_TESTS ?= spark and not long
test-spark: export AI_COST_TARGET := spark
test-spark: ## The marts on a Spark cluster of this machine, equal to DuckDB's; needs Java 17
	@command -v java > /dev/null || { echo "test-spark: there is no java; on Debian: apt-get install openjdk-17-jre-headless" >&2; exit 2; }
	@$(MAKE) --no-print-directory setup
	@.venv-spark/bin/python -m pytest -m "$(SPARK_TESTS)" tests/python/test_spark.py

# The validators need an older NumPy, and that of FOCUS 1.2 needs Python 3.12: an environment of their own.
FOCUS_PYTHON ?= $(shell for python in python3.12 $(HOME)/.pyenv/versions/3.12.*/bin/python; do \
	"$$python" -c '' 2>/dev/null && echo "$$python" && break; done)

.venv-focus/.done: requirements-focus.txt $(BIN)/.dev
	@test -n "$(FOCUS_PYTHON)" || echo "No Python 3.12 here (or name one in FOCUS_PYTHON): the FOCUS 1.2 file is NOT checked, the 1.4 files are."
	@echo "Installing the pinned FOCUS validators into .venv-focus ..."
	@$(or $(FOCUS_PYTHON),$(BIN)/python) -m venv --clear .venv-focus
	@.ci/install .venv-focus requirements-focus.txt
	@touch $@

test-focus: .venv-focus/.done ## The FOCUS files against the public validators
	@$(BIN)/python -m pytest -m focus -r s

# Superset needs older versions of half of what we use: an environment of its own.
.venv-superset/.done: requirements-superset.txt $(BIN)/.dev
	@echo "Installing the pinned Apache Superset into .venv-superset ..."
	@$(BIN)/python -m venv --clear .venv-superset
	@.ci/install .venv-superset requirements-superset.txt
	@touch $@

test-superset: .venv-superset/.done ## The dashboards imported into Apache Superset, every chart asked
	@$(BIN)/python -m pytest -m superset

mutants: $(BIN)/.dev ## Faults put in on purpose, one at a time: which test finds each (hours)
	@$(BIN)/python -m tests.mutants $(if $(ONLY),--only $(ONLY)) --out target/mutants.md

benchmark: $(BIN)/.dev ## Rows per second and memory, as ratios to a plain copy of the same rows
	@$(BIN)/python -m scripts.benchmarks.speed
	@$(BIN)/python -m scripts.benchmarks.history
	@$(BIN)/python -m scripts.benchmarks.history --postgres --night 1000 --per-day 1000
	@$(BIN)/python -m scripts.benchmarks.whole_jobs --python "$${AI_COST_OTHERS_PYTHON:-$(BIN)/python}"

lock: $(BIN)/.dev ## Pin the dependencies of pyproject.toml again
	@$(BIN)/python -m pip install --quiet uv
	@for part in "dev:--extra dev" ":-c requirements-dev.txt" "spark:--extra spark -c requirements-dev.txt"; do \
		name=$${part%%:*}; name=requirements$${name:+-$$name}.txt; \
		$(BIN)/uv pip compile --quiet --upgrade pyproject.toml $${part#*:} \
			--no-emit-index-url --no-annotate --no-header -o $$name; \
		sed -i "1i # Made by 'make lock' from pyproject.toml; edit that, not this." $$name; \
	done
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --group focus \
		--no-emit-index-url --no-annotate --no-header -o requirements-focus.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --group superset \
		--no-emit-index-url --no-annotate --no-header -o requirements-superset.txt
	@sed -i "1i # Made by 'make lock' from pyproject.toml; edit that, not this." \
		requirements-focus.txt requirements-superset.txt

clean: ## Remove what was built; landing and environments stay
	@rm -rf target logs .test-cache $(AI_COST_WAREHOUSE) $(AI_COST_WAREHOUSE).wal $(AI_COST_WAREHOUSE).lock $(AI_COST_SPARK_WAREHOUSE)
