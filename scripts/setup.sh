#!/bin/sh
# Makes .venv and installs a lock file into it. A second call with the same lock does nothing, in milliseconds.
# Usage: scripts/setup.sh requirements.lock [folder [name-of-the-log]]     PYTHON=/path/to/python3 chooses the Python.
# QUIET=1: what is wrong stands in the log only.
set -eu

lock=$1
venv=${2:-.venv}
stamp="$venv/.installed-$(basename "$lock")"
log="$venv/install-log${3:+-$3}.txt"

say() { printf '%s\n' "$@" >&2; }
fail() { say "$@"; exit 1; }

fits() {  # Is this a Python we support?
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        printf '%s' "$PYTHON"
        return
    fi
    for name in python3.12 python3.13 python3.11 python3 python; do
        if fits "$name"; then
            printf '%s' "$name"
            return
        fi
    done
    fail "RenderHub needs Python 3.11, 3.12 or 3.13, and found none on the PATH." \
        "Install one, or name it: make setup PYTHON=/path/to/python3.12"
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

make_venv() {  # Debian's Python comes without ensurepip: then virtualenv, or the pip beside that Python, helps.
    rm -rf "$venv" 2>/dev/null || fail \
        "The folder $venv belongs to another user, and its Python does not run for you." \
        "Remove it as that user, or work in a copy of the project of your own."
    say "Making $venv with $("$1" --version 2>&1) ..."
    if "$1" -m venv "$venv" >/dev/null 2>&1 && has_pip; then return; fi
    rm -rf "$venv"
    if "$1" -m virtualenv -q "$venv" >/dev/null 2>&1 && has_pip; then return; fi
    if virtualenv -q -p "$1" "$venv" >/dev/null 2>&1 && has_pip; then return; fi
    rm -rf "$venv"
    if "$1" -m pip --version >/dev/null 2>&1 && "$1" -m venv --without-pip "$venv" >/dev/null 2>&1; then
        pip_of=$1
        return
    fi
    rm -rf "$venv"
    fail "This Python cannot make virtual environments (venv or ensurepip is missing)." \
        "On Debian or Ubuntu this helps: sudo apt-get install python3-venv" \
        "Without root, this does: $1 -m pip install --user virtualenv"
}

install() {
    if [ -n "$pip_of" ]; then
        set -- "$pip_of" -m pip --python "$venv/bin/python"
    else
        set -- "$venv/bin/python" -m pip
    fi
    "$@" --disable-pip-version-check --no-input install --require-hashes -r "$lock" 2>&1 || echo "pip failed"
}

show_progress() {  # One line that counts packages; all of pip's words go to the log.
    total=$(grep -c '^[A-Za-z0-9]' "$lock")
    count=0
    while IFS= read -r line; do
        printf '%s\n' "$line"
        case $line in
        "Collecting "* | "Processing "* | "Requirement already satisfied: "*)
            count=$((count + 1))
            [ -t 2 ] && printf '\r  %s of %s packages ' "$count" "$total" >&2
            ;;
        "  Building wheel for "*started) [ -t 2 ] && printf '\r  compiling %s        ' "$(echo "$line" | cut -d ' ' -f 6)" >&2 ;;
        "Installing collected packages"*) [ -t 2 ] && printf '\r  unpacking %s packages    ' "$count" >&2 ;;
        esac
    done >"$log"
    [ -t 2 ] && printf '\r\033[K' >&2
    return 0
}

version() { "$1" -c 'import sys; print(*sys.version_info[:2])'; }

is_chosen() {  # Is .venv of the Python that was asked for?
    [ -z "${PYTHON:-}" ] || [ "$(version "$PYTHON")" = "$(version "$venv/bin/python")" ]
}

if [ -n "${PYTHON:-}" ] && ! fits "$PYTHON"; then fail "PYTHON=$PYTHON is no Python 3.11, 3.12 or 3.13."; fi
want=$(cksum <"$lock")
pip_of=
if "$venv/bin/python" -c '' 2>/dev/null && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && is_chosen; then exit 0; fi
if ! fits "$venv/bin/python" || ! is_chosen; then
    chosen=$(find_python)
    make_venv "$chosen"
elif ! has_pip; then
    # Made with the pip beside its Python (above): that one goes on. Where it is gone, a new one is made.
    chosen=$(find_python)
    if "$chosen" -m pip --version >/dev/null 2>&1; then pip_of=$chosen; else make_venv "$chosen"; fi
fi
[ -w "$venv" ] || fail "The folder $venv belongs to another user and must be brought up to date." \
    "Run make setup as that user, or work in a copy of the project of your own."
say "Installing the packages of $lock (a minute or two the first time) ..."
install | show_progress
if grep -q '^pip failed$' "$log"; then
    [ -n "${QUIET:-}" ] && exit 1
    tail -n 25 "$log" >&2
    fail "The installation failed; all of pip's words are in $log. Run it again when the cause is gone."
fi
printf '%s\n' "$want" >"$stamp"
say "Installed."
