#!/bin/sh
# Install listed libraries by their digests, as they are listed: install-listed.sh VENV -r LIST… [--target DIR]
# uv takes a quarter of the processor time that pip takes, but does not read pip's settings: where these name another
# index or another authority, or for any other reason uv fails, pip installs.
set -eu
python=$1/bin/python
uv=$1/bin/uv
shift
"$uv" --quiet pip install --python "$python" --no-deps --require-hashes "$@" && exit
echo 'uv không cài được, pip cài thay / uv could not install, pip does' >&2
exec "$python" -m pip --quiet --disable-pip-version-check --no-input \
    install --no-deps --no-compile --require-hashes "$@"
