# The two commands of the README. Each works alone on a fresh clone, with Python 3.11 or newer, git and make; the tests also
# need OpenSSH's client, Chromium and Java, and install them where they may.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --use-pep517 --constraint constraints.txt

.PHONY: release test programs fuzz format docs clean

# What the tests start, and the packages of Debian that have it: releases are signed with real keys, pages are looked at in a
# real browser, judged by a validator that needs Java, as Spark does.
PROGRAMS := openssh-client:ssh-keygen chromium:chromium,chromium-browser,google-chrome default-jre-headless:java

## Validate the versions of the dataset, release them below build/release, publish them to build/store, and write its pages.
release: $(VENV)/installed
	rm -rf build/release build/store
	$(BIN)/cstodata release history/1.0.0 --output build/release
	$(BIN)/cstodata release --output build/release --previous build/release/v/1.0.0
	$(BIN)/cstodata publish build/release build/store
	$(BIN)/cstodata verify build/store --deep
	$(BIN)/cstodata site build/store

## Check format, lint, types, import contracts and generated pages, then run the tests.
test: $(VENV)/installed-test $(VENV)/user/installed programs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/cog --check README.md docs/reference/*.md
	$(BIN)/cstodata format --check
	CSTODATA_USER_PYTHON=$(VENV)/user/bin/python $(BIN)/pytest -n auto --dist loadgroup

## Compare the findings of the engines with those of Frictionless on many random packages; takes half an hour.
fuzz: $(VENV)/installed-test
	CSTODATA_FUZZ=$(or $(FUZZ),40000) $(BIN)/pytest tests/validation/test_identity.py tests/diff/test_laws.py --hypothesis-show-statistics

## Format code and data.
format: $(VENV)/installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/cstodata format

## Write the generated parts of the pages anew.
docs: $(VENV)/installed-test
	$(BIN)/cog -r README.md docs/reference/*.md

programs:
	@missing=; for each in $(PROGRAMS); do \
		found=; for name in $$(echo $${each#*:} | tr , ' '); do command -v $$name >/dev/null && found=yes; done; \
		[ -n "$$found" ] || missing="$$missing $${each%%:*}"; \
	done; \
	[ -z "$$missing" ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; } || \
		{ echo "The tests need these packages, or what your system calls them:$$missing" >&2; exit 1; }

clean:
	rm -rf $(VENV) build dist

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name it with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable .
	touch $@

$(VENV)/installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[test]'
	touch $@ $(VENV)/installed

# What a user has: the wheel and what it depends on, nothing that only tests need.
$(VENV)/user/installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/user
	$(VENV)/user/bin/python -m pip --disable-pip-version-check install --quiet --use-pep517 --constraint constraints.txt .
	touch $@
