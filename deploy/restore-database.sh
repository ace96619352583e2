#!/bin/sh
# Make a PostgreSQL data directory of a copy and the WAL after it; docs/restore.md.
#   restore-database.sh FOLDER DATA [TIME]
# FOLDER: as base-backup.sh and loa-wal.service fill it. DATA: must be empty or missing. TIME: where to stop, such as
# '2026-11-28 14:03:00+00', from the newest copy before it; without one, all that there is. Start the server afterwards:
# it reads the WAL, stops there, and is a primary.
set -eu
folder=$(cd "$1" && pwd)
data=$2
time=${3:-}
umask 077

if [ -n "$(ls -A "$data" 2>/dev/null)" ]; then
    echo "«$data» có dữ liệu: chỉ khôi phục vào chỗ trống. / «$data» is not empty." >&2
    exit 1
fi
wanted=$(date -u ${time:+-d "$time"} +%Y%m%dT%H%M%SZ)
base=$(ls -d "$folder"/base/2* | sort | awk -v wanted="$wanted" '{ name = $0; sub(/.*\//, "", name) } name < wanted' | tail -n 1)
[ -n "$base" ] || {
    echo "Không có bản sao nào trước lúc đó. / No copy is from before that time." >&2
    exit 1
}
echo "Từ bản sao / from the copy: $base" >&2

mkdir -p "$data"
tar -C "$data" -xzf "$base/base.tar.gz"
tar -C "$data/pg_wal" -xzf "$base/pg_wal.tar.gz"
cat >>"$data/postgresql.auto.conf" <<END
# by restore-database.sh; of use until the server is a primary
restore_command = 'cp "$folder/wal/%f" "%p" 2>/dev/null || cp "$folder/wal/%f.partial" "%p"'
recovery_target_action = 'promote'
${time:+recovery_target_time = '$time'}
END
touch "$data/recovery.signal"
if [ "$(id -u)" = 0 ]; then
    chown -R postgres:postgres "$data"
fi
