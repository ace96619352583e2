#!/bin/sh
# Make the virtual environment: make-venv.sh DIR [PYTHON]
# Unless a Python is named, the one of the system is taken if it will do, which gets the system's security updates and is
# mostly the fastest of the machine; otherwise python3 of PATH.
set -eu
venv=$1

will_do() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
python=${2:-python3}
if [ $# = 1 ] && will_do /usr/bin/python3; then
    python=/usr/bin/python3
fi

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 ||
    fail "Không tìm thấy $python. Hãy cài Python 3.11 trở lên, hoặc: make run PYTHON=/đường/dẫn/python3.11" \
         "$python was not found. Install Python 3.11 or newer, or say: make run PYTHON=/path/to/python3.11" \
         "Debian: sudo apt-get install python3 python3-venv"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Loa cần Python 3.11 trở lên; $python là $("$python" -V 2>&1). Hãy chạy: make run PYTHON=python3.11" \
         "Loa needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Say: make run PYTHON=python3.11"

"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Thiếu gói venv của Python. Trên Debian: sudo apt-get install python3-venv" \
         "Python's venv package is missing. On Debian: sudo apt-get install python3-venv"

# an interrupted attempt would be taken for a complete environment
rm -rf "$venv"
if ! "$python" -m venv "$venv"; then
    rm -rf "$venv"
    fail "Không tạo được $venv / could not make $venv"
fi

# what builds Loa, and what installs the libraries
if ! "$venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input \
    install --no-deps --no-compile --require-hashes -r requirements-install.txt; then
    rm -rf "$venv"
    fail "Không cài được uv và setuptools vào $venv / could not install uv and setuptools in $venv"
fi
