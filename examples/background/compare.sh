#!/usr/bin/env bash
# The mixture and OpenCV's MOG2 on the same frames, in one run: one table, and pictures where they differ.
#
#   examples/background/compare.sh [SEED]     installs opencv-python-headless into a virtual environment
set -euo pipefail
cd "$(dirname "$0")"
out=background-output
cargo build --release --quiet
program=${CARGO_TARGET_DIR:-target}/release/background
if [ -z "${PYTHON:-}" ]; then
    python3 -m venv target/venv
    target/venv/bin/pip install --quiet numpy opencv-python-headless
    PYTHON=target/venv/bin/python
fi
"$program" run --seed "${1:-1}" --out "$out"
"$PYTHON" mog2.py "$out"
"$program" compare --out "$out"
