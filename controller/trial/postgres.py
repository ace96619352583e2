"""A throw-away PostgreSQL on a free loopback port, from Debian's binaries; ended by its process id.

PostgreSQL refuses to run as root; as root it is started as the user `postgres`. It ends with the thread that
started it, however that ends; the folder that a killed run left is deleted by a later run.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from controller.errors import StartFailed

_READY_SECONDS = 30
_STOP_SECONDS = 15
_TRIES = 3
_FOLDERS = Path("/var/tmp")  # noqa: S108 - each run makes a folder of its own there
"""Not memory: it is gigabytes, and its disk speed does not matter."""
_LEFT_OVER_S = 86_400
"""After a day a folder without a server is nobody's; a new one has none for some seconds."""


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL, or None if there is none."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    return max(found, key=lambda path: float(path.parent.name), default=None)


class Postgres:
    """One server; `create` makes an empty database on it, or a copy of another, and returns its URL."""

    def __init__(self, port: int, password: str, pid: int) -> None:
        self.port, self.pid, self._password, self._count = port, pid, password, 0
        self._connection: psycopg.Connection[Any] | None = None

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """Make a database."""
        self._count += 1
        name = f"t{self._count}"
        self._connection = self._connection or self.connect()
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def close(self) -> None:
        """Close the connection that creates databases."""
        if self._connection is not None:
            self._connection.close()

    def connect(self) -> psycopg.Connection[Any]:
        """Connect to the server's own database."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self._password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )


@contextmanager
def running_postgres(settings: Sequence[str] = ()) -> Iterator[Postgres]:
    """Start a server with settings like `fsync=off`; afterwards end it and delete all its data."""
    programs = binaries()
    if programs is None:
        raise StartFailed("Chưa cài PostgreSQL trên máy này.", code="bench.no_postgresql")
    home = Path(tempfile.mkdtemp(prefix="loa-postgres-", dir=_FOLDERS))
    _delete_left_over(home.stat().st_mtime)
    try:
        password = secrets.token_urlsafe(12)
        secret = home / "password"
        secret.write_text(password)
        if os.geteuid() == 0:
            for path in (home, secret):
                shutil.chown(path, "postgres", "postgres")
        _initialise(programs, home, secret)
        process, port = _start(programs, home, settings)
        try:
            server = Postgres(port, password, process.pid)
            _wait_until_ready(server, process)
            yield server
            server.close()
        finally:
            _stop(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _delete_left_over(now: float) -> None:
    for home in _FOLDERS.glob("loa-postgres-*"):
        with contextlib.suppress(OSError):  # another run deletes it, or it is another user's
            if now - home.stat().st_mtime > _LEFT_OVER_S and not _has_server(home):
                shutil.rmtree(home, ignore_errors=True)


def _has_server(home: Path) -> bool:
    pid = home / "data" / "postmaster.pid"
    return pid.exists() and Path("/proc", pid.read_text().split("\n", 1)[0]).exists()


def _as_its_user() -> list[str]:
    """Return what runs a program that gets SIGQUIT ("immediate" shutdown) when its parent ends."""
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    # setpriv asks for it after the change of user, by which the kernel drops it
    return ["setpriv", "--pdeathsig=QUIT", *user, "--"]


def _initialise(programs: Path, home: Path, secret: Path) -> None:
    command = [*_as_its_user(), str(programs / "initdb"), "-D", str(home / "data"), "-U", "postgres"]
    # md5, not scram: tests sign in often, and the server listens on loopback only
    signing_in = ["--auth=md5", f"--pwfile={secret}"]
    options = ["--no-sync", "-E", "UTF8", "--locale=C", *signing_in]
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=60, cwd=home)  # noqa: S603 - ours


def _start(programs: Path, home: Path, settings: Sequence[str]) -> "tuple[subprocess.Popen[bytes], int]":
    for _ in range(_TRIES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        place = ["-D", str(home / "data"), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        chosen = [part for setting in settings for part in ("-c", setting)]
        process = subprocess.Popen(  # noqa: S603 - ours
            [*_as_its_user(), str(programs / "postgres"), *place, *chosen],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
        )
        time.sleep(0.3)  # a port in use ends it at once
        if process.poll() is None:
            return process, port
    raise StartFailed("PostgreSQL không khởi động được.", code="bench.no_postgresql")


def _wait_until_ready(server: Postgres, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _READY_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGQUIT)  # "immediate" shutdown: the data are deleted anyway
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)
