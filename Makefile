# All commands of the project. A new machine needs only Python 3.11 or newer.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PINS := pyproject.toml clients/python/pyproject.toml constraints.txt

EVENTS ?=
ITEMS ?=
DATA ?= ../shared/data
SETS ?=
LIMIT ?=
ABLATE ?=
SECONDS_LONG ?= 600
SECONDS_FUZZ ?= 60
DATA_DIR ?= .headwater
LISTEN ?= 127.0.0.1:50051
UPGRADE ?= --upgrade  # UPGRADE= keeps what is pinned, and adds what is new
VERSION ?=
URL ?=

# Bytecode is kept, whatever the environment says: the tests start hundreds of processes, and each
# would compile 700 modules of ours again, a quarter of what its start costs.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test thorough kernels clients check generate baseline backtest bench bench-full quality drift calibration shop serve soak failover fuzz attack \
	lock docs wheels release stamp

help: ## This list
	@echo "Headwater: a recommendation service that learns while it serves."
	@echo
	@echo "  make run                    watch it serve and learn, on simulated shoppers (about a minute)"
	@echo "  make run EVENTS=file.csv.gz the same on your shop's events"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1    \2/p' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Install, then run the demo: recommend, get feedback, learn, restart with what was learned [EVENTS=, ITEMS=]
	@$(BIN)/headwater demo $(if $(EVENTS),--events $(EVENTS)) $(if $(ITEMS),--items $(ITEMS))

# The tests of a file run in one process, because they may share a server; the longest files start
# first. One process compiles the kernels before, else each process that starts a server would do it.
# There are two processes for a core, because tests wait: for a clock, a limit, a store, a browser.
test: $(VENV)/.dev ## Install, then run every test [ARGS="-k name"]
	@$(MAKE) --no-print-directory kernels
	@cores=$$($(BIN)/python -c 'import os; print(os.cpu_count() or 1)'); \
		$(BIN)/python -m pytest --numprocesses $$((cores == 1 ? 2 : 4)) --dist loadfile \
		--no-loadscope-reorder $(ARGS)

thorough: $(VENV)/.dev ## make test, and the tests that need minutes of a CPU core [ARGS=]
	@HEADWATER_THOROUGH=1 $(MAKE) --no-print-directory test

kernels: $(VENV)/.dev
	@$(BIN)/headwater compile

clients: $(VENV)/.dev
	@$(BIN)/python -m tests.system.client_programs

check: $(VENV)/.dev ## Format, lint, types, import layers, protos, API compatibility, freshness of the stubs, words, manifests, docs
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/buf lint
	$(BIN)/python scripts/baseline.py --check
	$(BIN)/python scripts/generate.py --check
	$(BIN)/python scripts/vocabulary.py
	$(BIN)/python scripts/shape.py
	$(BIN)/python -m scripts.generate_openapi --check
	$(BIN)/python -m scripts.manifests
	@$(MAKE) --no-print-directory docs

generate: $(VENV)/.dev ## Make the gRPC stubs again from protos/, and docs/settings.md from the settings
	$(BIN)/python scripts/generate.py
	$(BIN)/python -m scripts.generate_clients
	$(BIN)/python -m scripts.generate_openapi
	cd clients/typescript && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent generate
	$(BIN)/headwater settings > docs/settings.md

baseline: $(VENV)/.dev ## At a release: make the present API the one that later changes must not break [ARGS=--force]
	$(BIN)/python scripts/baseline.py $(ARGS)

backtest: $(VENV)/.run ## Hit rate on a file of events: EVENTS=file [ITEMS=file] [ARGS="--repeats exclude"]
	@test -n "$(EVENTS)" || { echo "make backtest EVENTS=file.csv.gz [ITEMS=items.csv.gz]"; exit 2; }
	@$(BIN)/headwater backtest --events $(EVENTS) $(if $(ITEMS),--items $(ITEMS)) $(ARGS)

bench: $(VENV)/.dev ## What a call and an event cost, beside bare gRPC echoes: the parts that take minutes [ARGS="--only calls"]
	@$(BIN)/python -m benchmarks --data $(DATA) $(ARGS)

bench-full: $(VENV)/.dev ## The same with all parts: a million items, starts, memory, stalls, workers (an hour or more) [ARGS=]
	@$(PIP) --editable '.[quality]'
	@$(BIN)/python -m benchmarks --full --data $(DATA) $(ARGS)

calibration: $(VENV)/.dev ## Compare predicted probabilities with what happened, for simulated shoppers and Open Bandit [ARGS="--data impressions.csv.gz"]
	@$(BIN)/python -m benchmarks.calibration $(ARGS)

quality: $(VENV)/.dev ## Compare the lists with those of other recommenders, on every data set in DATA [SETS="a b", LIMIT=20000, ABLATE=1, ARGS=]
	@$(PIP) --editable '.[quality]'
	@$(BIN)/python -m benchmarks.quality --data $(DATA) $(addprefix --set ,$(SETS)) \
		$(if $(LIMIT),--limit $(LIMIT)) $(if $(ABLATE),--ablate) $(ARGS)

drift: $(VENV)/.dev ## How fast recommenders recover after a change of taste in a simulated shop [ARGS="--seeds 5"]
	@$(PIP) --editable '.[quality]'
	@$(BIN)/python -m benchmarks.drift $(ARGS)

shop: $(VENV)/.run ## Install, then a demo shop in the browser, and its console, until Ctrl-C [EVENTS=, ITEMS=, ARGS=]
	@$(BIN)/headwater demo --shop $(if $(EVENTS),--events $(EVENTS)) $(if $(ITEMS),--items $(ITEMS)) $(ARGS)

serve: $(VENV)/.run ## Run a server on LISTEN (127.0.0.1:50051), its data in DATA_DIR (.headwater)
	@$(BIN)/headwater serve --listen $(LISTEN) --data-dir $(DATA_DIR) $(ARGS)

soak: $(VENV)/.dev ## Run the crash tests for SECONDS_LONG (600): every fault, with seed after seed, and a table [ARGS="-k name"]
	@$(BIN)/python -m tests.soak --seconds $(SECONDS_LONG) $(ARGS)

failover: $(VENV)/.dev ## Let real stores fail over in every way, for some minutes, and report what came of it [ARGS="--only planned"]
	@$(BIN)/python -m tests.system.failover $(ARGS)

fuzz: $(VENV)/.dev ## Fuzz all parsers with atheris, SECONDS_FUZZ (60) each; findings are in build/fuzz
	@$(PIP) --editable '.[fuzz]'
	@for target in token filter entry snapshot request; do \
		echo "fuzzing $$target"; \
		$(BIN)/python -m tests.fuzz $$target -max_total_time=$(SECONDS_FUZZ) -verbosity=0 || exit 1; \
	done

attack: $(VENV)/.dev ## Flood a server in every way for two minutes, and report what honest shoppers notice [ARGS="--flood explain"]
	@$(BIN)/python -m benchmarks.attack $(ARGS)

lock: $(VENV)/.dev ## Pin the newest versions that pyproject.toml allows in constraints.txt [UPGRADE=]
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --quiet \
		--no-emit-package headwater --no-emit-package headwater-server --no-annotate \
		--custom-compile-command "make lock" $(UPGRADE) --output-file constraints.txt

docs: $(VENV)/.dev ## The documentation as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "build/site/index.html"

wheels: $(VENV)/.run ## The Python packages of this checkout, in dist/
	@$(PIP) build
	@$(BIN)/python -m scripts.release --wheels

release: $(VENV)/.run ## All packages of VERSION, tried in empty environments, in dist/ [ALLOW_MISSING=1, ALLOW_DIRTY=1]
	@$(PIP) build cyclonedx-bom
	@$(BIN)/python -m scripts.release $(VERSION)

stamp: | $(VENV)/bin/python ## Show the project's version and address; set them in all packages [VERSION=, URL=]
	@$(BIN)/python -m scripts.release.stamp $(if $(VERSION),--version $(VERSION)) $(if $(URL),--url $(URL))

# The stamp files: they are current while the installed packages are as pinned.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Headwater needs Python 3.11 or newer on the PATH"; exit 1; }
	@echo "creating $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(PINS) | $(VENV)/bin/python
	@echo "installing the pinned packages (once: 700 MB, some minutes)"
	@$(PIP) --editable clients/python --editable '.[gateway,import]'
	@$(BIN)/headwater compile
	@touch $@

$(VENV)/.dev: $(PINS) | $(VENV)/bin/python
	@echo "installing the pinned packages and the tools (once)"
	@$(PIP) --editable clients/python --editable '.[dev]'
	@touch $@ $(VENV)/.run
