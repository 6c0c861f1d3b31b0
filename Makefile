# make demo   train, export, verify and predict on the built-in data set
# make test   lint, types, import rules, tests
# make fleet  tests on Spark, Ray and MLflow, in an environment of their own
# make bench  the runtime against hand-written loops on the bare engines, as ratios
# make mutants  small changes of the modules that decide, and which of them the tests notice
# make paste  fresh output under the commands that README and quick start show
# make javascript  what the tests of the npm package need, where npm is
# make schemas  the JSON Schemas of run.json, curves.json and export.json from their types
# All create .venv first and work offline once that is done.

SHELL := /bin/bash
VENV := .venv
FLEET := .venv-fleet
BIN := $(VENV)/bin

.PHONY: install javascript demo test fleet bench mutants paste schemas lint pins clean

install: $(VENV)/.installed

# The first of these that runs and is new enough; PYTHON=... overrides.
$(VENV)/.installed: constraints.txt requirements-dev.txt runtime/pyproject.toml training/pyproject.toml export/pyproject.toml report/pyproject.toml
	@python=$$(scripts/find-python "$(PYTHON)") && \
	{ $(BIN)/python -c "import sys; sys.exit(sys.prefix == sys.base_prefix or sys.version_info < (3, 11))" 2>/dev/null \
	  || "$$python" -m venv --clear $(VENV); } && \
	echo "installing into $(VENV) (about 3 GB, a few minutes the first time)" && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-dev.txt && \
	touch $@

javascript: runtime/javascript/node_modules/.installed examples/web/node_modules/.installed

# onnxruntime-node's install script would download what its package has already.
%/node_modules/.installed: %/package-lock.json
	@if ! command -v npm >/dev/null; then echo "npm is not on this machine: tests of $* are skipped"; \
	elif cd $* && ONNXRUNTIME_NODE_INSTALL=skip ONNXRUNTIME_NODE_INSTALL_CUDA=skip npm ci --loglevel=error; then \
	  touch node_modules/.installed; \
	else echo "npm ci failed: tests of $* are skipped"; fi

demo: install
	@PATH="$$PWD/$(BIN):$$PATH" scripts/demo

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

test: lint javascript
	$(BIN)/python -m pytest

# On top of .venv, whose packages it sees.
$(FLEET)/.installed: $(VENV)/.installed requirements-fleet.txt constraints-fleet.txt
	@$(BIN)/python -m venv --clear --without-pip $(FLEET) && \
	site=$$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))") && \
	own=$$($(FLEET)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))") && \
	echo "import site; site.addsitedir('$$site')" > $$own/below.pth && \
	echo "installing into $(FLEET) (about 1 GB)" && \
	$(BIN)/python -m pip --python $(FLEET)/bin/python install --quiet --disable-pip-version-check \
	  -c constraints.txt -c constraints-fleet.txt -r requirements-fleet.txt && \
	touch $@

fleet: $(FLEET)/.installed
	$(FLEET)/bin/python -m pytest -m fleet tests/fleet

# The reference classifier.
build/bench/artifacts: | install
	rm -rf build/bench
	$(BIN)/tagship train sample:synthetic --preset article --out build/bench
	$(BIN)/tagship export build/bench --out $@

# What training ships by default, and the networks that taught it.
build/bench/teacher: | install build/bench/artifacts
	rm -rf build/bench/default
	$(BIN)/tagship train sample:synthetic --out build/bench/default
	$(BIN)/tagship export build/bench/default --out build/bench/student
	$(BIN)/tagship export build/bench/default --size networks --out $@

bench: install javascript build/bench/artifacts build/bench/teacher
	$(BIN)/python benchmarks/one_row.py --keras build/bench/model.keras
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/cold_start.py --keras build/bench/model.keras
	for size in student teacher; do for what in one_row batch cold_start; do \
	  $(BIN)/python benchmarks/$$what.py --artifacts build/bench/$$size || exit; done; done
	$(BIN)/python benchmarks/parquet.py
	$(BIN)/python benchmarks/csv_rows.py
	$(BIN)/python benchmarks/installed_size.py
	if [ -e runtime/javascript/node_modules/.installed ]; then $(BIN)/python benchmarks/javascript; fi

# make mutants MODULES="parity selftest" EACH=0
mutants: install
	cd tests && ../$(BIN)/python -m mutants --each $(or $(EACH),20) $(MODULES)

paste: install
	$(BIN)/python tests/repo/blocks.py README.md docs/quick-start.md

schemas: install
	$(BIN)/python tests/repo/schemas.py

pins:
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate \
	  --no-emit-package tagship-runtime --no-emit-package tagship-training --no-emit-package tagship-export --no-emit-package tagship-report requirements-dev.txt \
	  --output-file constraints.txt

clean:
	rm -rf build $(VENV) $(FLEET)
