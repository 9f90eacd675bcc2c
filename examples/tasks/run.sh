#!/usr/bin/env bash
# Builds the image of RTIC, runs it in QEMU, decodes what it says by defmt, and compares that with the same job on the
# host. Tests that a gap in the signal reaches the detector. Lints. On a fresh Debian machine it installs QEMU; rustup is
# expected.
#
#     run.sh [--all]      --all: builds the image of embassy, and lints that and the programs of the host, too
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never RUST_BACKTRACE=0
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS # they would replace those of .cargo/config.toml

all=${1:-}
m3=thumbv7m-none-eabi m4f=thumbv7em-none-eabihf
target=${CARGO_TARGET_DIR:-target}
said=$(mktemp)
trap 'rm -f "$said"' EXIT

die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 1
}
install() { bash ../../.ci/apt "$@"; } # install PACKAGE...: Debian packages
# size IMAGE TARGET: flash and RAM, and that README has no less, by 5 %
size() {
    local tool bytes
    tool=$(command -v llvm-size llvm-size-{21,19,18,17,16,15,14} size | head -1)
    bytes=$("$tool" -A "$target/$2/release/$1" | awk '
        /^\.(vector_table|text|rodata|data) / { flash += $2 }
        /^\.(data|bss|uninit) / { ram += $2 }
        END { print flash, ram }')
    echo "$1: flash and RAM in bytes, without the stack: $bytes"
    awk -v image="\`$1\`" -v bytes="$bytes" -F ' *[|] *' '
        BEGIN { split(bytes, now, " ") }
        $2 == image { found = now[1] <= 1.05 * $4 && now[2] <= 1.05 * $5 }
        END { exit !found }' README.md || die "$1 has grown by more than 5 % beyond the table of README.md: $bytes"
}

command -v qemu-system-arm >/dev/null || install qemu-system-arm
command -v llvm-size >/dev/null || command -v size >/dev/null || install binutils
targets=("$m3")
[ "$all" = --all ] && targets+=("$m4f")
timeout --foreground 300 rustup target add "${targets[@]}" >/dev/null 2>&1 || die "rustup cannot add ${targets[*]}"
timeout --foreground 300 rustup component add clippy >/dev/null 2>&1 || die "rustup cannot add clippy"

cargo build --locked --quiet --release --target "$m3" --package rtic-watch
image=$target/$m3/release/rtic-watch
# The bytes of its log are on standard output, those of QEMU itself on standard error. An instruction takes 128 ns: 1.6
# cycles of this board's clock (12.5 MHz), which is more than a Cortex-M3 takes. Sleep is passed over.
timeout --foreground 300 qemu-system-arm -machine lm3s6965evb -nographic -monitor none -serial none \
    -icount shift=7,sleep=off -semihosting-config enable=on,target=native -kernel "$image" >"$said" ||
    die "the image ends with status $?"
cargo run --locked --quiet --package check -- "$image" <"$said"
# With `check`, so that nothing it depends on is built again for `job` alone.
cargo test --locked --quiet --package job --package check
size rtic-watch "$m3"
# Of `job`, which it depends on, too; in `release`, where the macros are built already.
cargo clippy --locked --quiet --release --target "$m3" --package rtic-watch -- -D warnings

if [ "$all" = --all ]; then
    cargo clippy --locked --quiet --package job --package check --all-targets -- -D warnings
    cargo build --locked --quiet --release --target "$m4f" --package embassy-learn
    size embassy-learn "$m4f"
    cargo clippy --locked --quiet --release --target "$m4f" --package embassy-learn -- -D warnings
fi
