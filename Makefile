# Two commands do everything: `make practice` opens the trainer, `make test` runs the tests.
# `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRAINING_VENV := .venv-training
DATA ?=
# What measures time or needs sound runs with nothing beside it, and sound with a server of its own, since a server that
# other tests have used tells its latency otherwise for a while; all else runs on two processes.
SOUND := tests/engines/test_sound.py
NONE_CHOSEN := 5
# Every package at one version, each file held against its hash; what builds from source uses what is locked as well.
LOCKED := -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation
ITSELF := -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

.DEFAULT_GOAL := help
.PHONY: help practice demo test soak torture check train voices bench pictures lock audit clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

practice: $(VENV)/.ready sound ## open the trainer
	@$(BIN)/voice-trainer

demo: $(VENV)/.ready ## no microphone needed: a bundled spoken reply through the real pipeline
	@$(BIN)/voice-trainer demo

test: $(VENV)/.ready-dev sound-test postgres browser check ## everything that is checked before a change lands
	@$(BIN)/pytest -n 2 --dist loadfile -m "not alone and not long" --ignore=$(SOUND) $(ARGS) || [ $$? = $(NONE_CHOSEN) ]
	@$(BIN)/pytest $(SOUND) $(ARGS) || [ $$? = $(NONE_CHOSEN) ]
	@$(BIN)/pytest -m "alone and not long" tests/soak tests/end_to_end $(ARGS) || [ $$? = $(NONE_CHOSEN) ]

soak: $(VENV)/.ready-dev ## what takes long: two hundred people for ten minutes, a network gone for one, every voice and reply
	VOICE_TRAINER_SOAK=1 VOICE_TRAINER_SOAK_MINUTES=10 $(BIN)/pytest -s tests/soak tests/coach/wire/test_faults.py tests/end_to_end/test_replay_in_step.py
	$(BIN)/pytest -n 2 -m long tests

torture: $(VENV)/.ready-dev sound-test ## an hour of bad input, two hundred kills, a disk full at every write
	VOICE_TRAINER_TORTURE=1 $(BIN)/pytest -s tests/torture $(ARGS)

check: $(VENV)/.ready-dev ## style, types, layers, exercise files and the corpus
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/voice-trainer exercises check
	$(BIN)/python -m training.voices --check
	$(BIN)/python -m training.corpus

voices: $(VENV)/.ready-voices ## render the spoken prompts that have changed
	$(BIN)/python -m training.voices

train: $(TRAINING_VENV)/.ready ## fit the listening model: make train DATA=FOLDER
	@test -n "$(DATA)" || { echo "Say where the data lies: make train DATA=FOLDER (see training/README.md)."; exit 2; }
	$(TRAINING_VENV)/bin/python -m training.listening --data "$(DATA)"

bench: $(VENV)/.ready-dev ## how fast and how right, measured: make bench DATA=FOLDER
	$(BIN)/python -m benchmarks $(if $(DATA),--data "$(DATA)")

pictures: $(VENV)/.ready-dev browser ## the screenshots that README shows
	$(BIN)/python scripts/pictures.py

lock: $(VENV)/.ready-audit ## write requirements/*.lock anew: make lock ARGS=--upgrade takes the newest of all
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python scripts/lock.py $(ARGS)

audit: $(VENV)/.ready-audit ## ask a public service for known weaknesses of what is locked; needs the network
	$(BIN)/python scripts/audit.py

clean: ## remove what the commands above installed
	rm -rf $(VENV) $(TRAINING_VENV) .cache build dist

.PHONY: sound sound-test
sound:
	@scripts/install-sound || true

sound-test:
	@scripts/install-sound --test || true

.PHONY: postgres
postgres:
	@scripts/install-postgres || true

.PHONY: browser
browser:
	@scripts/install-browser || true

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Voice Trainer needs Python 3.11 or newer; $(PYTHON) is older. Say which: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "$(PYTHON) can't make a virtual environment; on Debian install python3-venv."; exit 1; }

$(VENV)/.ready: pyproject.toml requirements/build.lock requirements/run.lock $(VENV)/bin/python
	@echo "Installing Voice Trainer into $(VENV) (once) …"
	@$(BIN)/python $(LOCKED) -r requirements/build.lock
	@$(BIN)/python $(LOCKED) -r requirements/run.lock
	@$(BIN)/python $(ITSELF)
	@$(BIN)/voice-trainer models get base
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements/dev.lock requirements/extras.lock
	@echo "Installing what the tests need (once) …"
	@$(BIN)/python $(LOCKED) -r requirements/dev.lock
	@touch $@

$(VENV)/.ready-voices: $(VENV)/.ready requirements/voices.lock
	@$(BIN)/python $(LOCKED) -r requirements/voices.lock
	@touch $@

$(VENV)/.ready-audit: $(VENV)/.ready requirements/audit.lock
	@$(BIN)/python $(LOCKED) -r requirements/audit.lock
	@touch $@

$(TRAINING_VENV)/.ready: training/requirements.txt
	@$(PYTHON) -m venv $(TRAINING_VENV)
	@$(TRAINING_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r training/requirements.txt
	@touch $@
