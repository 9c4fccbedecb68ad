#!/bin/sh
# mypy, folder by folder: every tests folder has a conftest, and mypy knows one module of a name at a time.
set -eu
cd "$(dirname "$0")/.."
packages=$(for service in services/*; do echo "$service/${service#services/}"; done)
.venv/bin/mypy shared/contracts/ronde_contracts shared/kit/ronde $packages benchmarks conftest.py
for folder in shared/*/tests services/*/tests tests examples/*; do
    MYPYPATH=$folder .venv/bin/mypy "$folder"
done
