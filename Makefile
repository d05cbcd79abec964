# Everything runs in an environment inside the checkout; only Python 3.11+ and make are needed beforehand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
DESK := .venv-django-helpdesk
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --universal --python-version 3.11

.PHONY: demo docs install system test test-long check format lock bench screenshots clean

install: $(VENV)/.installed

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

demo: install
	$(BIN)/sla-sidecar demo

test: install system $(DESK)/.installed
	$(BIN)/python -m pytest -m "not long"

test-long: install system $(DESK)/.installed
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest

system:
	@scripts/system-packages

# django-helpdesk, which the tests run for real, in an environment of its own
$(DESK)/.installed: requirements/django-helpdesk.txt
	test -d $(DESK) || $(PYTHON) -m venv $(DESK)
	$(DESK)/bin/python -m pip install --quiet --require-hashes -r requirements/django-helpdesk.txt
	touch $@

# the manual, with every link in it checked; nothing is fetched
docs: install
	$(BIN)/sphinx-build --quiet --nitpicky --fail-on-warning --keep-going -c docs . build/docs

check: install docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: install
	$(LOCK) pyproject.toml -o requirements/run.txt
	$(LOCK) pyproject.toml --group dev -o requirements/dev.txt
	$(LOCK) requirements/django-helpdesk.in -o requirements/django-helpdesk.txt
	$(LOCK) -c requirements/run.txt pyproject.toml benchmarks/requirements.in -o benchmarks/requirements.txt

# the pictures in docs/images, after a change of the console's pages
screenshots: install system
	$(BIN)/python -m tests.console.screenshots

bench: $(BENCH)/.installed
	$(BENCH)/bin/python -m benchmarks

$(BENCH)/.installed: benchmarks/requirements.txt
	test -d $(BENCH) || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --require-hashes -r benchmarks/requirements.txt
	touch $@

clean:
	rm -rf $(VENV) $(BENCH) $(DESK) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
