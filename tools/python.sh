#!/usr/bin/env bash
# Print the path of a Python that can run overt (3.11 or newer, with venv), or say what to install.
set -euo pipefail

venvless=""
for name in "${OVERT_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    [ -n "$name" ] || continue
    path="$(command -v "$name")" || continue
    "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if "$path" -c 'import venv, ensurepip' 2>/dev/null; then
        printf '%s\n' "$path"
        exit 0
    fi
    venvless="$path"
done

if [ -n "$venvless" ]; then
    printf 'overt: %s has no venv module; on Debian or Ubuntu: sudo apt-get install python3-venv\n' "$venvless" >&2
else
    printf 'overt: no Python 3.11 or newer found; install one, or set OVERT_PYTHON to its path\n' >&2
fi
exit 1
