"""Mosquitto with the files of deploy/province: TLS by a certificate of the test's own, passwords, rules."""

import socket
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, sleep

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.brokers import MOSQUITTO
from tests.support.ports import free_port

FILES = Path(__file__).parents[2] / "deploy" / "province"
PASSWD = "mosquitto_passwd"
START_TIMEOUT_S = 60


def write_certificate(folder: Path) -> None:
    """Write server.key and server.crt, its own authority, for 127.0.0.1; valid for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loa test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(pem)
    (folder / "server.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def configured(folder: Path, port: int) -> Path:
    """Write the province's files with the test's own places in them; nothing else is changed."""
    text = (FILES / "mosquitto.conf").read_text(encoding="utf-8")
    for theirs, ours in (
        ("/etc/mosquitto/certs/", f"{folder}/"),
        ("/etc/mosquitto/loa/passwords", f"{folder}/loa-passwords"),
        ("/etc/mosquitto/loa-acl", f"{folder}/loa-acl"),
        ("listener 8883", f"listener {port} 127.0.0.1"),
    ):
        assert theirs in text
        text = text.replace(theirs, ours)
    (folder / "loa-acl").write_text((FILES / "mosquitto-acl").read_text(encoding="utf-8"), encoding="utf-8")
    conf = folder / "mosquitto.conf"
    conf.write_text(f"{text}user root\nlog_dest none\n", encoding="utf-8")
    return conf


def authority_of(folder: Path) -> str:
    """Return the certificate of a broker's folder as it stands in documents: base64 of its DER."""
    certificate = x509.load_pem_x509_certificate((folder / "server.crt").read_bytes())
    return b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def bridge(port: int, old: Path, passwords: dict[str, str]) -> str:
    """Return the file that bridges a broker to the old one, with the test's own places in it."""
    text = (FILES / "mosquitto-bridge.conf").read_text(encoding="utf-8")
    for theirs, ours in (
        ("old-broker.example:8883", f"127.0.0.1:{port}"),
        ("/etc/mosquitto/certs/old-ca.crt", f"{old}/server.crt"),
        ("remote_password PASSWORD", f"remote_password {passwords['station-bridge']}"),
    ):
        assert theirs in text
        text = text.replace(theirs, ours)
    return text


@contextmanager
def province_broker(
    folder: Path, passwords: dict[str, str], bridged_to: tuple[int, Path] | None = None
) -> Iterator[int]:
    """Run it for those users; yield its port. The certificate to trust is `folder`/server.crt.

    `bridged_to`: port and folder of the broker that loudspeakers come from.
    """
    write_certificate(folder)
    port = free_port()
    conf = configured(folder, port)
    if bridged_to is not None:
        conf.write_text(f"{conf.read_text()}{bridge(*bridged_to, passwords)}\n", encoding="utf-8")
    kept = folder / "loa-passwords"
    kept.touch(mode=0o600)
    for name, password in passwords.items():
        subprocess.run([PASSWD, "-b", str(kept), name, password], check=True, capture_output=True, timeout=20)
    with subprocess.Popen(
        [str(MOSQUITTO), "-c", str(conf)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as broker:
        try:
            _wait_until_up(broker, port)
            yield port
        finally:
            broker.terminate()


def _wait_until_up(broker: "subprocess.Popen[bytes]", port: int) -> None:
    end = monotonic() + START_TIMEOUT_S
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if broker.poll() is not None:
            raise RuntimeError(f"the broker ended: {broker.stdout.read().decode()}")
        assert monotonic() < end, "the broker does not listen"
        sleep(0.05)
