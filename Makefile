# Two commands: `make demo` does the main job on the sample photographs, `make test` runs the tests.
# Every target makes .venv and installs everything first. Needs Python 3.11 or newer, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help install demo test fuzz lint types docs check audit wheel constraints clean

help:
	@echo "make install      set up .venv: the package with all extras, and the tools"
	@echo "make demo         do the main job on the sample photographs (results in demo/)"
	@echo "make test         run the tests"
	@echo "make fuzz         draw far more hostile inputs than make test does (minutes)"
	@echo "make docs         build the documentation as a site (in site/), and check its links"
	@echo "make check        lint, types and docs; also separately: make lint, make types"
	@echo "make audit        look up known vulnerabilities of the pinned dependencies"
	@echo "make wheel        build the wheel and the source distribution (in dist/)"
	@echo "make constraints  make .venv anew with the newest versions, and pin them in constraints.txt"
	@echo "make clean        remove demo/, dist/, site/ and .venv"

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(INSTALLED): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV): a few GB with torch, some minutes the first time."
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all,dev,docs]'
	@touch $@

install: $(INSTALLED)

demo: $(INSTALLED)
	$(BIN)/rr pipeline infra/samples/train infra/samples/heldout demo

# Whole files go to each process, so that what a file sets up is set up once. If a process dies, the run
# ends and names the test: pytest-xdist 3.8 would replace the process and then wait for ever (its issue 1378).
test: $(INSTALLED)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --max-worker-restart 0

# Inputs that differ from run to run; what fails is printed with the line that repeats it.
fuzz: $(INSTALLED)
	$(BIN)/python -m pytest -m fuzz --hypothesis-profile fuzz

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict --config-file infra/.yamllint.yaml infra
	$(BIN)/hadolint --config infra/containers/.hadolint.yaml infra/containers/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec infra/containers/compose.yaml
	$(BIN)/kubernetes-validate --strict --quiet infra/kubernetes/[!k]*.yaml

types: $(INSTALLED)
	$(BIN)/mypy

docs: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

check: lint types docs

audit: $(INSTALLED)
	$(BIN)/python infra/audit.py constraints.txt

wheel: $(INSTALLED)
	$(BIN)/python -m hatchling build

# An empty .venv, so that nothing is pinned that is no longer needed. Local parts of versions, such
# as +cpu, are left out: they name a build that only one index has.
constraints:
	rm -rf $(VENV)
	$(MAKE) $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[all,dev,docs]'
	echo '# The versions that the tests ran with. Made by `make constraints`.' > constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+.*//' >> constraints.txt
	touch $(INSTALLED)

clean:
	rm -rf demo dist site $(VENV)
