# Two commands: `make demo` does the main job on the sample photographs, `make test` runs the tests.
# Both make .venv and install everything first. Needs Python 3.11 or newer, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint types check help clean

help:
	@echo "make demo    set up and do the main job on the sample photographs (results in demo/)"
	@echo "make test    set up and run the tests"
	@echo "make check   lint and types"
	@echo "make clean   remove demo/ and .venv"

$(INSTALLED): pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11')"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV): a few GB with torch, some minutes the first time."
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

demo: $(INSTALLED)
	$(BIN)/rr pipeline infra/samples/train infra/samples/heldout demo

# Whole files go to each process, so that what a file sets up is set up once.
test: $(INSTALLED)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(INSTALLED)
	$(BIN)/mypy

check: lint types

clean:
	rm -rf demo $(VENV)
