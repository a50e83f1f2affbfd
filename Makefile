# make demo   a shop with two years of customers, in your browser
# make test   format, lint, types, import contracts, migrations, translations, tests

PYTHON ?= $(or $(shell command -v python3.11),python3)
PORT ?= 8000
# Only make prove uses these two; it makes its own test database, and empties this Redis database.
PROVE_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
PROVE_BROKER_URL ?= redis://127.0.0.1:6379/15

BIN := .venv/bin
INSTALL := $(if $(shell command -v uv),uv pip install --python .venv,$(BIN)/python -m pip install) --quiet --require-hashes
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.DELETE_ON_ERROR:
.PHONY: demo setup setup-dev run work test lint types prove format lock clean
demo: setup
	$(BIN)/python manage.py demo

setup: .venv/run .env
	$(BIN)/python manage.py catalogue

setup-dev: .venv/dev .env
	$(BIN)/python manage.py catalogue

run: setup
	$(BIN)/gunicorn feedback.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 --no-control-socket

work: setup
	$(BIN)/python manage.py work

test: setup-dev lint types
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py catalogue --check
	$(BIN)/pytest -m "not prove and not browser" --numprocesses auto --dist loadfile

lint: .venv/dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/djlint --lint --quiet templates

types: .venv/dev
	$(BIN)/mypy

# What is slow or needs a browser, on SQLite; then all that touches the database, on PostgreSQL. No test runs
# twice on one database, and the browser, which sees no database, runs on one of them.
prove: export PROVE_BROKER_URL := $(PROVE_BROKER_URL)
prove: setup-dev
	env -u DATABASE_URL $(BIN)/pytest -m "prove or browser" --numprocesses auto --dist loadfile
	DATABASE_URL=$(PROVE_DATABASE_URL) $(BIN)/pytest -m "(database or postgres) and not browser and not once" --numprocesses auto --dist loadfile

format: .venv/dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock:
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --extra dev --extra train --extra ltv --output-file requirements-dev.lock

clean:
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Python 3.11 is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/run: requirements.lock | .venv/bin/python
	$(INSTALL) -r $<
	@touch $@

.venv/dev: requirements-dev.lock | .venv/bin/python
	$(INSTALL) -r $<
	@touch $@ .venv/run

.env: | .venv/bin/python
	@umask 077 && $(BIN)/python -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50))' > $@
