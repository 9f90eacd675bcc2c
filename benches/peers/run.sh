#!/usr/bin/env bash
# gaussmix, scikit-learn, daal4py, linfa and Armadillo on the same data from the same start, one after the other on one
# core. Installs what is missing (Debian packages, a Python environment, crates), measures, and prints the tables.
#
#     run.sh [--quick] [--sizes "2x3 4x4"] [--samples N] [--core C] [--under COMMAND] [--no-online]
#
# --quick      few samples, each measurement once: only whether all fits agree is worth reading
# --sizes      of 2x3 4x4 8x8 16x8 32x16 (features x components)
# --core       the core to stay on, 1 unless there is but one
# --under      the command that measured programs run under, instead of `taskset -c C`
# --no-online  without the stream at the end
#
# Everything it writes is in target/: work/ (data), venv/, results/ (lines.jsonl, table.md, performance.svg).
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never

sizes="2x3 4x4 8x8 16x8 32x16" samples=100000 quick="" online=yes under=""
core=$(($(nproc) > 1 ? 1 : 0))
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes sizes="2x3 4x4" samples=5000 ;;
    --sizes) sizes=$2 && shift ;;
    --samples) samples=$2 && shift ;;
    --core) core=$2 && shift ;;
    --under) under=$2 && shift ;;
    --no-online) online="" ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "$0" && exit 2 ;;
    esac
    shift
done

# Seconds for the repetitions of one measurement (iterations are timed three times at least); 0: once.
budget=${quick:+0}
budget=${budget:-0.7}
# A whole fit ends when an iteration gains less in mean log-likelihood. Less than this, f32 cannot tell for D = 32,
# where the mean is about -50 and 16 units in its last place are 1e-4.
tolerance=1e-4
work=$PWD/target/work results=$PWD/target/results venv=$PWD/target/venv
lines=$results/lines.jsonl
mkdir -p "$work" "$results"

step() { printf '\n-- %s (%ss)\n' "$*" "$SECONDS" >&2; }
note() { printf 'run.sh: %s\n' "$*" >&2; }
debian() { # debian PACKAGE...: installs those that are missing
    local missing=()
    command -v dpkg-query >/dev/null || return 1
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    bash ../../.ci/apt "${missing[@]}"
}
pip_install() { # pip_install REQUIREMENTS: unless they are installed already
    cmp -s "$1" "$venv/$1" && return
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$1" && cp "$1" "$venv/$1"
}

# One thread; and each BLAS chooses its kernel for this processor, whatever the shell says.
measured() {
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
        RAYON_NUM_THREADS=1 $under "$@"
}
if [ -z "$under" ] && command -v taskset >/dev/null; then under="taskset -c $core"; fi

step "the peers"
peers=()
if [ ! -x "$venv/bin/pip" ]; then
    python3 -m venv "$venv" || { debian python3-venv && python3 -m venv --clear "$venv"; }
fi
if pip_install requirements.txt; then
    peers+=("scikit-learn")
else
    note "no scikit-learn, no river" && online=""
fi
if pip_install requirements-daal4py.txt; then peers+=(daal4py); else note "no daal4py for this platform"; fi
if debian g++ libarmadillo-dev libopenblas-dev &&
    g++ -std=c++17 -O3 -march=native armadillo.cpp -o target/armadillo -larmadillo -lopenblas; then
    peers+=(Armadillo)
else
    note "no Armadillo"
fi

step "gaussmix, three ways to build it, and linfa"
cargo build --locked --quiet --release --target-dir target
for feature in std simd; do
    cargo build --locked --quiet --release --target-dir target/$feature --features $feature --bin gaussmix
done
peers+=(linfa gaussmix "gaussmix, std" "gaussmix, simd")

program() { # program PEER ARGUMENT...
    local peer=$1
    shift
    case $peer in
    scikit-learn | daal4py) measured "$venv/bin/python" peers.py "$peer" "$@" ;;
    Armadillo) measured target/armadillo "$@" ;;
    linfa) measured target/release/linfa "$@" ;;
    gaussmix) measured target/release/gaussmix "$@" ;;
    "gaussmix, std") measured target/std/release/gaussmix "$@" ;;
    "gaussmix, simd") measured target/simd/release/gaussmix "$@" ;;
    esac
}

{
    echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(uname -srm); ${under:-not pinned}"
    echo "date: $(date +%F)"
    echo "compilers: $(rustc --version); $(g++ --version | head -1); $("$venv/bin/python" --version)"
    for peer in "${peers[@]}"; do
        case $peer in
        scikit-learn | daal4py | Armadillo) echo "$peer $(program "$peer" version)" ;;
        linfa) sed -n '/^name = "linfa-clustering"/{n;s/version = "\(.*\)"/linfa-clustering \1/p}' Cargo.lock ;;
        gaussmix) echo "gaussmix $(sed -n 's/^version = "\(.*\)"/\1/p' ../../Cargo.toml | head -1)" ;;
        esac
    done
} >"$results/versions.txt"
cat "$results/versions.txt" >&2

rm -f "$results/online.jsonl"
: >"$lines"
for size in $sizes; do
    d=${size%x*} k=${size#*x} short=2
    case $d in 2 | 4) long=22 ;; 8) long=12 ;; 16) long=7 ;; *) long=4 ;; esac
    directory=$work/$size-$samples
    target/release/data "$directory" "$d" "$k" "$samples"
    for task in passes whole; do
        step "$size $task"
        for peer in "${peers[@]}"; do
            # Armadillo's fit has no tolerance; with std, gaussmix makes the same fits as without; the other whole fits
            # left out take up to minutes.
            case "$task $peer $d" in
            "whole Armadillo "* | "whole gaussmix, std "* | "whole linfa "[!24] | "whole linfa "?? | "whole gaussmix "??) continue ;;
            esac
            program "$peer" $task "$directory" "$d" "$k" $short $long "$budget" $tolerance >>"$lines"
        done
    done
done

if [ "$online" ]; then
    step "one sample at a time"
    measured "$venv/bin/python" online.py ../../tests/data/basic_motions.csv "$budget" >"$results/online.jsonl"
fi

step "table"
target/release/table "$results" ${quick:+--quick} | tee "$results/table.md"
note "written: $results/table.md, performance.svg, lines.jsonl"
