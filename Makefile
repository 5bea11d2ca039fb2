# Every target sets up what it needs in .venv; nothing outside this folder is touched.
PYTHON ?= python3
SCALE  ?= laptop
OUT    ?= results
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help reproduce figures test lint notebooks docs bench lock clean

help:
	@echo "make reproduce   derive, certify, simulate, plot and judge (SCALE=quick|laptop|large, OUT=results)"
	@echo "make test        lint, types, tests and notebooks"
	@echo "make figures     draw the figures again (from quick simulations where there are no results)"
	@echo "make notebooks   run the notebooks and store their outputs"
	@echo "make docs        build the documentation site into OUT/site and follow its links"
	@echo "make bench       benchmarks beside other software, into OUT/benchmarks (slow; downloads PyTorch and MKL)"
	@echo "make lint        ruff and pyright only"

# One stamp per set of packages: a stamp older than its lock file is made again.
$(VENV)/uv.stamp: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python >= 3.11 is needed; $(PYTHON) is " + sys.version.split()[0] + ". Name another one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/runtime.stamp: requirements/runtime.txt pyproject.toml $(VENV)/uv.stamp
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/runtime.txt
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import matplotlib.font_manager'  # builds the font cache, once a machine
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/runtime.stamp
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt
	@touch $@

reproduce: $(VENV)/runtime.stamp
	$(BIN)/cwb reproduce all --scale $(SCALE) --out $(OUT)

figures: $(VENV)/runtime.stamp
	$(BIN)/cwb figures --scale $(SCALE) --out $(OUT)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

# Whole files to each core: the tests of one file share what is expensive. Programs that run once and briefly gain nothing
# from the compiler's higher levels, which take half as long again.
test: export XLA_FLAGS := $(XLA_FLAGS) --xla_backend_optimization_level=1
test: lint
	$(BIN)/pytest --numprocesses auto --dist loadfile --nbmake --nbmake-timeout=1200 tests notebooks

notebooks: $(VENV)/dev.stamp
	CWB_SCALE=quick $(BIN)/jupytext --to ipynb --execute notebooks/*.py

$(VENV)/docs.stamp: requirements/docs.txt $(VENV)/dev.stamp
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/docs.txt
	@touch $@

docs: $(VENV)/docs.stamp
	$(BIN)/python -m paper.site $(OUT)/site

$(VENV)/bench.stamp: requirements/bench.txt $(VENV)/dev.stamp
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/bench.txt
	@touch $@

bench: $(VENV)/bench.stamp
	MKL_RT=$$(ls $(VENV)/lib/libmkl_rt.* 2>/dev/null | head -1) $(BIN)/python -m sims.benchmarks --out $(OUT)/benchmarks
	$(BIN)/pytest --override-ini addopts=--import-mode=importlib --benchmark-only tests/benchmarks

# Only to change the pinned versions: resolves pyproject.toml anew.
LOCK := VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header
lock: $(VENV)/uv.stamp
	$(LOCK) pyproject.toml --all-extras --group build --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml --all-extras --group build --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	$(LOCK) --group docs --constraint requirements/dev.txt --output-file requirements/docs.txt
	$(LOCK) requirements/bench.in --constraint requirements/dev.txt --output-file requirements/bench.txt

clean:
	rm -rf $(VENV) results .pytest_cache .ruff_cache
