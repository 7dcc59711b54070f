# Any Python from 3.11 on: make demo PYTHON=python3.12
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet

# A folder that was moved, or whose Python is gone, is made anew.
USABLE := $(shell "$(PY)" --version >/dev/null 2>&1 && test "`cat $(VENV)/made 2>/dev/null`" = "$(CURDIR)" && echo yes)

# uv does not read pip's settings; whoever names a mirror or a certificate there means both.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo team test test-kafka deep bench check digest lock clean FORCE

help: ## list these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/project ## install what is needed and open the application on sample data
	@$(BIN)/caseworker demo

NAME ?= ana
team: $(VENV)/project ## open the application as somebody in a team, on the cluster of compose.yaml; make team NAME=ben
	@$(BIN)/caseworker --config team.toml sync --create-topics >/dev/null
	@$(BIN)/caseworker --config team.toml --db .team/$(NAME).sqlite3 --actor $(NAME)

# Two for each core: tests of screens and processes wait as much as they work.
WORKERS = $(shell $(PY) -c "import os; print(2 * (os.cpu_count() or 1))")

test: $(VENV)/dev $(VENV)/project ## run the tests; make test ARGS="-k word" chooses some
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-kafka: $(VENV)/dev $(VENV)/project ## run the tests on Apache Kafka, for which java and mvn are needed
	$(PY) -m pytest -m kafka $(ARGS)

ROUNDS ?=
SEED ?= $(shell date +%s)
deep: $(VENV)/dev $(VENV)/project ## try to break it, round by round until stopped; make deep ROUNDS=1 SEED=1 is the gate's
	@seed=$(SEED); round=1; while [ $$round -le $(or $(ROUNDS),$$round) ]; do \
		echo "Round $$round, seed $$seed"; \
		CASEWORKER_DEEP=$$seed $(PY) -m pytest -m "deep and not kafka" -n $(WORKERS) --dist worksteal \
			--hypothesis-seed=$$seed $(ARGS) || exit 1; \
		CASEWORKER_DEEP=$$seed $(PY) -m pytest -m "deep and kafka" $(ARGS) || [ $$? -eq 5 ] || exit 1; \
		seed=$$((seed + 1)); round=$$((round + 1)); \
	done

FOLDER ?=
bench: $(VENV)/bench $(VENV)/project ## measure, in 10 minutes, and write docs/benchmarks.md; FOLDER=… keeps what is generated
	@$(PY) -m compileall -q benchmarks caseworker_tui store # as pip has done with what it installed
	$(PY) -m benchmarks --write $(if $(FOLDER),--folder $(FOLDER)) $(ARGS)

check: $(VENV)/dev $(VENV)/project ## check style, types and import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(BIN)/lint-imports --no-logo

digest: $(VENV)/project ## write the digest of the read tables anew, after a change of store/projections
	$(PY) -m store.projections.digest

# dev.txt comes first and the others agree with it, for all of them go into one environment.
LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(UPGRADE)

lock: $(VENV)/made ## pin the requirements anew from pyproject.toml; UPGRADE=--upgrade takes newer versions
	$(PIP) uv
	$(LOCK) pyproject.toml --extra dev -o requirements/dev.txt
	$(LOCK) pyproject.toml -c requirements/dev.txt -o requirements/runtime.txt
	$(LOCK) pyproject.toml --extra bench -c requirements/dev.txt -o requirements/bench.txt
	$(LOCK) requirements/build.in -c requirements/dev.txt -o requirements/build.txt

clean: ## remove the environment, the caches and what was built
	rm -rf $(VENV) .team build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -f snapshot_report.html
	find benchmarks caseworker_tui store sample_data tests -type d -name __pycache__ -prune -exec rm -rf {} +

# Each file below is written when its step has succeeded, so that a run that broke off is taken up again.

$(VENV)/made: $(if $(USABLE),,FORCE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "caseworker needs Python 3.11 or newer, and '$(PYTHON)' is not: name one with make PYTHON=python3.12" >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' comes without venv: install it (on Debian and Ubuntu: the package python3-venv)" >&2; \
		exit 1; }
	@echo "Making $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "$(CURDIR)" >$@

$(VENV)/runtime: requirements/build.txt requirements/runtime.txt $(VENV)/made
	@echo "Installing the pinned libraries"
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/runtime
	@echo "Installing the pinned development tools"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/bench: requirements/bench.txt $(VENV)/runtime
	@echo "Installing what the benchmarks compare with"
	@$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@

$(VENV)/project: pyproject.toml $(VENV)/runtime
	@echo "Installing caseworker from this folder"
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
