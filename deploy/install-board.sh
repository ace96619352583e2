#!/bin/sh
# Make this Linux board (Debian, Raspberry Pi OS, 64 bits) a loudspeaker: libraries, a user, a service; run as root.
# Only the few libraries that loa-board needs are installed, at the versions and hashes of requirements.txt.
set -eu
cd "$(dirname "$0")/.."

libraries='annotated-types certifi cffi charset-normalizer cryptography idna joserfc numpy paho-mqtt pycparser
    pydantic pydantic-core pynacl requests soundfile typing-extensions typing-inspection urllib3'

# print the lines of a list, with their hashes, of these libraries
listed() {
    awk -v names="$2" '
        BEGIN { split(names, all); for (n in all) wanted[all[n]] = 1 }
        /^[a-z0-9]/ { split($1, parts, "=="); keep = parts[1] in wanted }
        keep' "$1"
}

if [ "${1:-}" = --list ]; then
    listed requirements.txt "$libraries"
    exit 0
fi
[ "$(id -u)" = 0 ] || {
    printf '%s\n' 'Hãy chạy bằng sudo.' 'Run it with sudo.' >&2
    exit 1
}

apt-get install --yes --no-install-recommends python3 python3-venv alsa-utils
id loa-board >/dev/null 2>&1 || useradd --system --groups audio --home-dir /var/lib/loa-board loa-board
install -d -o loa-board -m 700 /var/lib/loa-board
[ -x /opt/loa-board/bin/python ] || python3 -m venv /opt/loa-board
pins=$(mktemp)
trap 'rm -f "$pins"' EXIT
listed requirements.txt "$libraries" >"$pins"
listed requirements-install.txt setuptools >>"$pins"
/opt/loa-board/bin/pip install --quiet --no-deps --require-hashes -r "$pins"
/opt/loa-board/bin/pip install --quiet --no-deps --no-build-isolation .
ln -sf /opt/loa-board/bin/loa-board /usr/local/bin/loa-board
cp deploy/board/loa-board.service /etc/systemd/system/
systemctl daemon-reload
systemctl enable loa-board
printf '%s\n' 'Xong. Bước sau: sudo -u loa-board loa-board enrol MÃ --address ĐỊA_CHỈ; sudo systemctl start loa-board'
