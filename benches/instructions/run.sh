#!/usr/bin/env bash
# Counts instructions under callgrind, with the feature simd and without, and fails if a count is more than 5 % above
# that of counts.txt. On a fresh Debian machine it installs what it needs.
#
#     run.sh [--refresh]      --refresh: writes counts.txt instead
#
# Counts repeat exactly, on any machine: valgrind shows a program AVX2 but never AVX-512. They do depend on the compiler,
# and without AVX2 the kernels run in SSE2: where either differs from what counts.txt was made with, the comparison is
# printed but cannot fail, and says so.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never NO_COLOR=1

die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 1
}
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT

command -v valgrind >/dev/null || bash ../../.ci/apt valgrind libc6-dbg
# The program that drives valgrind has to be of the same version as the library that the bench links.
version=$(sed -n 's/^gungraun = "=\(.*\)"$/\1/p' Cargo.toml)
tools=${XDG_CACHE_HOME:-$HOME/.cache}/gungraun-runner-$version
export GUNGRAUN_RUNNER=$tools/bin/gungraun-runner
[ "$("$GUNGRAUN_RUNNER" --version 2>/dev/null)" = "gungraun-runner $version" ] ||
    cargo install --quiet --locked --root "$tools" --version "$version" gungraun-runner

count() { # count NAME [FLAG...]: one line a bench
    local name=$1
    shift
    cargo bench --quiet --locked --bench instructions "$@" -- --callgrind-metrics=ir --nosummary=true |
        awk -v name="$name" '
            /^instructions::/ { bench = $2; sub(/:.*/, "", bench) }
            /^ *Instructions:/ { split($2, n, "|"); print name, bench, n[1] }'
}
count scalar >"$counts"
count simd --features simd >>"$counts"
[ "$(wc -l <"$counts")" -ge 30 ] || die "only $(wc -l <"$counts") counts"

built="# $(rustc --version), $(uname -m) $(grep -qw avx2 /proc/cpuinfo && echo 'with AVX2' || echo 'without AVX2')"
if [ "${1:-}" = --refresh ]; then
    { echo "$built" && cat "$counts"; } >counts.txt
    echo "counts.txt is written: $built"
    exit
fi
recorded=$(head -1 counts.txt)
awk '
    /^#/ { next }
    NR == FNR { due[$1 " " $2] = $3; next }
    {
        name = $1 " " $2
        if (!(name in due)) { print name " is not in counts.txt"; bad++; next }
        change = 100 * ($3 / due[name] - 1)
        remark = change > 5 ? "  MORE THAN 5 % ABOVE" : change < -5 ? "  better: refresh" : ""
        bad += change > 5
        printf "%-36s %9d  was %9d  %+6.1f %%%s\n", name, $3, due[name], change, remark
        delete due[name]
    }
    END {
        for (name in due) { print name " was not counted"; bad++ }
        exit bad > 0
    }' counts.txt "$counts" && exit
if [ "$built" != "$recorded" ]; then
    printf 'WARNING: the counts above were not guarded.\n  counted: %s\n  stored:  %s\n  Refresh: %s --refresh\n' \
        "$built" "$recorded" "$0" >&2
    exit
fi
die "more instructions than counts.txt allows; if that is meant, run $0 --refresh"
