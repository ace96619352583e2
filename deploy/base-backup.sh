#!/bin/sh
# Copy the whole PostgreSQL server into a dated folder, and delete what two newer copies make useless; docs/restore.md.
#   base-backup.sh FOLDER      PGHOST, PGUSER, PGPASSWORD, … say where the server is
set -eu
folder=$1
kept=2
umask 077
mkdir -p "$folder/base" "$folder/wal"

part=$folder/base/.part
rm -rf "$part"
# streamed WAL makes each copy whole by itself; gzip 1 costs less than the disk that it saves
pg_basebackup --pgdata="$part" --format=tar --compress=gzip:1 --wal-method=stream --checkpoint=fast --label=loa
sync "$part"/*
mv "$part" "$folder/base/$(date -u +%Y%m%dT%H%M%SZ)"

ls -d "$folder"/base/2* | sort | head -n "-$kept" | while read -r old; do rm -r "$old"; done

# the oldest copy that is left needs WAL from its start on; what is before goes
oldest=$(ls -d "$folder"/base/2* | sort | head -n 1)
start=$(tar -xzOf "$oldest/base.tar.gz" --occurrence=1 backup_label | sed -n 's/^START WAL LOCATION.*(file \([0-9A-F]*\))$/\1/p')
[ -n "$start" ] || exit 1
ls "$folder/wal" | awk -v start="$start" 'length($0) >= 24 && substr($0, 9, 16) < substr(start, 9, 16)' |
    while read -r old; do rm "$folder/wal/$old"; done
