#!/usr/bin/env bash
# The figures of the README in one run: `bash measure.sh [FOLDER [ROWS]]`. The files stay in FOLDER. A quarter of an hour, once all is
# compiled.
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:-${TMPDIR:-/tmp}/gaussmix-measure}
rows=${2:-10000000}
mkdir -p "$folder"
cargo build --release --locked -p fit -p nodes
programs=${CARGO_TARGET_DIR:-target}/release

file() { # of so many rows
    local path=$folder/$1.parquet
    [ -f "$path" ] || "$programs/measure" make "$path" "$1" >/dev/null
    echo "$path"
}
data=$(file "$rows")

for what in memory scan query ordered memory scan query ordered; do
    "$programs/measure" "$what" "$data" | grep -v '^pass'
done

echo "two workers, a query a pass; then with row numbers"
workers=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
pids=()
for i in 1 2; do
    "$programs/nodes" worker --port 0 >"$folder/worker$i.txt" &
    pids+=($!)
done
sleep 1
for i in 1 2; do
    workers+=("$(sed -n 's/^listening at \([^;]*\);.*/\1/p' "$folder/worker$i.txt")")
done
for row in "" --row=row "" --row=row; do
    "$programs/nodes" fit --workers "${workers[0]},${workers[1]}" --data "$data" --features x1,x2,x3,x4,x5,x6,x7,x8 \
        --components 8 --restarts 1 --iterations 5 --tolerance 0 --picture "$folder/workers.svg" $row | grep '^pass'
done
for pid in "${pids[@]}"; do
    echo "peak of a worker: $(sed -n 's/^VmHWM: *//p' "/proc/$pid/status")"
done

echo "memory by rows"
for count in $((rows / 10)) $((rows * 3)); do
    for what in query ordered; do
        echo "$count rows, $what: $("$programs/measure" $what "$(file $count)" | grep peak)"
    done
done

"$programs/measure" devices 10000 1000 | grep -v '^pass'

if python3 -c 'import pyspark' 2>/dev/null; then # pip install pyspark
    python3 spark.py "$data"
fi
