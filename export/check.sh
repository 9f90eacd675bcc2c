#!/usr/bin/env bash
# Runs the program as a user does: both inputs, and what each exit code stands for.
set -euo pipefail
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cargo build --release --locked
export_model() { "${CARGO_TARGET_DIR:-target}/release/gaussmix-export" "$@"; }

# Both types of a model that scikit-learn fitted, against the kept file, which the test suite compiles and scores.
data=../tests/data
for type in f32 f64; do
    export_model --sklearn $data/sklearn_pipeline_full.json --type $type --name "PIPELINE_FULL_${type^^}" --out "$out/$type.rs"
done
{ cat "$out/f32.rs"; echo; cat "$out/f64.rs"; } | diff - tests/generated/pipeline_full.rs

# The guide of gaussmix shows one of the kept files.
diff tests/generated/full.rs ../src/guide/full.rs

# A model by hand, of sizes for which nothing was compiled.
awk -v d=40 -v k=30 'function row(n, v,  j, s) { for (j = 1; j <= n; j++) s = s (j > 1 ? "," : "") v * j; return "[" s "]" }
    BEGIN {
        for (c = 1; c <= k; c++) {
            w = w (c > 1 ? "," : "") 1 / k; m = m (c > 1 ? "," : "") row(d, c / 7); v = v (c > 1 ? "," : "") row(d, c)
        }
        printf "{\"covariance_type\": \"diag\", \"weights\": [%s], \"means\": [%s], \"covariances\": [%s]}\n", w, m, v
    }' >"$out/hand.json"
export_model --model "$out/hand.json" --name HAND >"$out/hand.rs"
grep -q '^pub static HAND: gaussmix::Gmm<f32, 40, 30, gaussmix::Diagonal> =' "$out/hand.rs"
# Standard output is the file; the same command writes the same bytes.
export_model --model "$out/hand.json" --name=HAND --out "$out/again.rs"
diff "$out/hand.rs" "$out/again.rs"

# In integers, with the bound.
awk 'BEGIN { print "{\"covariance_type\": \"diag\", \"weights\": [0.5, 0.5], \"means\": [[1, 2], [3, 4]], \"covariances\": [[1, 4], [2, 0.5]]}" }' >"$out/small.json"
export_model --model "$out/small.json" --fixed --scale 0.001 --name SMALL --out "$out/fixed.rs" 2>"$out/note"
grep -q '^pub static SMALL: gaussmix::fixed::FixedGmm<2, 2, 1> = ' "$out/fixed.rs"
grep -q 'integers are within 0.00[0-9]*·(1 + |ln p|/30) nat' "$out/note"
grep -q 'integers are within 0.00[0-9]*·(1 + |ln p|/30) nat' "$out/fixed.rs"

# Any program reads such a file, as the docs of `persist` say.
if command -v python3 >/dev/null; then
    (cd "$out" && cp hand.json model.json && python3 -c 'import json; print(json.load(open("model.json"))["means"])' >means)
    [ "$(tr -cd '[' <"$out/means" | wc -c)" = 31 ]
fi

fails() { # fails CODE MESSAGE ARGUMENT...
    local code=$1 message=$2 status=0
    shift 2
    export_model "$@" >"$out/stdout" 2>"$out/stderr" || status=$?
    if [ $status != "$code" ] || [ -s "$out/stdout" ] || ! grep -qF -- "$message" "$out/stderr"; then
        echo "gaussmix-export $*: exit code $status, expected $code and '$message', got:" >&2
        cat "$out/stderr" >&2
        exit 1
    fi
}
sed 's/"weights_": \[[0-9.]*/"weights_": [NaN/' $data/sklearn_full.json >"$out/nan.json"
fails 2 'nan.json: steps[0].weights_[0] should be a finite number, but is "NaN"' --sklearn "$out/nan.json"
sed 's/StandardScaler/PCA/' $data/sklearn_pipeline_full.json >"$out/pca.json"
fails 2 'pca.json: steps[0].class is PCA: it mixes features' --sklearn "$out/pca.json"
fails 2 'hand.json: the file has no `sklearn`' --sklearn "$out/hand.json"
fails 2 'sklearn_full.json: the file has no `covariance_type`' --model $data/sklearn_full.json
fails 2 'missing.json: No such file' --sklearn "$out/missing.json"
fails 2 "'--kk'" --kk 3
fails 1 'nowhere/model.rs: No such file' --model "$out/hand.json" --out "$out/nowhere/model.rs"
echo '{"covariance_type": "full", "weights": [1], "means": [[0, 0]], "covariances": [[[1, 0.9999], [0.9999, 1]]]}' >"$out/twins.json"
fails 2 'twins.json: in integers, scores may be off by' --model "$out/twins.json" --fixed --scale 0.0007
fails 2 'hand.json: --fixed takes up to 32 features' --model "$out/hand.json" --fixed
fails 2 'small.json: --scale has 3 numbers, not one or 2' --model "$out/small.json" --fixed --scale 1,2,3
export_model --help | grep -q -- '--sklearn FILE'
echo "gaussmix-export does what it says"
