#!/usr/bin/env bash
# The table and the memory of the README in one run, on Linux: `bash measure.sh [FOLDER [ROWS]]`. The files stay in FOLDER. Six
# minutes, once all is compiled.
set -euo pipefail
folder=${1:-${TMPDIR:-/tmp}/gaussmix-measure}
rows=${2:-10000000}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")"
cargo build --release --locked -p fit -p nodes
programs=${CARGO_TARGET_DIR:-target}/release

file() { # of so many rows
    local path=$folder/$1.parquet
    [ -f "$path" ] || { "$programs/measure" make "$path.part" "$1" >/dev/null && mv "$path.part" "$path"; }
    echo "$path"
}
data=$(file "$rows")

for what in memory scan query ordered memory scan query ordered; do
    "$programs/measure" "$what" "$data" | grep -v '^pass'
done

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
for row in "" --row=row; do
    echo "two workers ${row:+with row numbers}"
    workers=()
    pids=()
    for i in 1 2; do
        : >"$folder/worker$i.txt"
        "$programs/nodes" worker --port 0 >"$folder/worker$i.txt" &
        pids+=($!)
        until grep -q listening "$folder/worker$i.txt"; do sleep 0.1; done
        workers+=("$(sed -n 's/^listening at \([^;]*\);.*/\1/p' "$folder/worker$i.txt")")
    done
    for round in 1 2; do
        "$programs/nodes" fit --workers "${workers[0]},${workers[1]}" --data "$data" \
            --features x1,x2,x3,x4,x5,x6,x7,x8 --components 8 --restarts 1 --iterations 5 --tolerance 0 \
            --picture "$folder/workers.svg" $row | grep '^pass'
    done
    for pid in "${pids[@]}"; do
        echo "peak of a worker: $(sed -n 's/^VmHWM: *//p' "/proc/$pid/status")"
    done
    kill "${pids[@]}"
done

for count in $((rows / 10)) $((rows * 3)); do
    path=$(file $count)
    for what in query ordered; do
        echo "$count rows, $what"
        "$programs/measure" $what "$path" | grep peak
    done
done

"$programs/measure" devices 10000 1000 | grep -v '^pass'

if python3 -c 'import pyspark' 2>/dev/null; then # pip install pyspark numpy
    python3 spark.py "$data"
fi
