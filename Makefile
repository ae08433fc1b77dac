# Needs python3 (3.11 to 3.13), pip and make; everything else comes from requirements.lock.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export MLFLOW_DISABLE_TELEMETRY = true
export DO_NOT_TRACK = 1

.PHONY: install demo try config test slow lint bench ui lock
.DEFAULT_GOAL := demo

install: $(VENV)/.installed

# --no-deps: the lock is complete, and the resolver of an older pip stumbles over sqlalchemy[asyncio].
$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Plumbline into $(VENV) (once, one to two minutes) ..."
	@$(RUN)/pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(RUN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install
	@$(RUN)/python -m flows.demo

# make try LOGS=path [SERVICE=name] [MAP='prompt=question,...'] [ZONE=Europe/Berlin] [MODEL=name] [BUDGET=2]
try: install
	@test -n "$(LOGS)" || { echo "make try LOGS=path: a file, folder or glob of JSONL, CSV or Parquet"; exit 1; }
	@$(RUN)/python -m flows.trying "$(LOGS)" --service="$(SERVICE)" --map="$(MAP)" --zone="$(ZONE)" \
		--model="$(MODEL)" --budget="$(or $(BUDGET),2)"

# FILES="teams/*.yaml prefect.yaml" instead of the usual ones; PART=1 when they are not all of them.
config: install
	@$(RUN)/python -m flows.configuration $(if $(PART),--part) $(FILES)

test: install
	@$(RUN)/pytest -n 2 --dist loadscope -m "not slow"

# What takes minutes: whole replays, weeks of traffic, crashes at every step. CI runs it too.
slow: install
	@$(RUN)/pytest -n 2 --dist loadscope -m slow tests

lint: install
	@$(RUN)/ruff check flows tasks tests
	@$(RUN)/ruff format --check flows tasks tests
	@$(RUN)/mypy
	@$(RUN)/lint-imports

bench: install
	@$(RUN)/python -m tests.bench

ui: install
	@$(RUN)/python -m flows.ui

# After a change of dependencies; needs uv.
lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --all-extras pyproject.toml -o requirements.lock
