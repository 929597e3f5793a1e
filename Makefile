# Every target but help works in .venv, which the first of them makes from requirements.lock.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,$(shell command -v $(p) 2>/dev/null)))
RUN := .venv/bin/python
BOOK := $(RUN) -m dlnotes.book

.DEFAULT_GOAL := help
.PHONY: help html test doctest lint check i18n lock clean

help: ## Show the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 10

.venv/.ready: requirements.lock pyproject.toml tools/venv.py
	@$(or $(PYTHON),$(error Python 3.11 or newer is needed and none was found)) tools/venv.py .venv

html: .venv/.ready ## Build the site in build/html; FORCE=1 runs every page anew
	@$(BOOK) build $(if $(FORCE),--force)

test: .venv/.ready ## Run the test suite
	@$(RUN) -m pytest

doctest: .venv/.ready ## Run the examples in the docstrings
	@$(RUN) -m pytest --doctest-modules src/dlnotes

lint: .venv/.ready ## Check style, types and spelling
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy && $(RUN) -m codespell_lib

check: lint test doctest html ## Everything that CI runs

i18n: .venv/.ready ## Update the translation catalogs and show how complete each page is
	@$(BOOK) i18n

lock: .venv/.ready ## Renew requirements.lock with the newest versions that pyproject.toml allows
	@$(RUN) -m uv pip compile pyproject.toml --upgrade --universal --python-version 3.11 --fork-strategy fewest --extra book --group dev --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -q -o requirements.lock

clean: ## Remove everything that was built
	@rm -rf build docs/locale/*/LC_MESSAGES/*.mo docs/locale/*/LC_MESSAGES/*/*.mo
