#!/usr/bin/env bash
# Runs the example as a user does: both inputs, and what each exit code stands for.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cargo build --release --example export
export_model() { "${CARGO_TARGET_DIR:-target}/release/examples/export" "$@"; }

# Both types of a model that scikit-learn fitted, against the kept file, which the test suite compiles and scores.
for type in f32 f64; do
    export_model --sklearn tests/data/sklearn_pipeline_full.json --type $type --name "PIPELINE_FULL_${type^^}" --out "$out/$type.rs"
done
{ cat "$out/f32.rs"; echo; cat "$out/f64.rs"; } | diff - tests/export/generated/pipeline_full.rs

# Every size it is built for: the numbers of a table with d columns.
for d in 1 2 3 4 5 6 7 8; do
    seq 1 $((40 * d)) | awk -v d=$d '{ printf "%.3f%s", $1 / 9 + ($1 * $1 * 37) % 101, NR % d ? "," : "\n" }' >"$out/table.csv"
    for k in 1 2 3 4 5 6 7 8; do
        export_model --csv "$out/table.csv" --k $k --covariance tied-diagonal --restarts 1 --out "$out/model.rs" 2>/dev/null
        grep -q "^pub static MODEL: gaussmix::Gmm<f32, $d, $k, gaussmix::Tied<gaussmix::Diagonal>> =" "$out/model.rs"
    done
done

# Structures whose components share something in part.
for structure in evi vei eev; do
    export_model --csv tests/data/iris.csv --k 3 --covariance $structure --restarts 2 --out "$out/model.rs" 2>/dev/null
    grep -q "^pub static MODEL: gaussmix::Gmm<f32, 4, 3, gaussmix::covariance::${structure^}> =" "$out/model.rs"
done

# Standard output is the file; the same command writes the same bytes.
arguments=(--csv tests/data/faithful.csv --k 2 --covariance full --seed 7)
export_model "${arguments[@]}" >"$out/first.rs"
export_model "${arguments[@]}" --out "$out/second.rs"
diff "$out/first.rs" "$out/second.rs"

fails() { # fails CODE MESSAGE ARGUMENT...
    local code=$1 message=$2 status=0
    shift 2
    export_model "$@" >"$out/stdout" 2>"$out/stderr" || status=$?
    if [ $status != "$code" ] || [ -s "$out/stdout" ] || ! grep -qF -- "$message" "$out/stderr"; then
        echo "export $*: exit code $status, expected $code and '$message', got:" >&2
        cat "$out/stderr" >&2
        exit 1
    fi
}
sed 's/"weights_": \[[0-9.]*/"weights_": [NaN/' tests/data/sklearn_full.json >"$out/nan.json"
fails 2 'nan.json: steps[0].weights_[0] should be a finite number, but is "NaN"' --sklearn "$out/nan.json"
fails 2 'missing.json: No such file' --sklearn "$out/missing.json"
fails 2 "unknown argument '--kk'" --kk 3
fails 2 'from 1 to 8' --csv tests/data/iris.csv --k 9 --covariance full
fails 1 'nowhere/model.rs: No such file' --sklearn tests/data/sklearn_full.json --out "$out/nowhere/model.rs"
echo "the export example does what it says"
