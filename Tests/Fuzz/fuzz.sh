#!/usr/bin/env bash
# Looks for files that break a reader: `make fuzz`.
#   FUZZ_SECONDS  for each fuzzer
#   FUZZ_FILES    how many damaged files go through every reader
#   PYTHON        an environment that has the package
set -euo pipefail
cd "$(dirname "$0")/../.."
source Tests/Fuzz/sanitizers.sh

# fuzz NAME CORPUS: what is found is kept in .build-asan.
fuzz() {
  mkdir -p ".build-asan/corpus/$2"
  ".build-asan/$1" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=30 -rss_limit_mb=3072 -max_len=8192 \
    -verbosity=0 -print_final_stats=1 -artifact_prefix=".build-asan/$1-" ".build-asan/corpus/$2" "Tests/Fuzz/corpus/$2"
}

build asan --product qlif
compile asan fuzzer,address Tests/Fuzz/fuzz_models.c .build-asan/fuzz_models
build asan --target QLIFData
quiet swiftc -sanitize=fuzzer,address -parse-as-library -O -g Tests/Fuzz/FuzzReaders.swift \
  -I .build-asan/release/Modules -Xcc -fmodule-map-file=Sources/CZlib/module.modulemap \
  -Xcc -fmodule-map-file=Sources/CCrypto/module.modulemap $(find .build-asan/release/QLIF{Data,Files}.build -name '*.o') \
  -lz -lcrypto -o .build-asan/fuzz_readers

fuzz fuzz_models models
fuzz fuzz_readers readers
"$PYTHON" Tests/Fuzz/damaged_files.py "${FUZZ_FILES:-2000}"
