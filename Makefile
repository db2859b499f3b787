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

.PHONY: help demo test test-fast sanitize fuzz bench lint format clean \
	swift-tests c-tests python-tests

help:
	@echo "make demo       train a QSNN and draw it     (DATASET=mnist, EPOCHS=3, OUT=out)"
	@echo "make test       run every Swift, C and Python test, beside Qiskit, QuTiP, PyTorch, ..."
	@echo "make test-fast  the same without those"
	@echo "make sanitize   tests and random calls under sanitizers    (QUICK=1, CALLS=1000000)"
	@echo "make fuzz       look for files that break a reader         (FUZZ_SECONDS=60)"
	@echo "make bench      measure a training step      (REFERENCE=folder of deanbrand/QSNN)"
	@echo "make lint       check the style of Swift and Python"
	@echo "make clean      remove what was built"

demo: $(STAMPS)/install
	$(BIN)/python -m qlif.demo --output '$(OUT)' $(if $(EPOCHS),--epochs $(EPOCHS))

test: $(STAMPS)/oracles swift-tests c-tests python-tests

test-fast: PYTEST_OPTIONS += --without-oracles
test-fast: swift-tests c-tests python-tests

# Optimised, as what is tested is arithmetic; a folder of its own, so that the engine is not built anew.
SWIFT_TEST_FLAGS := -c release -Xswiftc -enable-testing --scratch-path .build-tests

# Tests of what the kernels compute run with each set of them that this processor has.
KERNEL_SETS := $(if $(filter x86_64,$(shell uname -m)),x86-64 \
	$(if $(shell grep -m1 -ow avx2 /proc/cpuinfo),x86-64-v3) \
	$(if $(shell grep -m1 -ow avx512vl /proc/cpuinfo),x86-64-v4))
KERNEL_TESTS := 'ConvolutionTests|GoldenTests|GradientTests|SimulationTests|StepRangeTests'

# Nothing of them skips.
swift-tests: $(STAMPS)/header
	swift build --build-tests $(SWIFT_TEST_FLAGS)
	swift test --skip-build $(SWIFT_TEST_FLAGS) 2>&1 | tee .build-tests/log
	! grep -E '^[^ ]+ +(Test|Suite) .* skipped' .build-tests/log
	for kernels in $(KERNEL_SETS); do \
	  QLIF_KERNELS=$$kernels swift test --skip-build $(SWIFT_TEST_FLAGS) --filter $(KERNEL_TESTS); \
	done

# The C programs must do with the header and the library alone.
c-tests: $(STAMPS)/install
	mkdir -p .build/ctests
	for source in $(wildcard Tests/CTests/*.c examples/c/*.c); do \
	  program=.build/ctests/$$(basename $$source .c); \
	  $${CC:-cc} -std=c11 -Wall -Wextra -Werror -pedantic -IInclude $$source -o $$program \
	    -L.build/release -lqlif -Wl,-rpath,'$$ORIGIN/../release' -lm; \
	  (cd .build/ctests && ./$$(basename $$program)); \
	done

# Not `python -m pytest`, which would import this folder in place of the installed package.
python-tests: $(STAMPS)/install
	cd python && ../$(BIN)/pytest $(PYTEST_OPTIONS)

sanitize: $(STAMPS)/install
	QUICK='$(QUICK)' CALLS='$(CALLS)' PYTHON='$(abspath $(BIN))/python' Tests/Fuzz/sanitize.sh

FUZZ_SECONDS ?= 60

fuzz: $(STAMPS)/install
	FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_FILES='$(FUZZ_FILES)' PYTHON='$(abspath $(BIN))/python' \
	  Tests/Fuzz/fuzz.sh

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
	rm -rf .build .build-tests .build-asan .build-tsan $(VENV) $(OUT) python/dist python/build

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

# What the tests compare with. On Linux PyPI's PyTorch comes with gigabytes of CUDA, without which it cannot be
# imported: a build for the CPU is taken where pip finds one, else there is none, and the tests beside it skip.
$(STAMPS)/torch: $(STAMPS)/install
	cpu=$$($(BIN)/python -m pip index versions torch 2>/dev/null | grep -om1 '[0-9.]*+cpu' | head -n1) || true; \
	if [ -n "$$cpu" ]; then $(BIN)/python -m pip install "torch==$$cpu" 'snntorch>=0.9'; \
	else echo "pip finds no PyTorch built for the CPU: PyTorch and snnTorch are left out" >&2; fi
	@touch $@

$(STAMPS)/oracles: $(STAMPS)/torch
	$(BIN)/python -m pip install './python[oracles]'
	@touch $@

$(STAMPS)/bench: $(STAMPS)/torch
	$(BIN)/python -m pip install './python[bench]'
	@touch $@
