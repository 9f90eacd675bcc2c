#!/usr/bin/env bash
# Builds every image for every board it fits, runs it in QEMU, and checks what it says. On a fresh Debian machine it
# installs what it needs; elsewhere QEMU and rustup are expected. FIRMWARE_TOOLCHAIN=debian passes rustup over.
#
#     run.sh [--quick | --named]
#
# --quick: only the default board. --named: only cycles, also compiled for `target-cpu=cortex-m4`.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never RUST_BACKTRACE=0
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS # the figures are those of no flags

quick=${1:-}
m4f=thumbv7em-none-eabihf m3=thumbv7m-none-eabi m0=thumbv6m-none-eabi riscv=riscv32imac-unknown-none-elf m33=thumbv8m.main-none-eabihf
targets=("$m4f" "$m3" "$m0" "$riscv")
[ "$quick" = --quick ] && targets=("$m4f")
jobs=(digest iterate train train_small adapt fleet sensor detect fixed)
results=${CARGO_TARGET_DIR:-target}/results
mkdir -p "$results"
logs=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$logs"' EXIT

step() { printf '\n-- %s (%ss)\n' "$*" "$SECONDS"; }
die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 1
}
install() { bash ../../.ci/apt "$@"; } # install PACKAGE...: Debian packages

# The compiler for the boards: rustup's with their precompiled core, else Debian's, which builds core from source.
cargo=(cargo)
build_std=()
choose_toolchain() {
    if [ "${FIRMWARE_TOOLCHAIN:-}" != debian ] && command -v rustup >/dev/null &&
        timeout --foreground 300 rustup target add "${targets[@]}" "$m33" >"$logs/rustup" 2>&1; then
        return
    fi
    echo "no precompiled core for the boards: Debian's compiler builds it"
    [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src ] || install rustc-web cargo-web rust-web-src
    command -v ld.lld >/dev/null || install lld
    for target in "${targets[@]}" "$m33"; do
        target=${target//[-.]/_}
        export "CARGO_TARGET_${target^^}_LINKER=ld.lld"
    done
    cargo=(env RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 /usr/bin/cargo)
    build_std=(-Zbuild-std=core)
}

# build PROFILE FEATURES IMAGES TARGET...
build() {
    local profile=$1 features=$2 chosen=() name
    for name in $3; do chosen+=(--bin "$name"); done
    for name in "${@:4}"; do chosen+=(--target "$name"); done
    "${cargo[@]}" build --locked --quiet "${build_std[@]}" --profile "$profile" --features "$features" "${chosen[@]}"
}
# run PROFILE TARGET IMAGE: what an image that is built prints, and its exit status. Not by cargo, which others may use.
run() {
    local runner
    read -ra runner <<<"$(sed -n "/^\[target\.$2\]/,/^runner/s/^runner = \"\(.*\)\"/\1/p" .cargo/config.toml)"
    timeout --foreground 900 "${runner[@]}" "${CARGO_TARGET_DIR:-target}/$2/$1/$3" 2>&1
}
# beside NAME COMMAND...: it runs beside what follows. `join NAME` waits for it, and prints what it said.
declare -A lanes
beside() {
    "${@:2}" >"$logs/$1" 2>&1 &
    lanes[$1]=$!
}
join() {
    local status=0
    wait "${lanes[$1]}" || status=$?
    cat "$logs/$1"
    [ "$status" = 0 ] || die "failed: $1"
}
# link LEVEL FEATURES IMAGE TARGET...: an image of the package `calls`, with itself and the crate at this opt-level
link() {
    local levels=() package
    for package in calls board gaussmix; do levels+=(--config "profile.linked.package.$package.opt-level=$1"); done
    "${cargo[@]}" build --locked --quiet "${build_std[@]}" --profile linked "${levels[@]}" --package calls \
        --features "$2" --bin "$3" "${@:4}"
}
# must_not_link COMMAND...: it fails because of the function that the panic handler calls, and for no other reason.
must_not_link() {
    if "$@" >"$logs/control" 2>&1; then
        die "an image with a reachable panic links: the check does not bite ($*)"
    fi
    grep -q 'undefined symbol: a_panic_can_be_reached' "$logs/control" || {
        cat "$logs/control"
        die "the control image fails for another reason"
    }
}
# Bytes of flash of an image.
flash() {
    local size
    size=$(command -v llvm-size llvm-size-{21,19,18,17,16,15,14} size | head -1)
    "$size" -A "${CARGO_TARGET_DIR:-target}/$m4f/small/flash" |
        awk '/^\.(text|rodata|data) / { sum += $2 } END { print sum }'
}

# Which instructions a call executes, QEMU tells; how long each takes, the processor's manual. With flags, in a folder of
# its own, since they are part of all that is compiled.
cycles() { # cycles FILE [FLAGS]
    local folder=${CARGO_TARGET_DIR:-target}${2:+/named} trace=$logs/trace
    CARGO_TARGET_THUMBV7EM_NONE_EABIHF_RUSTFLAGS=${2:-} CARGO_TARGET_DIR=$folder build release "" cycles "$m4f"
    local singly=(-accel tcg,one-insn-per-tb=on)
    case $(qemu-system-arm --version) in *"version "[1-7].*) singly=(-singlestep) ;; esac
    mkfifo "$trace"
    timeout --foreground 900 qemu-system-arm -machine mps2-an386 -cpu cortex-m4 -nographic -monitor none -serial none \
        -semihosting-config enable=on,target=native "${singly[@]}" -d in_asm,exec,nochain -D "$trace" \
        -kernel "$folder/$m4f/release/cycles" 2>"$logs/said" &
    "${cargo[@]}" run --locked --quiet --target "$host" -p host --bin cycles -- "$logs/said" "$trace" |
        tee "$results/$1" || { cat "$logs/said"; die "no cycles"; }
    wait $! # QEMU's own outcome
    rm "$trace"
    grep -q '^structure=full D=8 .*floored' "$results/$1" || die "no covariance was raised to its floors"
    grep -q '^structure=diagonal D=8 .*maximize' "$results/$1" || die "the cycles are not complete"
}

step tools
command -v qemu-system-arm >/dev/null || install qemu-system-arm
command -v qemu-system-riscv32 >/dev/null || install qemu-system-misc
command -v llvm-size >/dev/null || command -v size >/dev/null || install llvm
choose_toolchain
"${cargo[@]}" --version

host=$("${cargo[@]}" -vV | sed -n 's/^host: //p')
if [ "$quick" = --named ]; then
    step "cycles, and cycles where the compiler knows the processor by name"
    cycles cycles.txt >/dev/null
    cycles cycles-named.txt "-C target-cpu=cortex-m4" >/dev/null
    paste -d' ' "$results/cycles.txt" "$results/cycles-named.txt" | tr '=' ' ' |
        awk '{ print $2, $4 ", " $6, $8, $12, $24, $24 / $12; far += $24 > 1.15 * $12 || $24 < 0.85 * $12 }
            END { exit far > 0 || NR == 0 }' # the guide says that they hardly differ
    exit
fi

# What runs in emulators and on the host runs beside the compiler.
host_tests() {
    "${cargo[@]}" test --locked --quiet --tests --target "$host" -p jobs -p host
    "${cargo[@]}" test --locked --quiet --tests --target "$host" -p jobs --features nalgebra-std
}
beside host host_tests

fits() { [[ " ${targets[*]} " == *" $1 "* ]]; } # is this board among those that are asked for?
step "no reachable panic"
build release no-panic "${jobs[*]}" "${targets[@]}"
for target in "${targets[@]}"; do
    must_not_link build release no-panic,control control "$target"
    echo "$target: ${jobs[*]} link, the control does not"
done
build release no-panic watch "$m4f"
[ "$quick" = --quick ] || build release no-panic watch "$m33"
[ "$quick" = --quick ] || build small no-panic watch "$m0" # at level 3 it is larger than this board's flash
for target in "$m4f" "$m0"; do
    ! fits "$target" || build release no-panic interrupt "$target"
done

watch() { # watch PROFILE TARGET
    echo "$2 $1"
    run "$1" "$2" watch | tee "$results/watch-$2.txt" | sed 's/^/    /'
}
emulators() {
    step "the images run, with the host's bits"
    for target in "${targets[@]}"; do
        for image in "${jobs[@]}"; do
            echo "$target $image"
            run release "$target" "$image" | tee "$results/$image-$target.txt" | sed 's/^/    /'
        done
    done
    step "a detector, stored and loaded in the midst of a window"
    watch release "$m4f"
    if [ "$quick" != --quick ]; then
        watch release "$m33"
        watch small "$m0"
    fi
    step "an interrupt scores while the main program learns"
    for target in "$m4f" "$m0"; do
        ! fits "$target" || run release "$target" interrupt | sed 's/^/    /'
    done
}
beside emulators emulators

# What one level leaves out, another may keep: the image that calls every public function is linked at all of them.
both=(--target "$m4f" --target "$m0")
[ "$quick" = --quick ] && both=(--target "$m4f")
for level in '"s"' '"z"' 2 3; do
    link "$level" no-panic calls "${both[@]}"
    must_not_link link "$level" no-panic,control control --target "$m4f"
    echo "opt-level $level: calls links, the control does not"
done

step "memory, stack and instructions"
larger=() # than the flash of the microbit
for target in "${targets[@]}"; do [ "$target" = "$m0" ] || larger+=("$target"); done
build release "" footprint "${larger[@]}"
build small "" footprint "$m4f"
footprint() { # footprint PROFILE TARGET
    local file=$results/footprint-$2-$1.txt
    echo "$2 $1"
    run "$1" "$2" footprint | tee "$file"
    grep -q '^growth=diagonal D=8 ' "$file" || die "the measurements are not complete"
}
footprints() {
    for target in "${larger[@]}"; do footprint release "$target"; done
    footprint small "$m4f"
}
beside footprints footprints

if [ "$quick" != --quick ]; then
    step "cycles"
    cycles cycles.txt
fi

step "flash"
: >"$results/flash.txt"
# flash_of FEATURES: bytes of flash of an image that is built so and runs
flash_of() {
    build small "no-panic,$1" flash "$m4f" && run small "$m4f" flash >&2 && flash
}
for size in "" six; do
    bare=$(flash_of "$size")
    for calls in score stream fit start; do
        for structure in full diagonal; do
            taken=$(flash_of "$size,$calls,${structure/full/}")
            echo "structure=$structure D=$([ "$size" ] && echo 6 || echo 3) K=4 calls=$calls flash=$((taken - bare))" |
                tee -a "$results/flash.txt"
        done
    done
    [ "$size" ] && continue
    for structure in full diagonal; do
        taken=$(flash_of "detector,${structure/full/}")
        echo "alarm=$structure flash=$((taken - bare))" | tee -a "$results/flash.txt"
    done
    for policies in online policies; do # a stepwise run, alone and with births, pruning and alarms
        taken=$(flash_of "$policies")
        echo "stream=$policies D=3 K=4 flash=$((taken - bare))" | tee -a "$results/flash.txt"
    done
done

step "the same jobs on the host, also where another crate turns on nalgebra/std"
join host
join emulators
join footprints

if [ "$quick" != --quick ]; then
    step "no figure is off by more than 5 % from the tables of README and guide"
    "${cargo[@]}" run --locked --quiet --target "$host" -p host --bin footprint_table -- \
        check "$results" ../../README.md ../../src/guide/device.md README.md
fi

step "all images pass; measurements are in $results"
