# What sanitize.sh and fuzz.sh share: builds with a sanitizer, asan or tsan, each in a folder .build-NAME of its
# own. Sourced, in the repository's root.

declare -rA sanitizers=([asan]=address [tsan]=thread)

readonly clang=$(dirname "$(command -v swift)")/clang

# The thread sanitizer of Swift's clang needs its libdispatch.
readonly swift_libraries=${clang%/bin/clang}/lib/swift/linux

# More than a machine has is refused as by one that has less, not reported.
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=2048
# What fontconfig keeps until the end is its own affair.
export LSAN_OPTIONS=suppressions=$PWD/Tests/Fuzz/leaks.txt:print_suppressions=0
export TSAN_OPTIONS=halt_on_error=1:suppressions=$PWD/Tests/Fuzz/races.txt

# The linker has much to say about the sanitizers' own assembly.
quiet() { "$@" 2>&1 | { grep -v 'Cannot export local symbol' || true; }; }

# build NAME [swift build's arguments]
build() {
  QLIF_SANITIZE=${sanitizers[$1]} quiet swift build -c release -Xswiftc -enable-testing --scratch-path ".build-$1" \
    --sanitize="${sanitizers[$1]}" "${@:2}"
}

# Compiles a C program for a sanitized library: compile NAME SANITIZERS SOURCE TARGET
compile() {
  quiet "$clang" -std=c11 -g -O1 -Wall -Wextra -fsanitize="$2,undefined" -fno-sanitize-recover=undefined \
    -IInclude "$3" -o "$4" -L".build-$1/release" -lqlif -Wl,-rpath,'$ORIGIN/release' \
    -Wl,--export-dynamic -lm -lpthread -lz -L"$swift_libraries" -Wl,-rpath,"$swift_libraries" -ldispatch -lBlocksRuntime
}
