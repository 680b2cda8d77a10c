# Tongban's entry points. `make up` on a machine with git, make and Python 3.11 or newer is enough.
.DEFAULT_GOAL := help
.PHONY: help setup up down logs test check bench demo-reset province messages
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMPS)/python $(STAMPS)/frontend $(STAMPS)/messages ## make the environment only

$(STAMPS)/python: requirements/dev.txt pyproject.toml tools/setup-python.sh
	@PYTHON="$(PYTHON)" tools/setup-python.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/frontend: $(STAMPS)/python package-lock.json package.json tools/build-frontend.sh $(shell find frontend -type f 2>/dev/null)
	@tools/build-frontend.sh
	@touch $@

$(STAMPS)/messages: $(STAMPS)/python $(wildcard src/tongban/locale/*/LC_MESSAGES/*.po)
	@$(BIN)/tongban messages compile
	@touch $@

up: setup ## start the platform (database, web server, worker) and say where it is
	@$(BIN)/tongban up

down: ## stop it cleanly
	@if [ -x $(BIN)/tongban ]; then $(BIN)/tongban down; else echo "Nothing is set up yet."; fi

logs: ## follow what it does
	@mkdir -p var/log && touch var/log/web.log && tail -n 40 -F var/log/*.log

test: setup ## run all tests, browser tests included, on a test server of their own
	@$(BIN)/python tools/test.py $(ARGS)

check: setup ## lint, types, layers, migrations, translations, templates
	@$(BIN)/python tools/check.py

bench: setup ## measure; NAME=case_filing for one
	@$(BIN)/python bench/run.py $(NAME)

demo-reset: setup ## throw the demo province away and load it anew
	@$(BIN)/tongban demo reset --yes

province: setup ## invent a province (PERSONS=20000, SEED=1), reconcile its files and publish the outcome
	@$(BIN)/tongban resources province --persons $(or $(PERSONS),20000) --seed $(or $(SEED),1)

messages: setup ## collect the interface's strings for translation
	@$(BIN)/tongban messages update
