# make run [URL=https://...]   harvest a catalogue; installs what it needs into .venv first
# make test                    the tests that need nothing but this machine, but for the slow ones
# make slow                    those: they kill processes and wait for time limits, for minutes; three at a time, as they mostly wait
# make check                   style, types, layers
# make bench                   measure
.PHONY: run test slow check bench venv
.DEFAULT_GOAL := test

BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE  # each of hundreds of processes would compile all of harvestlog

# The first of these that is Python 3.11 or newer.
FIND_PYTHON = for python in python3 python3.13 python3.12 python3.11; do \
    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; python=; \
  done; \
  [ -n "$$python" ] || { echo "harvestlog needs Python 3.11 or newer: install python3.11 or later (Debian 12: apt-get install python3)" >&2; exit 1; }

# Debian's Python has no venv of its own.
HAVE_VENV = if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
    package=$$($$python -c 'import sys; print("python3.%d-venv" % sys.version_info.minor)'); \
    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
      echo "apt-get install $$package"; \
      log=$$(mktemp); \
      { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$package; } >$$log 2>&1 \
        || { tail -5 $$log >&2; exit 1; }; \
    else echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; fi; \
  fi

# Each module on one of the processes, since its tests may share a stack; in the order of tests/conftest.py and the folders here: long ones first.
BY_MODULE := --dist loadfile --no-loadscope-reorder

INSTALL = $(BIN)/python -m pip install -q -c constraints.txt -e

run: .venv/run.stamp
	$(BIN)/harvester demo $(if $(URL),--url '$(URL)')

test: .venv/test.stamp
	$(BIN)/python -m pytest tests/faults tests/acceptance tests/integration tests/contract tests/unit -m "not slow and not kafka and not cluster and not ckan" $(BY_MODULE) -n 2

slow: .venv/test.stamp
	$(BIN)/python -m pytest tests/faults tests/acceptance tests/integration -m "slow and not kafka and not cluster and not ckan" $(BY_MODULE) -n 2

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/test.stamp
	$(BIN)/python -m bench

venv: .venv/test.stamp

.venv/bin/python:
	@$(FIND_PYTHON); $(HAVE_VENV); $$python -m venv .venv || { rm -rf .venv; exit 1; }

.venv/run.stamp: setup.py pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing harvestlog into .venv"
	@$(INSTALL) '.[embedded,web]'
	@touch $@

.venv/test.stamp: setup.py pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing harvestlog and what its tests need into .venv"
	@$(INSTALL) '.[embedded,web,test]'
	@touch $@ .venv/run.stamp
