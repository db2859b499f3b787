# Two commands do everything on a machine that has Swift and Debian's packages: `make demo` and
# `make test`. Each step leaves a stamp, so that what is there already is skipped.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
OUT ?= out

SYSTEM_PACKAGES := python3-dev python3-venv libpng-dev libcairo2-dev zlib1g-dev libssl-dev \
	fonts-dejavu-core pkg-config binutils gcc

SWIFT_SOURCES := Package.swift $(shell find Sources Include -type f 2>/dev/null)
PYTHON_SOURCES := python/pyproject.toml python/hatch_build.py \
	$(shell find python/qlif -name '*.py' 2>/dev/null) python/qlif/py.typed

# Data sets in a folder `data` here are found without being named.
QLIF_DATA ?= $(wildcard data)
export QLIF_DATA := $(abspath $(QLIF_DATA))

.PHONY: help demo test bench lint format clean swift-tests c-tests python-tests

help:
	@echo "make demo    train a QSNN and draw it        (DATASET=mnist, EPOCHS=3, OUT=out)"
	@echo "make test    run every Swift, C and Python test"
	@echo "make bench   measure a training step         (REFERENCE=folder of deanbrand/QSNN)"
	@echo "make lint    check the style of Swift and Python"
	@echo "make clean   remove what was built"

demo: $(STAMPS)/install
	$(BIN)/python -m qlif.demo --output '$(OUT)' $(if $(EPOCHS),--epochs $(EPOCHS))

test: swift-tests c-tests python-tests

# Optimised, as what is tested is arithmetic; a folder of its own, so that the engine is not built anew.
SWIFT_TEST_FLAGS := -c release -Xswiftc -enable-testing --scratch-path .build-tests

swift-tests: $(STAMPS)/header
	swift build --build-tests $(SWIFT_TEST_FLAGS)
	swift test --skip-build $(SWIFT_TEST_FLAGS)

# The C program must do with the header and the library alone.
c-tests: $(STAMPS)/install
	mkdir -p .build/ctests
	for source in $(wildcard Tests/CTests/*.c); do \
	  program=.build/ctests/$$(basename $$source .c); \
	  $${CC:-cc} -std=c11 -Wall -Wextra -Werror -pedantic -IInclude $$source -o $$program \
	    -L.build/release -lqlif -Wl,-rpath,'$$ORIGIN/../release' -lm; \
	  $$program; \
	done

# Not `python -m pytest`, which would import this folder in place of the installed package.
python-tests: $(STAMPS)/install
	cd python && ../$(BIN)/pytest

bench: $(STAMPS)/bench
	for network in qsnn qscnn; do \
	  $(BIN)/python python/benchmarks/training_step.py --network $$network \
	    $(if $(REFERENCE),--reference '$(REFERENCE)'); \
	done

lint: $(STAMPS)/dev
	swift format lint --strict -r Package.swift Sources Tests
	cd python && ../$(BIN)/ruff check . && ../$(BIN)/ruff format --check . && ../$(BIN)/mypy --strict

format: $(STAMPS)/dev
	swift format -i -r Package.swift Sources Tests
	cd python && ../$(BIN)/ruff check --fix . && ../$(BIN)/ruff format .

clean:
	rm -rf .build .build-tests $(VENV) $(OUT) python/dist python/build

# ---- Set-up ------------------------------------------------------------------------------

# Debian's packages, as root or with sudo, only where one is missing.
$(STAMPS)/system: Makefile
	@command -v swift >/dev/null || { \
	  echo "swift is not in PATH: install Swift 6.3 or newer from swift.org" >&2; exit 1; }
	@if command -v dpkg-query >/dev/null; then \
	  missing=; \
	  for package in $(SYSTEM_PACKAGES); do \
	    dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' \
	      || missing="$$missing $$package"; \
	  done; \
	  if [ -n "$$missing" ]; then \
	    sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    echo "installing$$missing"; \
	    $$sudo apt-get update -qq; \
	    $$sudo env DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -qq --no-install-recommends $$missing; \
	  fi; \
	else \
	  echo "not a Debian system; needed: $(SYSTEM_PACKAGES)"; \
	fi
	@mkdir -p $(@D) && touch $@

# SwiftPM does not notice a header that changed alone.
$(STAMPS)/header: Include/qlif.h Sources/CSIMD/simd.h $(STAMPS)/system
	@find Sources/QLIFCABI Sources/Kernels -name '*.swift' -exec touch {} +
	@touch $@

$(STAMPS)/venv: $(STAMPS)/system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

# pip builds the engine too: see python/hatch_build.py.
$(STAMPS)/install: $(STAMPS)/venv $(STAMPS)/header $(SWIFT_SOURCES) $(PYTHON_SOURCES)
	$(BIN)/python -m pip install './python[test]'
	@touch $@

$(STAMPS)/dev: $(STAMPS)/install
	$(BIN)/python -m pip install --quiet './python[dev]'
	@touch $@

$(STAMPS)/bench: $(STAMPS)/install
	$(BIN)/python -m pip install './python[bench]'
	@touch $@
