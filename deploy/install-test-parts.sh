#!/bin/sh
# Install the Debian packages that only tests need and that are missing: a browser, a broker, a database, a font,
# espeak-ng, ffmpeg as an independent loudness meter, systemd's checker of units, and what reads scans; by night
# (LOA_NIGHTLY=1) also LibreOffice and Prometheus, which are large, and what makes fresh trees of Debian; for
# `make bench` (LOA_BENCH=1) also nginx, beside which a delivery is measured.
# Works as root or through sudo, without questions; no package starts a service.
set -eu

has_chromium() { command -v chromium-headless-shell >/dev/null 2>&1; }
has_mosquitto() { [ -x /usr/sbin/mosquitto ]; }
has_postgresql() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_espeak() { command -v espeak-ng >/dev/null 2>&1; }
has_ffmpeg() { command -v ffmpeg >/dev/null 2>&1; }
has_systemd() { command -v systemd-analyze >/dev/null 2>&1; }
has_scans() { command -v tesseract >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1; }
has_vietnamese() { has_scans && tesseract --list-langs 2>/dev/null | grep -qx vie; }
has_office() { [ "${LOA_NIGHTLY:-}" != 1 ] || command -v soffice >/dev/null 2>&1; }
has_prometheus() { [ "${LOA_NIGHTLY:-}" != 1 ] || command -v prometheus >/dev/null 2>&1; }
has_trees() { [ "${LOA_NIGHTLY:-}" != 1 ] || { command -v mmdebstrap && command -v ip; } >/dev/null 2>&1; }
has_nginx() { [ "${LOA_BENCH:-}" != 1 ] || [ -x /usr/sbin/nginx ]; }
has_font() { [ -n "$(find /usr/share/fonts -name 'NotoSans-Regular.*' -print -quit 2>/dev/null)" ]; }

# Sets $missing to the packages whose part is not there.
look() {
    missing=
    has_chromium || missing="$missing chromium-headless-shell"
    has_mosquitto || missing="$missing mosquitto"
    has_postgresql || missing="$missing postgresql"
    has_font || missing="$missing fonts-noto-core"
    has_espeak || missing="$missing espeak-ng"
    has_ffmpeg || missing="$missing ffmpeg"
    has_scans || missing="$missing tesseract-ocr poppler-utils"
    has_vietnamese || missing="$missing tesseract-ocr-vie"
    has_office || missing="$missing libreoffice-writer-nogui"
    has_prometheus || missing="$missing prometheus"
    has_trees || missing="$missing mmdebstrap iproute2"
    has_nginx || missing="$missing nginx-light"
    has_systemd || missing="$missing systemd"
}

look
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Kiểm thử cần / the tests need:$missing. Máy này không có apt-get; hãy tự cài / install them by hand." >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Kiểm thử cần / the tests need:$missing. Hãy chạy bằng root / as root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

# Debian asks this file before a package starts a service; 101 means: not now
policy=/usr/sbin/policy-rc.d
ours=
forget_policy() { [ -z "$ours" ] || $as_root rm -f "$policy"; }
trap forget_policy EXIT
trap 'exit 1' HUP INT TERM
if [ ! -e "$policy" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi

echo "Cài phần kiểm thử / installing for the tests:$missing"
$as_root apt-get -qq update
# shellcheck disable=SC2086 # a list of names
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null

# A package whose files were deleted counts as installed: check the files again.
look
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends --reinstall $missing >/dev/null
    look
fi
if [ -n "$missing" ]; then
    echo "Đã cài nhưng vẫn không thấy / installed, yet not found:$missing" >&2
    exit 1
fi
