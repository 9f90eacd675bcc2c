#!/usr/bin/env bash
# Builds the C interface, its header and the C programs, runs them on a Cortex-M4F under QEMU, and checks what they say.
# On a fresh Debian machine it installs what it needs; elsewhere QEMU, make, gcc and newlib for Arm and rustup are
# expected.
#
#     run.sh [--quick | --write]      --quick: without cbindgen and the table; --write: writes header and table anew
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never RUST_BACKTRACE=0
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS # they would take the place of those in .cargo/config.toml
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

mode=${1:-}
target=thumbv7em-none-eabihf
host=$(rustc -vV | sed -n 's/^host: //p')
out=$CARGO_TARGET_DIR/c
mkdir -p "$out"

step() { printf '\n-- %s (%ss)\n' "$*" "$SECONDS"; }
die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 1
}
install() { bash ../../.ci/apt "$@"; } # install PACKAGE...: Debian packages
# header LIBRARY FILE: the header as it should be
header() {
    cargo run --locked --quiet --target "$host" --package host --features header --bin header -- "$1" "$2"
}

step tools
command -v qemu-system-arm >/dev/null || install qemu-system-arm
command -v make >/dev/null || install make
command -v g++ >/dev/null || install g++
if ! echo '#include <math.h>' | arm-none-eabi-gcc -E - >/dev/null 2>&1; then
    install gcc-arm-none-eabi libnewlib-arm-none-eabi
fi
timeout --foreground 300 rustup target add $target >"$out/rustup" 2>&1 || {
    cat "$out/rustup"
    die "rustup has no core for $target here"
}
arm-none-eabi-gcc --version | head -1

step "the header compiles as C and as C++"
for dialect in -std=c11 -std=c17; do
    arm-none-eabi-gcc $dialect -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c bearing/include/bearing.h
done
for dialect in -std=c++11 -std=c++17; do
    g++ $dialect -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ bearing/include/bearing.h
done

step "on the host: what the calls refuse, and that the header has them all"
cargo test --locked --quiet --target "$host" --package host --package interface --package bearing

step "the job on the board, with the host's bits"
for call in $(sed -n 's/^gaussmix_status \([a-z_]*\)(.*/\1/p' bearing/include/bearing.h); do
    grep -q "\b$call(" c/job.c || die "the job does not call $call"
done
make --silent 2>&1 | tee "$out/job.txt"
for said in run model fit detector; do grep -q "^$said: digest" "$out/job.txt" || die "the job did not end"; done

step "the README's first example"
diff <(sed -n '/^```c$/,/^```$/p' README.md | sed '1d;/^```$/,$d') c/example.c || die "the README shows another example.c"
make --silent example

step "no reachable panic: the job links, a program with a panic does not"
if make --silent control GAUSSMIX_FEATURES=no-panic,control >"$out/control.txt" 2>&1; then
    die "a program with a reachable panic links: the check does not bite"
fi
grep -q 'undefined reference to `a_panic_can_be_reached' "$out/control.txt" || {
    cat "$out/control.txt"
    die "the control fails for another reason"
}
echo "the control does not link"

if [ "$mode" != --quick ]; then
    step "the header is that of the Rust library"
    header bearing "$out/bearing.h"
    [ "$mode" != --write ] || cp "$out/bearing.h" bearing/include/bearing.h
    diff bearing/include/bearing.h "$out/bearing.h" || die "the header is old: ./run.sh --write"

    step "beside C by hand and emlearn"
    if [ ! -e "$out/emlearn/emlearn/eml_mixture.h" ]; then # MIT; only its headers are used
        python3 -m venv "$out/venv" 2>/dev/null || { install python3-venv && python3 -m venv "$out/venv"; }
        "$out/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$out/emlearn" emlearn==0.23.2
    fi
    EMLEARN=$out/emlearn/emlearn ./measure.sh | tee "$out/measured.txt"
    table=check
    [ "$mode" != --write ] || table=write
    cargo run --locked --quiet --target "$host" --package host --bin table -- $table "$out/measured.txt" README.md
fi

step "all programs pass"
