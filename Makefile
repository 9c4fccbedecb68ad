# Everything one does with this checkout. Needs Python 3.11 or newer, GNU make and git; the rest sets itself up.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
BIN := .venv/bin
.PHONY: help run up test test-containers lint format contracts bench setup servers env backup restore clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 26

run: servers ## the house, and a day in it before your eyes; Ctrl-C stops all of it
	@$(BIN)/ronde up $(ARGS)

up: servers ## the house without the day; ARGS="--data-dir DIR --port-base N" for one beside another
	@$(BIN)/ronde up --empty $(ARGS)

test: servers ## every test, on real servers; ARGS="-k relay" for some
	@$(BIN)/pytest -n 4 --dist worksteal $(ARGS)

test-containers: setup ## the house by docker compose: a day, then each container is harmed; needs a Docker engine
	@$(BIN)/pytest -p no:randomly --capture=sys tests/containers $(ARGS)

lint: setup ## style, types, the directions of imports, the published contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@sh scripts/types.sh
	@$(BIN)/lint-imports
	@$(BIN)/python -m ronde_contracts.generate --check && $(BIN)/python -m ronde_contracts.compat

format: setup ## put the style right
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

contracts: setup ## generate the schemas, the samples and the AsyncAPI document from the events
	@$(BIN)/python -m ronde_contracts.generate $(ARGS)

bench: servers ## how fast, as ratios of a baseline of the same run; ONLY=relay for one
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(ARGS)

setup: ## .venv with the locked dependencies
	@sh scripts/setup.sh

servers: setup ## see that RabbitMQ and Postgres can be started here; on Debian as root, install what is missing
	@$(BIN)/python -m ronde.local.prepare

env: ## .env with secrets of this house's own, for docker compose
	@python3 scripts/env.py $(ARGS)

backup: ## the whole house into one file, while it runs in containers: make backup FILE=ronde.tar
	@python3 scripts/backup.py save "$(FILE)"

restore: ## put it back, and catch up with the bus: make restore FILE=ronde.tar; ARGS="--only notify" for one service
	@python3 scripts/backup.py restore "$(FILE)" $(ARGS)

clean: ## forget .venv, the caches and what the house kept in .ronde
	@rm -rf .venv .ronde .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
