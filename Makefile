# RenderHub. `make` alone tells what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev manim run test lint lock bench-control bench-video bench-compose bench-queue chaos clean

PY := .venv/bin/python
# Quoting is the shell's affair: values reach the recipes as environment variables, never as text of a command.
export FEED DATE LANG_CODE PYTHON ARGS
# `make -C` changes the folder and leaves PWD where you are: a relative FEED is meant from there.
export CALLED_FROM := $(PWD)

help: ## This list
	@printf 'RenderHub: narrated videos, ready on time.\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; do \
		printf '%-22s %s\n' "$$name" "$$what"; done
	@printf '\nPYTHON=/path/to/python3 chooses the Python (3.11 to 3.13) for .venv.\n'

setup: ## Install what RenderHub runs on into .venv (once; later calls do nothing)
	@sh scripts/setup.sh requirements.lock
	@sh scripts/manim.sh

setup-dev:
	@sh scripts/setup.sh requirements-dev.lock
	@sh scripts/manim.sh

manim: ## Add Manim, for animated scenes (done by setup where it can be; this tries again)
	@sh scripts/setup.sh requirements.lock
	@MANIM=again sh scripts/manim.sh

run: setup ## Start everything, make the day's video, open the console. ONCE=1 FEED=file-or-address DATE=2026-01-31 LANG_CODE=hi PORT=8000
	@exec $(PY) -m renderhub.supervisor run $(if $(filter-out 0,$(ONCE)),--once) \
		$${FEED:+--feed "$$FEED"} $${DATE:+--date "$$DATE"} $${LANG_CODE:+--language "$$LANG_CODE"}

# One more than there are cores: tests of processes wait, too.
test: setup-dev ## Run the tests (ARGS='-k name' for some of them)
	@PYTHONDONTWRITEBYTECODE= exec $(PY) -m pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist worksteal $(value ARGS)

lint: setup-dev ## Style, types, import rules, migrations, Django's checks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	.venv/bin/lint-imports
	$(PY) -m renderhub.supervisor exec --not-durable -- sh -c \
		'$(PY) manage.py makemigrations --check --dry-run && $(PY) manage.py check'

lock: ## Write the lock files anew from requirements*.in (needs uv; UPGRADE=1 for the newest versions)
	@sh scripts/lock.sh $(if $(filter-out 0,$(UPGRADE)),--upgrade)

bench-control: setup-dev ## Measure the control plane beside Celery, DBOS and Procrastinate (ROUNDS=3)
	@sh scripts/setup.sh benchmarks/control/requirements.lock build/bench-control
	@BENCH_PYTHON=build/bench-control/bin/python exec $(PY) -m benchmarks.control

bench-compose: setup-dev ## Measure composing beside one FFmpeg graph and MoviePy (ROUNDS=3 MOVIEPY=1)
	@sh scripts/setup.sh benchmarks/compose/requirements.lock build/bench-compose
	@BENCH_PYTHON=build/bench-compose/bin/python exec $(PY) -m benchmarks.compose

bench-video: setup-dev ## Measure the day's animated video from the feed to the file (FEED=file-or-address)
	@exec $(PY) -m benchmarks.video

bench-queue: setup-dev ## Measure a claim with an empty queue and with 100,000 waiting renders
	@exec $(PY) -m benchmarks.queue $(value ARGS)

chaos: setup-dev ## Kill workers, flush the broker, restart the database under load (ARGS='--seed 7 --quick')
	@exec $(PY) -m benchmarks.chaos $(value ARGS)

clean: ## Remove caches and .venv; the data in var stays (VAR=1 deletes it too)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
	@if [ ! -e var ]; then :; \
	elif [ "$(VAR)" = 1 ]; then echo 'Deleting var: the database, the videos and the logs.'; rm -rf var; \
	else echo 'Kept var: the database, the videos and the logs (make clean VAR=1 deletes them).'; fi
