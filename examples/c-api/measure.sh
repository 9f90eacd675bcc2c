#!/usr/bin/env bash
# Measures a score and a learnt sample on a Cortex-M4F: gaussmix through its C interface, C by hand, and emlearn.
# Prints `case=… by=… name=value` lines. EMLEARN is the directory of its headers.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS # they would take the place of those in .cargo/config.toml

target=thumbv7em-none-eabihf
out=${CARGO_TARGET_DIR:=$PWD/target}/c/measure
export CARGO_TARGET_DIR
host=$(rustc -vV | sed -n 's/^host: //p')
mkdir -p "$out"
cargo run --locked --quiet --profile fits --target "$host" --package host --bin data -- \
    measure "$out/data.c" "$out/models.rs"
cargo run --locked --quiet --target "$host" --package host --features header --bin header -- measured "$out/measured.h"
for profile in release small; do
    MEASURED_MODELS=$out/models.rs cargo build --locked --quiet --profile $profile --target $target --package measured \
        --features no-panic
done

gcc=(arm-none-eabi-gcc -std=c11 -Wall -Wextra -Werror -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16
    -ffunction-sections -fdata-sections -I c -I "$out" -isystem "$EMLEARN")
link=(-nostartfiles -Wl,--gc-sections -Wl,-z,noexecstack -T c/mps2.ld)

# image NAME PROFILE OPTIMISATION CONTENDER FLAG...: of c/NAME.c
image() {
    local name=$1 profile=$2 level=$3 contender=$4 library=()
    shift 4
    [ "$contender" = gaussmix ] && library=("$CARGO_TARGET_DIR/$target/$profile/libmeasured.a")
    "${gcc[@]}" "$level" "$@" "-D${contender^^}" "${link[@]}" -o "$out/$name.elf" \
        c/board.c "c/$name.c" "c/by_$contender.c" "$out/data.c" "${library[@]}" -lm
}
flash() {
    arm-none-eabi-size "$out/flash.elf" | awk 'NR == 2 { print $1 + $2 }'
}

for case in full_3_4 diagonal_3_4 full_8_8; do
    image flash small -Os nobody "-D${case^^}"
    bare=$(flash)
    for by in gaussmix hand emlearn; do
        learning=(-DLEARNING)
        [ $by = emlearn ] && learning=()
        for level in -O2 -O3; do
            [ $by$level = gaussmix-O2 ] && continue # its level is that of the library
            image measure release $level $by "-D${case^^}" "${learning[@]}"
            timeout --foreground 300 qemu-system-arm -machine mps2-an386 -cpu cortex-m4 -nographic \
                -monitor none -serial none -icount shift=0 -semihosting-config enable=on,target=native -kernel "$out/measure.elf" 2>&1 |
                sed "s/^/case=$case by=$by$level /"
        done
        image flash small -Os $by "-D${case^^}"
        echo "case=$case by=$by-Os score_flash=$(($(flash) - bare))"
        [ $by = emlearn ] && continue
        image flash small -Os $by "-D${case^^}" -DLEARNING
        echo "case=$case by=$by-Os learn_flash=$(($(flash) - bare))"
    done
done
