#!/bin/sh
# Adds Manim to an environment that scripts/setup.sh has made. Two of its packages are compiled, which needs the headers
# of Cairo and Pango: on Debian, as root, they are installed; else one line says how. It never fails: without Manim,
# still pictures stand in. A second call does nothing, in milliseconds.
# Usage: scripts/manim.sh [folder]     MANIM=0 leaves it out, MANIM=again tries again what failed.
set -u

venv=${1:-.venv}
lock=requirements-manim.lock
done="$venv/.installed-$lock"
failed="$venv/.failed-$lock"
log="$venv/install-log-manim.txt"

say() { printf '%s\n' "$@" >&2; }
without() {
    say "Without animated scenes for now (still pictures stand in): $1"
    exit 0
}

[ "${MANIM:-}" = 0 ] && exit 0
[ "${MANIM:-}" = again ] && rm -f "$failed"
want=$(cksum <"$lock")
[ "$(cat "$done" 2>/dev/null)" = "$want" ] && exit 0

headers() {  # What of the compiler, the Python headers and the two libraries is missing, as Debian packages.
    command -v cc >/dev/null 2>&1 || printf 'gcc '
    command -v pkg-config >/dev/null 2>&1 || printf 'pkg-config '
    pkg-config --exists cairo 2>/dev/null || printf 'libcairo2-dev '
    pkg-config --exists pangocairo 2>/dev/null || printf 'libpango1.0-dev '
    "$venv/bin/python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' || printf 'python3-dev '
}

apt() {
    DEBIAN_FRONTEND=noninteractive timeout 300 apt-get -y -o DPkg::Lock::Timeout=60 "$@" >>"$log" 2>&1
}

missing=$(headers)
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && [ ! -e "$failed" ]; then
    say "Installing $missing..."
    # shellcheck disable=SC2086 # each word is a package
    { apt install --no-install-recommends $missing || { apt update && apt install --no-install-recommends $missing; }; } ||
        printf '%s\n' "$want" >"$failed"
    missing=$(headers)
fi
[ -z "$missing" ] || without "run  sudo apt-get install -y $missing&& make manim"
[ "$(cat "$failed" 2>/dev/null)" = "$want" ] && without "Manim could not be built; see $log, then run  make manim"
if QUIET=1 sh scripts/setup.sh "$lock" "$venv" manim && "$venv/bin/python" -c 'import cairo, manimpango' 2>>"$log"; then
    rm -f "$failed"
else
    rm -f "$done"
    printf '%s\n' "$want" >"$failed"
    without "Manim could not be built; see $log, then run  make manim"
fi
