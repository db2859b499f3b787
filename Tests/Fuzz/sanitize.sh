#!/usr/bin/env bash
# Tests under sanitizers: `make sanitize`.
#   QUICK=1  a short look with the address sanitizer only
#   CALLS    of the random caller
#   PYTHON   an environment that has what the Python tests need
set -euo pipefail
cd "$(dirname "$0")/../.."
source Tests/Fuzz/sanitizers.sh

# Runs a C program with a sanitized library: program NAME SOURCE [arguments]
program() {
  local target
  target=.build-$1/$(basename "$2" .c)
  compile "$1" "${sanitizers[$1]}" "$2" "$target"
  "$target" "${@:3}"
}

# Runs Python tests with the library of the address sanitizer. Python keeps until its end what it took, so leaks
# are not looked for.
python_tests() {
  local runtime library=$PWD/.build-asan/release/libqlif.so
  runtime=$("$clang" -print-file-name="libclang_rt.asan-$(uname -m).so")
  (cd python && LD_PRELOAD=$runtime PYTHONMALLOC=malloc ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 \
    QLIF_LIBRARY=$library "$(dirname "$PYTHON")/pytest" -q -p no:cacheprovider "$@")
}

if [ -n "${QUICK:-}" ]; then calls=20000 descriptions=2000; else calls=1000000 descriptions=100000; fi

build asan --product qlif
program asan Tests/CTests/train_tiny.c
program asan examples/c/train.c .build-asan/model.safetensors
program asan Tests/Fuzz/random_calls.c 1 "${CALLS:-$calls}"
program asan Tests/Fuzz/mutated_descriptions.c 1 "$descriptions"
python_tests tests/engine/test_c_abi.py tests/network/test_{layers,trainer,golden}.py
if [ -n "${QUICK:-}" ]; then exit; fi

build asan --build-tests
swift test --skip-build -c release -Xswiftc -enable-testing --scratch-path .build-asan --sanitize=address
python_tests tests/network/test_{reference,network}.py tests/engine/test_files.py

# What several threads do at once: those of one call, and callers beside each other.
build tsan --product qlif
program tsan Tests/CTests/train_tiny.c
program tsan Tests/Fuzz/random_calls.c 2 40000 4
