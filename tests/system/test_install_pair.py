"""A pair is installed on fresh Debian trees by docs/several-machines.md; keys go over encrypted."""

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.support.debian_machines import ROOT, lacks, machines, make_base
from tests.support.pair import PATIENCE_S
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.slow,
    pytest.mark.timeout(2400),
    # The reason to skip: only root makes trees with networks of their own.
    pytest.mark.skipif(os.geteuid() != 0, reason="trees of Debian need root"),
]

PAGE = ROOT / "docs" / "several-machines.md"
MOST_LINES = 20


def scripts():
    """The lines of the page for the server, the first and the second station, with this test's addresses."""
    page = PAGE.read_text(encoding="utf-8").partition('<a id="install-a-pair"></a>')[2]
    block = re.search(r"```sh\n(.*?)```", page, re.DOTALL)[1]
    assert len(block.splitlines()) <= MOST_LINES
    for theirs, ours in (
        ("<the repository>", "/source"),
        ("10.0.0.5", "10.78.0.1"),
        ("10.0.0.1", "10.78.0.2"),
        ("10.0.0.2", "10.78.0.3"),
    ):
        assert theirs in block
        block = block.replace(theirs, ours)
    parts = re.split(r"^# on .*\n", block, flags=re.MULTILINE)[1:]
    assert len(parts) == 3
    return parts


def test_the_lines_of_the_page_install_a_pair_on_fresh_trees(tmp_path_factory):
    assert not lacks(), lacks()
    folder = Path(tmp_path_factory.mktemp("debian"))
    times = {}
    base = timed(times, "base", make_base, folder)
    with machines(folder, base, "db1", "one", "two") as (server, one, two):
        for_server, for_one, for_two = scripts()
        timed(times, "server", server.install, for_server)
        carry(server, one, "loa-server")
        begin_server(server)
        said = timed(times, "first", one.install, for_one)
        code = re.search(r"^[A-Z2-9]{4}(-[A-Z2-9]{4}){5}$", said, re.MULTILINE)[0]
        carry(one, two, "pair.loa")
        timed(times, "second", two.install, for_two, LOA_PAIR_CODE=code)
        check_what_lies_where(server, one, two)
        for station in (one, two):
            assert {"loa-station.service", "loa-web.service"} <= set(station.enabled())
    print({name: round(seconds, 1) for name, seconds in times.items()})  # noqa: T201 - figures


def timed(times, name, act, *args, **more):
    began = time.monotonic()
    made = act(*args, **more)
    times[name] = time.monotonic() - began
    return made


def carry(source, target, name):
    """What an administrator copies from one machine to another."""
    place, to = source.root / name, target.root / name
    (shutil.copytree if place.is_dir() else shutil.copy)(place, to)


def check_what_lies_where(server, one, two):
    """The root key at the first machine alone; secrets closed; nothing left of what was carried."""
    homes = {machine.name: machine.root / "opt/loa/var" for machine in (one, two)}
    assert (homes["one"] / "keys/root.json").is_file()
    assert not (homes["two"] / "keys/root.json").exists()
    assert not list((server.root / "opt/loa").glob("var/keys/*"))
    keys = [(home / "keys/station.json").read_text() for home in homes.values()]
    assert keys[0] == keys[1]
    for machine in (one, two):
        env = machine.root / "etc/loa.env"
        assert env.stat().st_mode & 0o777 == 0o640
        assert (homes[machine.name]).stat().st_mode & 0o777 == 0o700
    assert not (one.root / "loa-server").exists()
    assert not (two.root / "pair.loa").exists()
    assert not (homes["two"] / "joined.env").exists()


def begin_server(server):
    server.start()
    (cluster,) = (server.root / "etc/postgresql").iterdir()
    server.start_unit("postgresql@.service", f"{cluster.name}-main")
    server.start_unit("mosquitto.service")
    assert wait_until(lambda: answers(server), PATIENCE_S), server.log()


def answers(server):
    try:
        server.run('psql --dbname loa --command "SELECT 1"', user="postgres")
    except AssertionError:
        return False
    return True
