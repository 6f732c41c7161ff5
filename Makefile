# The commands of this project; `make` lists them. Everything they write lies below this folder.
#
#   make demo SOURCE=… HEADLESS=1 WORKSPACE=… PORT=… SAMPLE_PORT=…
#   make test PYTEST_ARGS='-x tests/iiif' SYSTEM_PACKAGES=no TORCH=no|cuda TORCH_INDEX=…

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MODELS := $(VENV)/.models
VENDOR := webui/snoop_webui/static/vendor/digests.json
TEST_VENDOR := tests/webui/vendor/digests.json
PYTEST_ARGS ?= -n 2 --dist loadfile
SYSTEM_PACKAGES ?= yes

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate $(UPGRADE) \
	$(foreach p,snoop-flow $(notdir $(wildcard plugins/snoop-*)),--no-emit-package $(p))

export DO_NOT_TRACK = 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup models demo test bench check format lock clean system-packages

help: ## what can be made here
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 \t\2/p' $(MAKEFILE_LIST)

setup: $(STAMP) $(VENDOR) $(TEST_VENDOR) ## .venv with everything installed, browser libraries included

$(STAMP): pyproject.toml $(wildcard plugins/*/pyproject.toml) requirements/lock.txt requirements/bootstrap.txt scripts/install
	@PYTHON='$(PYTHON)' VENV='$(VENV)' scripts/install
	@touch $@

# offline it warns and makes nothing, so that the next time tries again
$(VENDOR): webui/snoop_webui/vendor.lock.json | $(STAMP)
	@$(BIN)/python -m snoop_webui.vendor --optional
	@touch -c $@

# what only tests need: axe, which looks for barriers
$(TEST_VENDOR): tests/webui/vendor.lock.json | $(STAMP)
	@$(BIN)/python -m snoop_webui.vendor --optional tests/webui
	@touch -c $@

models: $(MODELS) ## torch and the libraries of the plugins for transformers and OpenCLIP, 1 GB, where they can be had

$(MODELS): requirements/torch.txt requirements/models.txt scripts/install-models | $(STAMP)
	@VENV='$(VENV)' TORCH='$(TORCH)' TORCH_INDEX='$(TORCH_INDEX)' scripts/install-models

demo: setup ## the whole pipeline on a sample archive, or on SOURCE=…; HEADLESS=1 stops after the summary
	@$(BIN)/snoop-flow demo $(if $(SOURCE),--source '$(SOURCE)') $(if $(WORKSPACE),--workspace '$(WORKSPACE)') \
		$(if $(PORT),--port $(PORT)) $(if $(SAMPLE_PORT),--sample-port $(SAMPLE_PORT)) $(if $(filter-out 0 no,$(HEADLESS)),--headless)

test: setup models system-packages ## everything: checks, then all tests
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

system-packages:
	@SYSTEM_PACKAGES='$(SYSTEM_PACKAGES)' scripts/system-packages

bench: setup ## every benchmark at a size that a laptop does in minutes, JSON below .bench/; BENCHES='round learn' does some
	@BIN='$(BIN)' scripts/bench $(BENCHES)

check: setup ## formatting, lint, types, import rules, docs gates
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted: run 'make format'" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/mypy tests
	@set -e; for tests in plugins/conftest.py plugins/*/tests; do $(BIN)/mypy $$tests; done
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q -m gate tests/docs tests/engine/messages

format: setup ## write the code as ruff formats it
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .

lock: setup ## resolve requirements/lock.txt and models.txt anew; UPGRADE=--upgrade takes newer versions
	@$(COMPILE) --override requirements/overrides.txt -o requirements/lock.txt requirements/lock.in
	@$(COMPILE) --override requirements/overrides.txt --override requirements/models-overrides.txt \
		-c requirements/lock.txt requirements/models.in | grep -vxFf requirements/lock.txt > requirements/models.txt

clean: ## remove .venv, caches and fetched browser libraries
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache \
		webui/snoop_webui/static/vendor tests/webui/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
