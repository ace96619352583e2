"""A PostgreSQL that is backed up as docs/restore.md says, and can be destroyed and restored on its port."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from controller.trial import postgres
from controller.trial.postgres import Postgres
from tests.support.ports import free_port
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "province" / "loa-wal.service"
_SETTINGS = ("max_connections=80", "wal_level=replica", "max_wal_senders=6", "jit=off")
_PATIENCE_S = 60
_LONGEST_S = 1800


class BackedUp:
    """One server and its backups, in one folder that is deleted in the end."""

    def __init__(self, home: Path) -> None:
        self.home, self.backups, self.data = home, home / "backups", home / "data"
        self.port, self._password = free_port(), "known-to-this-test"
        self._server: subprocess.Popen[bytes] | None = None
        self._receiver: subprocess.Popen[bytes] | None = None
        self._restored = 0

    @property
    def url(self) -> str:
        """The URL of the province's database."""
        return f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self.port}/postgres"

    def connect(self) -> psycopg.Connection:
        """Connect to it."""
        return self._asked().connect()

    def begin(self) -> None:
        """Make an empty server, start it, and receive its changes as the unit file says."""
        secret = self.home / "password"
        secret.write_text(self._password)
        (self.backups / "wal").mkdir(parents=True)
        for path in (self.home, secret, self.backups, self.backups / "wal"):
            shutil.chown(path, "postgres", "postgres")
        postgres._initialise(postgres.binaries(), self.home, secret)
        self.start()
        self.receive()

    def receive(self) -> None:
        """Start what loa-wal.service starts."""
        self._run(self._said("ExecStartPre"), _PATIENCE_S)
        self._receiver = subprocess.Popen(
            [*postgres._as_its_user(), *self._said("ExecStart")], cwd=self.home, env=self._environment()
        )

    def start(self) -> None:
        """Start the server on its data, and wait until it can be written to."""
        settings = [part for one in _SETTINGS for part in ("-c", one)]
        command = ["-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port), "-k", "", *settings]
        with (self.home / "postgres.log").open("ab") as log:
            self._server = subprocess.Popen(
                [*postgres._as_its_user(), str(postgres.binaries() / "postgres"), *command],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.home,
            )
        assert wait_until(self._is_primary, _LONGEST_S), (self.home / "postgres.log").read_text()[-3000:]

    def copy(self) -> None:
        """Make a whole copy, as the timer does each night."""
        self._run([str(ROOT / "deploy" / "base-backup.sh"), str(self.backups)], _LONGEST_S)

    def begin_anew(self) -> None:
        """After a restore: changes and copies go to an empty folder, as the page says."""
        self.backups.rename(self.home / "backups-before")
        (self.backups / "wal").mkdir(parents=True)
        for path in (self.backups, self.backups / "wal"):
            shutil.chown(path, "postgres", "postgres")
        self.receive()
        self.copy()

    def destroy(self) -> None:
        """Kill the server, and delete all that it had."""
        self.kill()
        assert wait_until(lambda: self._receiver.poll() is not None, _PATIENCE_S), "it has no server any more"
        shutil.rmtree(self.data)

    def kill(self) -> None:
        """Kill it at once, by its process and those that it started."""
        os.kill(self._server.pid, signal.SIGQUIT)
        self._server.wait(_PATIENCE_S)

    def restore(self, stop_at: str = "") -> None:
        """Bring the data back by the script of the page, and start the server."""
        self._restored += 1
        self.data = self.home / f"restored-{self._restored}"
        script = [str(ROOT / "deploy" / "restore-database.sh"), str(self.backups), str(self.data)]
        self._run([*script, *([stop_at] if stop_at else [])], _LONGEST_S)
        self.start()

    def end(self) -> None:
        """End everything."""
        for process in (self._receiver, self._server):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGQUIT if process is self._server else signal.SIGTERM)
                process.wait(_PATIENCE_S)

    def _asked(self) -> Postgres:
        return Postgres(self.port, self._password, self._server.pid)

    def _is_primary(self) -> bool:
        try:
            with self.connect() as connection:
                return not connection.execute("SELECT pg_is_in_recovery()").fetchone()[0]
        except psycopg.OperationalError:
            return False

    def _said(self, name: str) -> list[str]:
        """Return a command of the unit file, with this folder in it."""
        said = re.search(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)[1]
        program, *options = shlex.split(said.replace("/var/backups/loa", str(self.backups)))
        return [str(postgres.binaries() / Path(program).name), *options]

    def _environment(self) -> dict[str, str]:
        path = f"{postgres.binaries()}:{os.environ['PATH']}"
        there = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres"}
        return {**os.environ, "PATH": path, **there, "PGPASSWORD": self._password}

    def _run(self, command: list[str], seconds: float) -> None:
        done = subprocess.run(
            [*postgres._as_its_user(), *command],
            cwd=self.home,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


class Marks:
    """Writes the time into a table, twenty times a second; knows what was committed last."""

    def __init__(self, server: BackedUp) -> None:
        self._server, self._ending = server, threading.Event()
        self.committed: list[float] = []
        self._thread = threading.Thread(target=self._write, name="marks")
        with server.connect() as connection:
            connection.execute("CREATE TABLE marks_of_a_test (at double precision NOT NULL)")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join(_PATIENCE_S)

    def newest(self) -> float:
        """Return the newest one that the server has."""
        with self._server.connect() as connection:
            return connection.execute("SELECT max(at) FROM marks_of_a_test").fetchone()[0]

    def _write(self) -> None:
        try:
            with self._server.connect() as connection:
                while not self._ending.wait(0.05):
                    at = time.time()
                    connection.execute("INSERT INTO marks_of_a_test VALUES (%s)", [at])
                    self.committed.append(at)
        except psycopg.OperationalError:
            return  # the server is gone: that is what is tested


@contextmanager
def backed_up() -> Iterator[BackedUp]:
    """Run a server with its backups."""
    home = Path(tempfile.mkdtemp(prefix="loa-postgres-", dir="/var/tmp"))
    server = BackedUp(home)
    try:
        server.begin()
        yield server
    finally:
        server.end()
        shutil.rmtree(home, ignore_errors=True)
