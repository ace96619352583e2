#!/bin/sh
# Install one machine of a pair, as root, from a clone in /opt/loa; docs/several-machines.md, "A pair of machines".
#   install-pair.sh server OWN-ADDRESS STATION-ADDRESS STATION-ADDRESS
#       PostgreSQL and Mosquitto for both stations; writes the folder loa-server, for the first station
#   install-pair.sh first
#       the first station, by the folder loa-server; writes pair.loa for the second, and prints the code that opens it
#   install-pair.sh second
#       the second station, by pair.loa and that code
# What is written and read lies in the folder in which it is called.
# Run again, it goes on where it broke off; it makes no password and no certificate twice.
set -eu
carried=$PWD
cd "$(dirname "$0")/.."
here=$PWD
umask 077
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$@" >&2; }
fail() {
    say "$@"
    exit 1
}
[ "$here" = /opt/loa ] || fail 'Bản sao phải nằm ở /opt/loa.' 'The clone belongs into /opt/loa.'
[ "$(id -u)" = 0 ] || fail 'Hãy chạy bằng root.' 'Run it as root.'

secret() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }

# one authority for database and broker; its key stays on the server, for the next certificate
make_certificates() {
    mkdir -p /etc/loa
    [ -f /etc/loa/server.crt ] && return
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=Loa pair' \
        -keyout /etc/loa/ca.key -out /etc/loa/ca.crt 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
        -keyout /etc/loa/server.key -out /etc/loa/server.csr 2>/dev/null
    printf 'subjectAltName=IP:%s\n' "$1" >/etc/loa/server.ext
    openssl x509 -req -in /etc/loa/server.csr -CA /etc/loa/ca.crt -CAkey /etc/loa/ca.key -days 1825 \
        -extfile /etc/loa/server.ext -out /etc/loa/server.crt 2>/dev/null
    rm /etc/loa/server.csr /etc/loa/server.ext
}

# the passwords of both services, made once: database, station, station-audio, station-clock
make_passwords() {
    [ -f /etc/loa/passwords ] || {
        for name in database station station-audio station-clock; do
            printf '%s %s\n' "$name" "$(secret)"
        done >/etc/loa/passwords.part
        mv /etc/loa/passwords.part /etc/loa/passwords
    }
}
password_of() { awk -v name="$1" '$1 == name { print $2 }' /etc/loa/passwords; }

install_postgresql() {
    cluster=$(pg_lsclusters -h | awk 'NR == 1 { print $1 }')
    place=/etc/postgresql/$cluster/main
    install -o postgres -g postgres -m 600 /etc/loa/server.key "$place/loa.key"
    install -o postgres -g postgres -m 644 /etc/loa/server.crt "$place/loa.crt"
    cat >"$place/conf.d/loa.conf" <<END
listen_addresses = 'localhost, $1'
ssl = on
ssl_cert_file = '$place/loa.crt'
ssl_key_file = '$place/loa.key'
END
    chmod 644 "$place/conf.d/loa.conf"
    sed -i '/ # loa$/d' "$place/pg_hba.conf"
    for station in "$2" "$3"; do
        echo "hostssl loa loa $station/32 scram-sha-256 # loa" >>"$place/pg_hba.conf"
    done
    pg_ctlcluster "$cluster" main restart
    runuser -u postgres -- psql --quiet --set ON_ERROR_STOP=1 <<END
SELECT 'CREATE ROLE loa LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'loa') \gexec
ALTER ROLE loa PASSWORD '$(password_of database)';
SELECT 'CREATE DATABASE loa OWNER loa' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'loa') \gexec
END
}

install_mosquitto() {
    install -o root -g mosquitto -m 640 /etc/loa/server.key /etc/mosquitto/certs/server.key
    install -m 644 /etc/loa/server.crt /etc/mosquitto/certs/server.crt
    install -d -o root -g mosquitto -m 750 /etc/mosquitto/loa
    install -m 600 /dev/null /etc/mosquitto/loa/passwords
    for name in station station-audio station-clock; do
        mosquitto_passwd -b /etc/mosquitto/loa/passwords "$name" "$(password_of "$name")"
    done
    chown root:mosquitto /etc/mosquitto/loa/passwords
    chmod 640 /etc/mosquitto/loa/passwords
    install -m 644 deploy/province/mosquitto.conf /etc/mosquitto/conf.d/loa.conf
    install -o root -g mosquitto -m 640 deploy/province/mosquitto-acl /etc/mosquitto/loa-acl
    install -d -m 755 /etc/systemd/system/mosquitto.service.d
    printf '[Service]\nLimitNOFILE=65536\n' >/etc/systemd/system/mosquitto.service.d/loa.conf
    chmod 644 /etc/systemd/system/mosquitto.service.d/loa.conf
    systemctl enable --quiet mosquitto
    systemctl restart mosquitto
}

# what the first station needs: settings with passwords, and the authority; it is carried by ssh, and deleted
write_settings() {
    rm -rf "$carried/loa-server"
    mkdir "$carried/loa-server"
    cp /etc/loa/ca.crt "$carried/loa-server"
    database="loa:$(password_of database)@$1:5432/loa?sslmode=verify-full&sslrootcert=/etc/loa/ca.crt"
    cat >"$carried/loa-server/loa.env" <<END
LOA_DATABASE_URL='postgresql+psycopg://$database'
LOA_BROKER_URL=mqtts://station:$(password_of station)@$1:8883
LOA_AUDIO_BROKER_URL=mqtts://station-audio:$(password_of station-audio)@$1:8883
LOA_CLOCK_BROKER_URL=mqtts://station-clock:$(password_of station-clock)@$1:8883
LOA_RECORDINGS=/srv/loa/recordings
LOA_UPLOADS=/srv/loa/uploads
SSL_CERT_FILE=/etc/loa/ca.crt
END
}

# the program, its user and its home
install_loa() {
    [ -d /srv/loa ] || fail 'Thiếu /srv/loa: thư mục chung của hai máy.' '/srv/loa, which both machines share, is missing.'
    apt-get install --yes --quiet --no-install-recommends python3 python3-venv postgresql-client
    # the same number on both, so that files of the shared folder are of one owner
    id loa >/dev/null 2>&1 || useradd --system --uid 970 --home-dir /opt/loa --no-create-home loa
    chmod 755 "$here"
    (
        umask 022
        [ -x .venv/bin/python ] || deploy/make-venv.sh .venv
        .venv/bin/pip install --quiet --no-deps --require-hashes -r requirements-install.txt -r requirements.txt
        .venv/bin/pip install --quiet --no-deps --no-build-isolation --editable .
    )
    install -d -o loa -g loa -m 700 var
    for folder in recordings uploads; do
        install -d -o loa -g loa -m 750 "/srv/loa/$folder"
    done
}

# run a command as loa, whose home is not root's: where that cannot be read, PostgreSQL's library gives up
by_loa() { env HOME=/opt/loa setpriv --reuid=loa --regid=loa --init-groups "$@"; }

# the same with the settings of the service
as_loa() {
    (
        set -a
        . /etc/loa.env
        set +a
        by_loa "$@"
    )
}

put_settings() {
    install -d -m 755 /etc/loa
    install -m 644 "$1" /etc/loa/ca.crt
    [ -f /etc/loa.env ] || install -o root -g loa -m 640 "$2" /etc/loa.env
}

start_services() {
    for unit in loa-station loa-web; do
        install -m 644 "deploy/province/$unit.service" /etc/systemd/system/
        systemctl enable --quiet "$unit"
        systemctl restart "$unit"
    done
}

case "${1:-}" in
server)
    [ $# = 4 ] || fail 'install-pair.sh server OWN-ADDRESS STATION-ADDRESS STATION-ADDRESS'
    apt-get install --yes --quiet --no-install-recommends postgresql mosquitto openssl
    make_certificates "$2"
    make_passwords
    install_postgresql "$2" "$3" "$4"
    install_mosquitto
    write_settings "$2"
    say "Xong. Chép «$carried/loa-server» sang đài thứ nhất (scp -r), rồi xóa ở đây."
    ;;
first)
    install_loa
    [ -f /etc/loa.env ] || put_settings "$carried/loa-server/ca.crt" "$carried/loa-server/loa.env"
    rm -rf "$carried/loa-server"
    [ -f var/keys/station.json ] || as_loa .venv/bin/loa pair found
    install -d -o loa -g loa -m 700 var/pair
    rm -f var/pair/pair.loa
    as_loa .venv/bin/loa pair hand-over var/pair/pair.loa
    install -m 600 var/pair/pair.loa "$carried/pair.loa"
    rm -r var/pair
    start_services
    say "Xong. Chép «$carried/pair.loa» sang đài thứ hai rồi xóa ở đây; mã mở tệp ở ngay trên."
    ;;
second)
    install_loa
    install -o loa -g loa -m 600 "$carried/pair.loa" var/pair.loa
    by_loa .venv/bin/loa pair join var/pair.loa
    put_settings var/authority.crt var/joined.env
    rm var/pair.loa var/joined.env var/authority.crt "$carried/pair.loa"
    start_services
    say 'Xong. Hai đài thay nhau; trang Cài đặt, hoặc: loa set-up.'
    ;;
*)
    fail 'install-pair.sh server | first | second'
    ;;
esac
