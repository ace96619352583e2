#!/bin/sh
# Write requirements.txt and requirements-dev.txt from pyproject.toml: every package at one version, with its hashes.
# pin-libraries.sh               keeps the versions that are listed, as far as pyproject.toml allows
# pin-libraries.sh -P NAME       takes the newest release of one package
# pin-libraries.sh --upgrade     takes the newest release of every package
set -eu
cd "$(dirname "$0")/.."

[ -x .venv/bin/uv ] || {
    printf '%s\n' 'Chưa có .venv: hãy chạy make run hoặc make test' 'There is no .venv: say make run or make test' >&2
    exit 1
}

# for every Python from 3.11 and every system; no name of a registry is written
compile() {
    .venv/bin/uv --quiet pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-annotate --no-header --no-emit-index-url --extra gtts "$@" >/dev/null
}

both=$(mktemp)
trap 'rm -f "$both"' EXIT
compile "$@" -o requirements.txt
# what tests need besides: the two lists are installed side by side and have no package in common
cat requirements.txt requirements-dev.txt >"$both"
compile "$@" --extra dev -c requirements.txt -o "$both"
awk 'NR == FNR { if (/==/) runs[$1] = 1; next } /==/ { keep = !($1 in runs) } keep' \
    requirements.txt "$both" >requirements-dev.txt
