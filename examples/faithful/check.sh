#!/usr/bin/env bash
# Runs the example as a user would: what it finds on Old Faithful, what it says to bad input, its exit codes.
#
#   examples/faithful/check.sh [PROGRAM]     without a program it builds one
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [ $# -eq 0 ]; then
    (cd "$root" && cargo build --release --example faithful) || exit 1
    set -- "${CARGO_TARGET_DIR:-$root/target}/release/examples/faithful"
fi
program=$(realpath -e "$1") || exit 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
passed=0
failed=0

report() { # report NAME CONDITION-STATUS DETAIL
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$1" "$3"
    fi
}

# refuses NAME CODE MESSAGE ARGUMENTS...: exit code CODE, MESSAGE (a regular expression) on stderr, no panic.
refuses() {
    local name=$1 code=$2 message=$3 status
    shift 3
    "$program" "$@" >out 2>err </dev/null
    status=$?
    [ "$status" -eq "$code" ] && grep -Eq -- "$message" err && ! grep -q panicked err
    report "$name" $? "exit code $status, expected $code; stderr: $(cat err)"
}

# accepts NAME PATTERN ARGUMENTS...: exit code 0, PATTERN on stdout, nothing on stderr (which is no terminal here).
accepts() {
    local name=$1 pattern=$2 status
    shift 2
    "$program" "$@" >out 2>err </dev/null
    status=$?
    [ "$status" -eq 0 ] && grep -Eq -- "$pattern" out && [ ! -s err ]
    report "$name" $? "exit code $status; stderr: $(cat err); stdout: $(cat out)"
}

# least_bic STRUCTURE: the least BIC of its healthy rows in ./out.
least_bic() {
    sed 's/^\*/ /' out | awk -v name="$1" '
        { line = $0; sub(/^ +/, "", line) }
        index(line, name " ") == 1 && / healthy$/ {
            split(substr(line, length(name) + 1), f, " ")
            if (f[1] ~ /^[0-9]+$/ && (best == "" || f[4] < best)) best = f[4]
        }
        END { print best }'
}

holds() { awk "BEGIN { exit !($1) }"; }

# --- Old Faithful -----------------------------------------------------------------------------------------------------
for seed in 1 2 3; do
    start=$(date +%s.%N)
    accepts "Old Faithful, seed $seed" '^chosen: tied full, K = 3, BIC ' --seed "$seed"
    seconds=$(awk "BEGIN { print $(date +%s.%N) - $start }")
    holds "$seconds < 20"
    report "within 20 s" $? "$seconds s"
    bic=$(sed -n 's/^chosen: .*BIC //p' out)
    holds "${bic:-0} > 2314.25 && ${bic:-0} < 2314.35"
    report "BIC of the chosen, seed $seed" $? "$bic, expected 2314.30 within 0.05"
    [ "$(grep -c '^\*  tied full  *3 ' out)" -eq 1 ] && [ "$(grep -c '^\*  ' out)" -eq 1 ]
    report "one row is marked, seed $seed" $? "$(cat out)"
    while IFS=: read -r structure bar; do
        bic=$(least_bic "$structure")
        holds "${bic:-1e9} <= $bar + 0.05"
        report "least BIC, $structure, seed $seed" $? "$bic, expected at most $bar + 0.05"
    done <<'BARS'
full:2322.19
tied full:2314.30
diagonal:2332.27
tied diagonal:2322.97
spherical:3038.14
tied spherical:3081.12
BARS
done
for picture in assignment density likelihood criteria; do
    [ -s "faithful-output/$picture.svg" ] && grep -q '</svg>' "faithful-output/$picture.svg"
    report "picture $picture" $? "missing or unfinished"
done
if command -v xmllint >xmllint.out 2>&1; then
    xmllint --noout faithful-output/*.svg 2>err
    report "pictures are well-formed" $? "$(cat err)"
fi
"$program" --restarts 6 --k 2 --out a >a.txt && "$program" --restarts 6 --k 2 --out b >b.txt
sed -i 's/  a\//  b\//' a.txt
cmp -s a.txt b.txt && cmp -s a/density.svg b/density.svg
report "the same run prints the same" $? "$(diff a.txt b.txt)"
"$program" --restarts 2 2>err | head -n 1 >out
[ "${PIPESTATUS[0]}" -eq 0 ] && [ ! -s err ]
report "a reader that stops early is no failure" $? "$(cat err)"

# --- other data -------------------------------------------------------------------------------------------------------
iris=$root/tests/data/iris.csv
accepts "iris: 4 features, labels left out" '^chosen: full, K = 2, BIC 574\.0' --data "$iris" --covariance full --out iris
grep -q 'left out.*meta_label' out
report "what is left out is said" $? "$(cat out)"
accepts "a fixed K and structure" '^chosen: tied diagonal, K = 4' --k 4 --covariance tied-diagonal --restarts 6 --out one
[ ! -e one/criteria.svg ] && [ -e one/density.svg ]
report "no comparison of one fit" $? "$(ls one)"

awk 'BEGIN { srand(3); print "flow <m3/s> & \"x\""; for (i = 0; i < 300; i++) {
    g = -6; for (j = 0; j < 12; j++) g += rand(); print (i % 3 ? 20 + g : 10 + 2 * g) } }' | sed '1s/"/""/g; 1s/.*/"&"/' >one.csv
accepts "one feature" 'histogram\.svg' --data one.csv --restarts 6 --out one
grep -q '&lt;m3/s&gt; &amp; &quot;x&quot;' one/histogram.svg
report "names are escaped in pictures" $? "$(grep -o 'flow.*' one/histogram.svg)"
for d in 2 3 4 5 6 7 8; do
    awk -v d=$d 'BEGIN { srand(d); for (i = 0; i < 120; i++) { line = ""; for (j = 0; j < d; j++)
        line = line (j ? "," : "") (i % 2 ? 6 : 0) + rand() + rand(); print line } }' >wide.csv
    accepts "$d features without a header" '^chosen: .*, K = 2, ' --data wide.csv --k 2 --restarts 3 --out wide
    grep -q 'no header' out
    report "no header is said, $d features" $? "$(cat out)"
done
printf 'a;b\n1;2\n2;1\n3;5\n8;7\n9;9\n7;6\n' >semicolon.csv
accepts "semicolons" '6 samples of 2 features: a, b' --data semicolon.csv --k 1 --out semicolon
printf 'x,y\n0,0\n0,1\n1,0\n' >few.csv
accepts "more components than samples" 'only 3 distinct samples' --data few.csv --covariance spherical --restarts 3 --out few

# --- refusals ---------------------------------------------------------------------------------------------------------
refuses "unknown flag" 2 "'--clusters'" --clusters 3
refuses "stray argument" 2 "'data.csv'" data.csv
refuses "K too large" 2 'from 1 to 6' --k 7
refuses "K of 0" 2 'from 1 to 6' --k 0
refuses "K no number" 2 "'three'" --k three
refuses "value missing" 2 'needs a value' --covariance
refuses "unknown structure" 2 "tied-spherical, not 'round'" --covariance round
refuses "missing file" 2 'cannot read nowhere.csv' --data nowhere.csv
refuses "a directory" 2 'cannot read' --data "$work"
bad() { # bad NAME MESSAGE TEXT
    printf "$3" >bad.csv
    refuses "$1" 2 "$2" --data bad.csv
}
bad "empty file" 'bad.csv: the file is empty' ''
bad "header only" 'no row of data' 'a,b\n'
bad "ragged row" 'line 3: 1 fields, but line 1 has 2' 'a,b\n1,2\n3\n5,6\n'
bad "text among numbers" "line 4, column 'b': not a number" 'a,b\n1,2\n3,4\n5,six\n7,8\n'
bad "nan" "line 3, column 'a': NaN or infinite" 'a,b\n1,2\nnan,4\n5,6\n'
bad "inf" "line 2, column 'b': NaN or infinite" 'a,b\n1,-inf\n3,4\n5,6\n'
bad "missing value" "line 3, column 'b': the value is missing" 'a,b\n1,2\n3,\n5,6\n'
bad "constant column" "column 'b' does not vary" 'a,b\n1,2\n3,2\n5,2\n'
bad "one sample" 'does not vary' 'a,b\n1,2\n'
bad "no numbers" 'no column holds numbers' 'a,b\nx,y\nu,v\n'
bad "nine features" '9 numeric columns' '1,2,3,4,5,6,7,8,9\n2,3,4,5,6,7,8,9,1\n'
bad "too large to be squared" 'line 3: .*too large' 'a,b\n1,2\n1e200,4\n5,6\n'
bad "not text" 'line 2: not UTF-8' 'a,b\n1,\xff\n'
: >file
refuses "the output directory is a file" 1 'cannot create file' --restarts 1 --k 1 --out file
accepts "help" 'covariance S' --help

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
