#!/bin/sh
# Writes the lock files anew from the .in files beside them. Options are passed on to uv.
set -eu

if command -v uv >/dev/null 2>&1; then uv=uv
elif [ -x .venv/bin/uv ]; then uv=.venv/bin/uv
else
    echo "make lock needs uv; this helps: .venv/bin/python -m pip install uv" >&2
    exit 1
fi

for name in requirements requirements-dev requirements-manim benchmarks/control/requirements benchmarks/compose/requirements; do
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        "$@" --output-file "$name.lock" "$name.in"
    # The lock is for everybody: where this machine gets its packages from is nobody's business.
    if grep -n '://' "$name.lock" >&2; then
        echo "$name.lock holds an address" >&2
        exit 1
    fi
    echo "wrote $name.lock"
done
