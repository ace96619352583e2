"""A pair goes over to the next release and back while it airs; docs/upgrade.md.

The next release is this one with more steps of the database. Each that is out is upgraded with its data.
"""

import json
import os
import time

import pytest

from tests.support import old_release
from tests.support.brokers import BrokerProcess
from tests.support.next_release import EXPANDING, make_next_release
from tests.support.pair import PATIENCE_S, Pair
from tests.support.postgres import migrated, postgres  # noqa: F401 - a fixture
from tests.support.programs import python
from tests.support.releases import heads
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(1200)]

HANDED_OVER_S = 30.0
"""From the stop of one station to the first plan of the other one; what a kill takes: test_pair."""
BEFORE_RELEASES = {"before-v0.1.0": "ab5f0e9f"}
"""The last commit whose newest step is 0061."""
AIRED_BY_IT = """
import json, sys
from pathlib import Path
from tests.support.pair import Pair
from tests.support.waiting import wait_until
folder, database, broker = sys.argv[1:]
pair = Pair(Path(folder), database, broker)
try:
    pair.start("one")
    pair.wait_for_leader("one")
    airing = pair.plan()
    assert wait_until(lambda: pair.is_heard(airing), 200), pair.logs()
finally:
    pair.close()
print(json.dumps({"airing": airing, "began": len(pair.fleet.items("began"))}))
"""
"""Written for the tests of that release: no code of this one."""


@pytest.fixture
def broker(tmp_path):
    process = BrokerProcess("mosquitto", tmp_path)
    process.start()
    yield process
    process.stop()


def test_the_standby_is_upgraded_first_and_the_old_release_comes_back_over_the_new_schema(
    tmp_path,
    postgres,  # noqa: F811 - the fixture
    broker,
):
    newer = make_next_release(tmp_path / "newer", {"9001": EXPANDING})
    pair, times = Pair(tmp_path, postgres.create(migrated(postgres)), broker.url), {}
    try:
        pair.start("one")
        pair.wait_for_leader("one")
        assert wait_until(pair.watch.epoch, PATIENCE_S), pair.logs()
        epoch, heard = pair.watch.epoch(), [pair.plan()]
        began = time.monotonic()
        said = pair.migrate_by(newer)
        times["migrate"] = time.monotonic() - began
        assert "Xong bước 9001" in said
        pair.start_of(newer, "two")
        assert wait_until(lambda: pair.is_heard(heard[0]), PATIENCE_S), pair.logs()
        assert (pair.leader(), pair.watch.epoch()) == ("one", epoch), "the old release went on meanwhile"

        heard.append(pair.plan())
        times["to the new release"] = take_over(pair, "one", "two", lambda: pair.start_of(newer, "two"))
        assert wait_until(lambda: pair.is_heard(heard[1]), PATIENCE_S), pair.logs()

        pair.start("one")  # the old release, over the newer schema
        heard.append(pair.plan())
        times["back to the old one"] = take_over(pair, "two", "one", lambda: pair.start("one"))
        assert wait_until(lambda: pair.is_heard(heard[2]), PATIENCE_S), pair.logs()
    finally:
        pair.close()
        print({name: round(seconds, 1) for name, seconds in times.items()})  # noqa: T201 - figures
    pair.check(heard, [])
    assert max(times["to the new release"], times["back to the old one"]) <= HANDED_OVER_S, times


def take_over(pair, former, next_one, start_again):
    """End the leader in order, as an upgrade does; return the seconds to the first plan of the other one."""
    assert wait_until(lambda: "Đang chờ" in (pair.folder / f"{next_one}.log").read_text(), PATIENCE_S)
    epoch, at = pair.watch.epoch(), time.monotonic()
    pair.members[former].end()

    def has_published():
        if pair.members[next_one].exit_code(0) == os.EX_TEMPFAIL:
            start_again()  # it lost the lead on a machine that is too busy: systemd starts it again
        return pair.watch.first_above(epoch) is not None

    assert wait_until(has_published, PATIENCE_S), pair.logs()
    return pair.watch.first_above(epoch) - at


@pytest.mark.parametrize("release", [*BEFORE_RELEASES, *heads()])
# The reason to skip: an archive or a shallow clone has no code of a release.
@pytest.mark.skipif(old_release.lacks_history(), reason="no whole history: no code of the old release")
def test_what_a_release_has_aired_is_there_after_the_upgrade_and_it_goes_on(
    release,
    tmp_path,
    postgres,  # noqa: F811 - the fixture
    broker,
):
    code = old_release.unpack(tmp_path / "old", BEFORE_RELEASES.get(release, release))
    folder, url = tmp_path / "station", postgres.create()
    folder.mkdir()
    said = python(code, AIRED_BY_IT, [str(folder), url, broker.url], {})
    before = json.loads(said.splitlines()[-1])
    pair = Pair(folder, url, broker.url, is_founded=True)
    try:
        began = time.monotonic()
        pair.start("one")
        pair.wait_for_leader("one")  # it takes the lead first, then changes the database
        assert wait_until(pair.store.is_upgraded, PATIENCE_S), pair.logs()
        print({"upgrade and start": round(time.monotonic() - began, 1)})  # noqa: T201 - a figure
        assert pair.is_heard(before["airing"])
        again = pair.plan()
        assert wait_until(lambda: pair.is_heard(again), PATIENCE_S), pair.logs()
    finally:
        pair.close()
    pair.check([again], [])
