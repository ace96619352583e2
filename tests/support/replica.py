"""Two PostgreSQL servers: a primary, and a standby that has all that was committed, and can succeed it."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.trial import postgres
from controller.trial.postgres import Postgres, running_postgres
from tests.support.waiting import wait_until

_SETTINGS = ("max_connections=60", "fsync=off", "wal_level=replica", "max_wal_senders=4", "jit=off")
_PATIENCE_S = 60


class TwoServers:
    """A primary and its synchronous standby."""

    def __init__(self, primary: Postgres, standby: Postgres) -> None:
        self.primary, self.standby = primary, standby

    def url_of(self, url: str) -> str:
        """Return the URL of a database of the primary's as one that follows a fail-over."""
        head, _, rest = url.partition("@")
        database = rest.partition("/")[2]
        hosts = "&".join(f"host=127.0.0.1:{one.port}" for one in (self.primary, self.standby))
        return f"{head}@/{database}?{hosts}&target_session_attrs=read-write"

    def fail_over(self) -> None:
        """Kill the primary and promote the standby."""
        os.kill(self.primary.pid, signal.SIGQUIT)
        with self.standby.connect() as connection:
            connection.execute("SELECT pg_promote()")


@contextmanager
def two_servers() -> Iterator[TwoServers]:
    """Run both, with what is committed at both before a commit is answered."""
    with running_postgres(_SETTINGS) as primary:
        home = Path(tempfile.mkdtemp(prefix="loa-postgres-", dir="/var/tmp"))
        if os.geteuid() == 0:
            shutil.chown(home, "postgres", "postgres")
        programs, password = postgres.binaries(), primary._password
        copy = ["pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres", "-R"]
        copy += ["-X", "stream", "--checkpoint=fast", "-D", str(home / "data")]
        command = [*postgres._as_its_user(), f"{programs}/{copy[0]}", *copy[1:]]
        environment = {**os.environ, "PGPASSWORD": password}
        try:
            subprocess.run(
                command, check=True, capture_output=True, timeout=_PATIENCE_S, cwd=home, env=environment
            )
            process, port = postgres._start(programs, home, _SETTINGS)
            try:
                standby = Postgres(port, password, process.pid)
                postgres._wait_until_ready(standby, process)
                _be_synchronous(primary)
                yield TwoServers(primary, standby)
            finally:
                postgres._stop(process)
        finally:
            shutil.rmtree(home, ignore_errors=True)


def _be_synchronous(primary: Postgres) -> None:
    with primary.connect() as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
        query = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        assert wait_until(lambda: connection.execute(query).fetchone()[0] == 1, _PATIENCE_S)
