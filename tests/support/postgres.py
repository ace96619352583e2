"""A throw-away PostgreSQL on a free loopback port, from Debian's binaries; ended by its process id.

PostgreSQL refuses to run as root: there it runs as the user `postgres`.
"""

import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.support.parts import missing

_READY_SECONDS = 30
_STOP_SECONDS = 15
_TRIES = 3
_SETTINGS = (
    "max_connections=120",
    # what is written is thrown away anyway
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=1GB",
    "checkpoint_timeout=1h",
    # hundreds of small databases: nothing in them is worth tidying or compiling for
    "autovacuum=off",
    "jit=off",
)


def binaries():
    """Return the folder of the newest PostgreSQL, or None where there is none."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    return max(found, key=lambda path: float(path.parent.name), default=None)


class Postgres:
    """One server; `create` makes an empty database on it, or a copy of another, and returns its URL."""

    def __init__(self, port, password):
        self.port, self._password, self._count = port, password, 0
        self._connection = None

    def url(self, database):
        return f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self.port}/{database}"

    def create(self, template="template0"):
        self._count += 1
        name = f"t{self._count}"
        self._connection = self._connection or self.connect()
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def close(self):
        """Close the connection over which databases are made."""
        if self._connection is not None:
            self._connection.close()

    def connect(self):
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
def running_postgres():
    """Start a server, hand it over, and take it away with all its data."""
    # a gigabyte of small databases that never waits for its disk: memory is for what does
    home = Path(tempfile.mkdtemp(prefix="loa-postgres-", dir="/var/tmp"))
    try:
        password = secrets.token_urlsafe(12)
        secret = home / "password"
        secret.write_text(password)
        if os.geteuid() == 0:
            for path in (home, secret):
                shutil.chown(path, "postgres", "postgres")
        _initialise(home, secret)
        process, port = _start(home)
        try:
            server = Postgres(port, password)
            _wait_until_ready(server, process)
            yield server
            server.close()
        finally:
            _stop(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _as_its_user():
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


def _initialise(home, secret):
    command = [*_as_its_user(), binaries() / "initdb", "-D", home / "data", "-U", "postgres"]
    # md5, not scram: each test signs in a few times, and the server hears the loopback alone
    signing_in = ["--auth=md5", f"--pwfile={secret}"]
    options = ["--no-sync", "-E", "UTF8", "--locale=C", *signing_in]
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=60, cwd=home)


def _start(home):
    for _ in range(_TRIES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        place = ["-D", home / "data", "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        process = subprocess.Popen(
            [*_as_its_user(), binaries() / "postgres", *place, *settings],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
        )
        time.sleep(0.3)  # a taken port ends it at once
        if process.poll() is None:
            return process, port
    raise RuntimeError("PostgreSQL did not start")


def _wait_until_ready(server, process):
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


def _stop(process):
    process.send_signal(signal.SIGQUIT)  # "immediate": the cluster is thrown away, nothing needs to be saved
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)


@functools.cache
def _shared():
    """Return the one holder of this run's server: several folders' fixtures share it."""
    return {"users": 0, "context": None, "server": None}


@pytest.fixture(scope="session")
def postgres():
    """Return a running server, started when it is first asked for."""
    if binaries() is None:
        missing("PostgreSQL")
    shared = _shared()
    if shared["users"] == 0:
        shared["context"] = running_postgres()
        shared["server"] = shared["context"].__enter__()
    shared["users"] += 1
    yield shared["server"]
    shared["users"] -= 1
    if shared["users"] == 0:
        shared["context"].__exit__(None, None, None)
