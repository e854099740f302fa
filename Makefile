# Gatehouse. `make help` lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

# Where a machine forbids Python to keep what it compiled, each of the hundreds of processes that the tests start would
# compile our seven hundred modules again: 0.8 s of processor time for a data plane, 1.4 s for a control plane.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup up demo test image-check lint format bench proto lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(STAMP) ## make .venv with everything in it

up: $(STAMP) ## start the gate on this machine
	@exec $(BIN)/gatehouse up

demo: $(STAMP) ## a guided tour with the real Claude Agent SDK
	@exec $(BIN)/gatehouse demo

lint: $(STAMP) ## style, types, import rules, file lengths
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/house.py

format: $(STAMP) ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: lint ## everything CI runs
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

image-check: $(STAMP) ## build the image twice, look inside, run the chart's pods from it (root, Debian 12)
	$(BIN)/python -m tests.k8s.image $(if $(BASE),--base $(BASE))

bench: $(STAMP) ## measure, as JSON in bench/results/
	$(BIN)/python -m bench

proto: $(STAMP) ## generate the protobuf code, and what we say of Envoy's messages, again
	$(BIN)/python proto/generate.py
	$(BIN)/python proto/vocabulary.py

lock: ## pin every dependency again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --all-extras --output-file requirements.lock pyproject.toml requirements.build.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --extra image --constraint requirements.lock \
	  --output-file k8s/requirements.lock pyproject.toml requirements.build.in

clean: ## remove what was made here
	rm -rf $(VENV) .gatehouse .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
