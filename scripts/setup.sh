#!/bin/sh
# Make .venv with uv and the locked dependencies, from nothing but Python; at once when nothing has changed.
set -eu
cd "$(dirname "$0")/.."

# A virtual environment knows the folder it was made in: in a copy of the checkout it is made again.
state=$({ pwd; cat uv.lock pyproject.toml shared/*/pyproject.toml services/*/pyproject.toml; } | cksum)
[ "$(cat .venv/ronde-state 2>/dev/null)" = "$state" ] && exit 0

stop() { echo "$*" >&2; exit 1; }
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

if ! { [ "$(cat .venv/ronde-folder 2>/dev/null)" = "$(pwd)" ] && .venv/bin/python -m pip --version; } >/dev/null 2>&1; then
    python=
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c "$new_enough" 2>/dev/null; then python=$name; break; fi
    done
    [ -n "$python" ] || stop "Ronde needs Python 3.11 or newer: install it, so that \`python3 --version\` says so."
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "Python's venv module is missing: installing Debian's $package with apt-get …"
            { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"; } \
                >/dev/null 2>&1 || stop "apt-get could not install $package: install it, then run this again."
        else
            stop "Python's venv module is missing: as root, \`apt-get install $package\`, then run this again."
        fi
    fi
    echo "Making .venv with $("$python" --version) …"
    "$python" -m venv --clear .venv
    pwd >.venv/ronde-folder
fi

.venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1' ||
    stop "uv could not be installed: is the Python package index within reach?"
echo "Installing the locked dependencies …"
# Compiled now, once: else every process of the house compiles them when it starts, where writing them is not allowed.
UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never \
    .venv/bin/uv sync --frozen --quiet --compile-bytecode --python .venv/bin/python ||
    stop "The locked dependencies could not be installed: is the Python package index within reach?"
echo "$state" >.venv/ronde-state
