# Two commands do all set-up on a machine with Python 3.11 to 3.14 and make: `make demo` and `make test`.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --emit-build-options --no-annotate --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help venv install demo test lint types layers unit nojit wheel bench docs lock tree clean
.NOTPARALLEL:

help: ## these lines
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

# ---- set-up: a stamp says that the venv holds what the lock says

venv: $(VENV)/made ## an empty virtual environment in .venv
install: $(VENV)/runtime ## dipsim in .venv, from locks/runtime.txt

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { \
	  echo "dipsim needs Python 3.11 to 3.14; '$(PYTHON)' is not one. Say which: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "This Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/runtime: $(VENV)/made locks/runtime.txt pyproject.toml
	@echo "Installing dipsim and its libraries into $(VENV) (a minute or two) ..."
	@$(INSTALL) --require-hashes -r locks/runtime.txt
	@$(INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/runtime locks/dev.txt
	@echo "Installing the development tools into $(VENV) ..."
	@$(INSTALL) --require-hashes -r locks/dev.txt
	@touch $@

# ---- the program

demo: $(VENV)/runtime ## the main job on a bundled region; ends with the path of the report
	@$(BIN)/dipsim demo -o demo-out

# ---- what CI runs; the whole suite comes last, so that its verdict is the last line

test: lint types layers wheel nojit unit ## everything CI runs

lint: $(VENV)/dev ## ruff: rules and format
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: $(VENV)/dev ## mypy, strict
	$(BIN)/mypy --no-error-summary

layers: $(VENV)/dev ## import-linter: who may import whom
	$(BIN)/lint-imports --no-logo

unit: $(VENV)/dev ## pytest, kernels compiled
	$(BIN)/pytest -q -n $(WORKERS)

# Commands on small files run without the compiler anyway (dipsim/cli/start.py): whole commands are tested in `unit` alone.
nojit: $(VENV)/dev ## pytest, kernels as plain Python: no whole commands, no large tests, few random examples
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -q -n $(WORKERS) -m "not large" --hypothesis-profile=few \
	  tests/golden tests/oracle tests/property tests/unit

wheel: $(VENV)/dev ## build the wheel, install it outside the repository and use it there
	@rm -rf dist
	$(BIN)/hatchling build -t wheel
	$(BIN)/python tests/wheel/check_wheel.py dist/*.whl

bench: $(VENV)/dev ## measure dipsim beside its peers; ends with the targets, met or not
	$(BIN)/python -m benchmarks

# ---- upkeep

docs: $(VENV)/dev ## write the pages of docs/ that are made from the code
	$(BIN)/python -m tests.architecture.pages

lock: ## resolve both locks anew (needs uv)
	$(LOCK) --upgrade --extra dev -o locks/dev.txt
	$(LOCK) --upgrade --extra install -c locks/dev.txt -o locks/runtime.txt

tree: $(VENV)/dev ## write the tree of ARCHITECTURE.md from git; new lines want a comment by hand
	$(BIN)/python tests/architecture/tree.py

clean: ## remove what make made
	rm -rf $(VENV) dist demo-out .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
