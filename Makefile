# make demo   train, export, verify and predict on the built-in data set
# make test   lint, types, import rules, tests
# Both create .venv first and work offline once that is done.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
SOURCES := runtime training export tests benchmarks

.PHONY: install demo test lint pins clean

install: $(VENV)/.installed

# The first of these that runs and is new enough; PYTHON=... overrides.
$(VENV)/.installed: constraints.txt requirements-dev.txt runtime/pyproject.toml training/pyproject.toml export/pyproject.toml
	@python=$$(scripts/find-python $(PYTHON)) && \
	{ [ -x $(BIN)/python ] || "$$python" -m venv $(VENV); } && \
	echo "installing into $(VENV) (about 2 GB, a few minutes the first time)" && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-dev.txt && \
	touch $@

demo: install
	@PATH="$$PWD/$(BIN):$$PATH" scripts/demo

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest

pins:
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url requirements-dev.txt \
	  --output-file constraints.txt

clean:
	rm -rf build $(VENV)
