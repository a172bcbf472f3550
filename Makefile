# The only list of commands. A fresh machine needs Python 3.11 or newer, and nothing else.

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

.DEFAULT_GOAL := help
.PHONY: help run test thorough kernels check generate baseline backtest bench quality drift calibration shop serve soak fuzz \
	lock docs wheels release stamp

help: ## This list
	@echo "Headwater: a recommendation service that learns while it serves."
	@echo
	@echo "  make run                    watch it serve and learn, on simulated shoppers (about a minute)"
	@echo "  make run EVENTS=file.csv.gz the same on your shop's events"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1    \2/p' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Install, then the demo: recommend, hear back, learn, restart warm [EVENTS=, ITEMS=]
	@$(BIN)/headwater demo $(if $(EVENTS),--events $(EVENTS)) $(if $(ITEMS),--items $(ITEMS))

# A file's tests stay together, since they may share a server; the longest files come first. The
# kernels are compiled before, by one process: else each that starts a server would do it.
test: $(VENV)/.dev ## Install, then every test [ARGS="-k name"]
	@$(MAKE) --no-print-directory kernels
	@$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile \
		--no-loadscope-reorder $(ARGS)

thorough: $(VENV)/.dev ## make test, and the tests that take minutes of a core [ARGS=]
	@HEADWATER_THOROUGH=1 $(MAKE) --no-print-directory test

kernels: $(VENV)/.dev
	@$(BIN)/python -c 'from headwater_server.engine.warmup import warm_up; warm_up()'

check: $(VENV)/.dev ## Format, lint, types, import layers, protos, API compatibility, freshness of the stubs, words, docs
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
	@$(MAKE) --no-print-directory docs

generate: $(VENV)/.dev ## Make the gRPC stubs again from protos/, and docs/settings.md from the settings
	$(BIN)/python scripts/generate.py
	$(BIN)/python -m scripts.generate_clients
	$(BIN)/python -m scripts.generate_openapi
	cd clients/typescript && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent generate
	$(BIN)/headwater settings > docs/settings.md

baseline: $(VENV)/.dev ## At a release: from now on the API may not break what it has today [ARGS=--force]
	$(BIN)/python scripts/baseline.py $(ARGS)

backtest: $(VENV)/.run ## Hit rate on a file of events: EVENTS=file [ITEMS=file] [ARGS="--repeats exclude"]
	@test -n "$(EVENTS)" || { echo "make backtest EVENTS=file.csv.gz [ITEMS=items.csv.gz]"; exit 2; }
	@$(BIN)/headwater backtest --events $(EVENTS) $(if $(ITEMS),--items $(ITEMS)) $(ARGS)

bench: $(VENV)/.dev ## Recommend and Feedback against a bare gRPC echo, in one run
	@$(BIN)/python -m benchmarks $(ARGS)

calibration: $(VENV)/.dev ## Do chances come true? Simulated shoppers and Open Bandit's rows [ARGS="--data impressions.csv.gz"]
	@$(BIN)/python -m benchmarks.calibration $(ARGS)

quality: $(VENV)/.dev ## Lists against other recommenders', on every set in DATA [SETS="a b", LIMIT=20000, ABLATE=1, ARGS=]
	@$(PIP) --editable '.[quality]'
	@$(BIN)/python -m benchmarks.quality --data $(DATA) $(addprefix --set ,$(SETS)) \
		$(if $(LIMIT),--limit $(LIMIT)) $(if $(ABLATE),--ablate) $(ARGS)

drift: $(VENV)/.dev ## How soon recommenders are back after a simulated shop's taste has changed [ARGS="--seeds 5"]
	@$(PIP) --editable '.[quality]'
	@$(BIN)/python -m benchmarks.drift $(ARGS)

shop: $(VENV)/.run ## Install, then a demo shop in the browser, and its console, until Ctrl-C [EVENTS=, ITEMS=, ARGS=]
	@$(BIN)/headwater demo --shop $(if $(EVENTS),--events $(EVENTS)) $(if $(ITEMS),--items $(ITEMS)) $(ARGS)

serve: $(VENV)/.run ## Leave a server running on LISTEN (127.0.0.1:50051), its data in DATA_DIR (.headwater)
	@$(BIN)/headwater serve --listen $(LISTEN) --data-dir $(DATA_DIR) $(ARGS)

soak: $(VENV)/.dev ## The crash suite for SECONDS_LONG (600): every fault, seed after seed, and a table [ARGS="-k name"]
	@$(BIN)/python -m tests.soak --seconds $(SECONDS_LONG) $(ARGS)

fuzz: $(VENV)/.dev ## What reads bytes, with atheris: SECONDS_FUZZ (60) for each; it keeps what it finds in build/fuzz
	@$(PIP) --editable '.[fuzz]'
	@for target in token filter entry snapshot request; do \
		echo "fuzzing $$target"; \
		$(BIN)/python -m tests.fuzz $$target -max_total_time=$(SECONDS_FUZZ) -verbosity=0 || exit 1; \
	done

lock: $(VENV)/.dev ## Take the newest versions that pyproject.toml allows, and pin them in constraints.txt [UPGRADE=]
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --quiet \
		--no-emit-package headwater --no-emit-package headwater-server --no-annotate \
		--custom-compile-command "make lock" $(UPGRADE) --output-file constraints.txt

docs: $(VENV)/.dev ## The documentation as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "build/site/index.html"

wheels: | $(VENV)/bin/python ## The Python packages of this checkout, in dist/
	@$(PIP) build
	@$(BIN)/python -m scripts.release --wheels

release: | $(VENV)/bin/python ## All packages of VERSION, tried in empty environments, in dist/ [ALLOW_MISSING=1, ALLOW_DIRTY=1]
	@$(PIP) build cyclonedx-bom
	@$(BIN)/python -m scripts.release $(VERSION)

stamp: | $(VENV)/bin/python ## Show the project's version and address; set them in all packages [VERSION=, URL=]
	@$(BIN)/python -m scripts.release.stamp $(if $(VERSION),--version $(VERSION)) $(if $(URL),--url $(URL))

# The stamps: what they name is installed exactly as pinned, until a pin changes.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Headwater needs Python 3.11 or newer on the PATH"; exit 1; }
	@echo "creating $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(PINS) | $(VENV)/bin/python
	@echo "installing the pinned packages (once: 700 MB, some minutes)"
	@$(PIP) --editable clients/python --editable '.[gateway]'
	@touch $@

$(VENV)/.dev: $(PINS) | $(VENV)/bin/python
	@echo "installing the pinned packages and the tools (once)"
	@$(PIP) --editable clients/python --editable '.[dev]'
	@touch $@ $(VENV)/.run
