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
    widest=$(awk '{ if (length > most) most = length } END { print most }' out)
    [ "$widest" -lt 100 ]
    report "narrower than 100 columns, seed $seed" $? "$widest"
    [ "$(tail -n 1 out)" = "open faithful-output/assignment.svg first" ]
    report "the last line says what to open, seed $seed" $? "$(tail -n 1 out)"
    grep -Eq '^runner-up: tied full, K = 4, BIC more by 5\.8' out
    report "the runner-up, seed $seed" $? "$(grep runner out)"
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
sed -i 's/ a\// b\//' a.txt
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

# clusters FILE [AWK-EXPRESSION]: 200 rows of two clusters nine standard deviations apart, and a column of that value
clusters() {
    awk -v OFS=, "BEGIN { srand(8); print \"x\", \"y\"${2:+, \"class\"}; for (i = 0; i < 200; i++) { g = h = -6
        for (j = 0; j < 12; j++) { g += rand(); h += rand() }
        print 5.1 + g + 9 * (i % 2), 3.4 + h - 9 * (i % 2)${2:+, $2} } }" >"$1"
}
clusters label.csv 'i % 2'
accepts "an integer label" '^chosen: .*, K = 2, ' --data label.csv --restarts 6 --out label
grep -q "^warning: 'class' has only 2 distinct values" out
report "a label is warned of" $? "$(cat out)"
accepts "columns by name" '2 features: y, x$' --data label.csv --columns y,x --k 2 --restarts 3 --out label
clusters index.csv
awk '{ print (NR == 1 ? "" : NR - 2) "," $0 }' index.csv >indexed.csv
accepts "a pandas index" "^left out: 'column 1' counts the rows" --data indexed.csv --k 1-3 --restarts 3 --out index
awk 'BEGIN { print "x,y"; for (i = 0; i < 60; i++) print i % 2 ? "1.5,2" : "4,7.25" }' >repeated.csv
accepts "two distinct rows" '^warning: only 2 of the 60 rows are distinct' --data repeated.csv --restarts 3 --out repeated
awk 'NR == 5 { sub(/,.*/, ",NA") } 1' index.csv >missing.csv
accepts "a missing value, dropped" '^dropped 1 row' --data missing.csv --drop-missing --k 2 --restarts 3 --out missing
sed 's/,/;/; s/\./,/g' index.csv >german.csv
accepts "decimal commas" "^x: '.*' is read as" --data german.csv --k 2 --restarts 3 --out german
printf '# two\n 1.5  2\n 3  4.25\n 5  1\n' >spaces.csv
accepts "blanks and comments" '3 samples of 2 features' --data spaces.csv --k 1 --restarts 1 --out spaces
grep -q '^warning: 3 rows for' out
report "few rows are warned of" $? "$(cat out)"

accepts "the component of each row" 'assigned\.csv' --data index.csv --k 2 --restarts 3 --assign assigned.csv --out index
awk -F, 'NR == 1 { ok = $0 == "line,label,log_density,p1,p2"; next }
    { sum = $4 + $5 - 1; n++; if (NF != 5 || $1 != NR || sum > 1e-12 || sum < -1e-12) ok = 0; count[$2]++ }
    END { exit !(ok && n == 200 && count[1] == 100 && count[2] == 100) }' assigned.csv
report "200 rows, two components of 100" $? "$(head -n 3 assigned.csv)"
if "$program" --model m.json --k 1 --restarts 1 --out model >out 2>err; then
    accepts "a model" 'the model: m\.json' --data index.csv --k 2 --restarts 3 --model m.json --assign a.csv --out model
    accepts "its scores" '^component 1: 100 rows' --data index.csv --score m.json --assign b.csv
    cmp -s a.csv b.csv
    report "scores of the stored model are the same" $? "$(diff a.csv b.csv | head -n 4)"
    refuses "a model of other sizes" 2 'holds 2 features, 2 components; expected 4' --data "$iris" --score m.json
else
    refuses "a model without the feature" 2 'needs a build with --features serde' --model m.json
fi
if command -v rsvg-convert >png.out 2>&1; then
    accepts "PNG" 'open png/assignment\.png first' --k 2 --restarts 3 --png --out png
else
    refuses "PNG without a renderer" 2 'png needs one of rsvg-convert' --png
fi

awk 'BEGIN { srand(4); print "x,y"; for (i = 0; i < 40000; i++) { g = h = -6; for (j = 0; j < 12; j++) { g += rand(); h += rand() }
    k = i % 3; printf "%.6f,%.6f\n", g + 7 * k, h - 5 * (k == 1) } }' >large.csv
accepts "a large table, finished on all rows" '^chosen: .*, K = 3, ' --data large.csv --restarts 4 --k 2-4 --out large
grep -q '^searched on 2000 rows' out && grep -q '^~ expected' out
report "the search of a sample is said" $? "$(cat out)"
cp out sampled
accepts "a large table, searched whole" '^chosen: .*, K = 3, ' --data large.csv --restarts 4 --k 3 --covariance tied-spherical --search-rows 0 --out large
whole=$(least_bic 'tied spherical')
cp sampled out
sampled=$(least_bic 'tied spherical')
holds "${whole:-0} > 1 && ${sampled:-0} - ${whole:-0} < 0.1 && ${whole:-0} - ${sampled:-0} < 0.1"
report "both have the same BIC" $? "$whole $sampled"

# --- refusals ---------------------------------------------------------------------------------------------------------
refuses "unknown flag" 2 "'--clusters'" --clusters 3
refuses "stray argument" 2 "'data.csv'" data.csv
refuses "K too large" 2 'from 1 to 12' --k 13
refuses "K of 0" 2 'from 1 to 12' --k 0
refuses "K no number" 2 "'three'" --k three
refuses "value missing" 2 'needs a value' --covariance
refuses "unknown structure" 2 "not 'round'" --covariance round
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
bad "constant columns" "column 'a' does not vary" 'a,b\n1,2\n1,2\n1,2\n'
bad "one sample" 'does not vary' 'a,b\n1,2\n'
bad "no numbers" 'no column holds numbers' 'a,b\nx,y\nu,v\n'
numbers() { # numbers FIRST: a line of 17 numbers
    seq -s, "$1" "$(($1 + 16))"
}
bad "seventeen features" '17 numeric columns.*--columns' "$(numbers 1)\n$(numbers 5)\n"
bad "too large to be squared" "line 3, column 'a': too large" 'a,b\n1,2\n1e200,4\n5,6\n'
bad "not text" 'line 2, byte 3: not UTF-8' 'a,b\n1,\xff\n'
bad "gzip" 'bad.csv: this is compressed with gzip' '\x1f\x8b\x08\x00'
bad "UTF-16" 'UTF-16' '\xff\xfea\x00'
bad "a mark with two readings" "line 2, column 'a': .*--decimal" 'a;b\n1,234;2\n2,345;3\n'
refuses "no such column" 2 "there is no column 'z'; there are" --data "$iris" --columns z
refuses "no such file to write" 1 'cannot write' --restarts 1 --k 1 --out refused --assign nowhere/a.csv
: >file
refuses "the output directory is a file" 1 'cannot create file' --restarts 1 --k 1 --out file
accepts "help" 'covariance S' --help

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
