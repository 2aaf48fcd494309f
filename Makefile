# Two verbs for a newcomer: `make demo` shows a company's spend, `make test` passes the tests.
# Both build .venv from requirements.lock (hashes, wheels only) with nothing but Python and pip.

PYTHON ?= python3
BIN := .venv/bin
DEMO_HOME ?= demo-home

.PHONY: demo bench-alerts bench-challengers bench-forecast test test-whole test-commands test-alerts test-warehouse test-rest bench bench-peers lint lock readme faults-delivery clean faults

demo: .venv/.installed
	$(BIN)/outlay demo --home $(DEMO_HOME)

# In parts, two at once, so that two cores are busy to the end: the whole as a user has it, what a room does by itself,
# and whatever is in no other part.
WHOLE := tests/e2e tests/test_wheel.py tests/test_readme.py
COMMANDS := tests/outlay tests/faults tests/demo
ALERTS := tests/alerts tests/dashboards
WAREHOUSE := tests/warehouse
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider

test: .venv/.installed
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint test-whole test-rest test-commands test-alerts \
		test-warehouse

test-whole: .venv/.installed
	$(PYTEST) $(WHOLE)

test-commands: .venv/.installed
	$(PYTEST) $(COMMANDS)

test-alerts: .venv/.installed
	$(PYTEST) $(ALERTS)

test-warehouse: .venv/.installed
	$(PYTEST) $(WAREHOUSE)

test-rest: .venv/.installed
	$(PYTEST) tests $(patsubst %,--ignore=%,$(WHOLE) $(COMMANDS) $(ALERTS) $(WAREHOUSE))

# What the speed is on this machine, in about five minutes; BENCH=--long for hours of it.
bench: .venv/.installed
	$(BIN)/python tests/benchmarks/bench.py $(BENCH)

# The same requests sent to Phoenix and MLflow, which are installed aside: some minutes, and half a gigabyte of download.
bench-peers: .venv/.installed
	$(BIN)/python tests/benchmarks/peers.py $(BENCH)

# How well spikes are found, on labelled spend nobody tuned on, in about two minutes; fails when a bar is missed.
bench-alerts: .venv/.installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/benchmarks_alerts/bench_alerts.py

lint: .venv/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# uv comes first, by the hash the lock gives it, because it installs the rest in seconds where pip takes a minute.
.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Outlay needs Python 3.11 or newer; PYTHON=... names another one") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^ /p;}' requirements.lock > .venv/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r .venv/uv.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --only-binary :all: --require-hashes requirements.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# What scikit-learn's detectors find in the same spend, and how its models order what ours found; nothing they say decides.
bench-challengers: .venv/.installed
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/benchmarks_alerts/challengers.py $(BENCH)

# The forecast of month end on day 10 against seasonal naive; BENCH_FORECAST='--home DIR' measures it on a home.
bench-forecast: .venv/.installed
	$(BIN)/python tests/benchmarks_alerts/month_end.py $(BENCH_FORECAST)

# Every fault a thousand times, as a table of fault, bar and what was seen; FAULTS="--minutes 10 --only kills,disks --seed 7".
faults: .venv/.installed
	PYTHONPATH=tests $(BIN)/python tests/faults/run.py $(FAULTS)

# After a change of pyproject.toml's dependencies.
lock: .venv/.installed
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-emit-index-url \
		--extra dev --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

# After a change of commands, settings or metrics: the README's tables of them.
readme: .venv/.installed
	$(BIN)/python tests/readme_tables.py

# A thousand faults between the outbox and a receiver: nothing lost, at most one duplicate each. Two minutes.
faults-delivery: .venv/.installed
	PYTHONPATH=tests/alerts $(BIN)/python tests/alerts/delivery_faults.py 1000

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
