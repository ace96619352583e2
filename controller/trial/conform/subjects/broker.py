"""A broker that is gone for a while, with all that it had retained."""

from controller.trial.conform.areas import AREAS, MAIN
from controller.trial.conform.checks import Check, Requirement
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory, Services
from controller.trial.conform.sounds import SHORT, last, long_tone

_ALONE = Check("LNK-01", "Without a link, what is planned begins on time.")
_TOLD = Check("LNK-02", "What happened without a link is told when there is one again.")
_LOST = Check("LNK-03", "A plan that is missing at the broker changes nothing: what sounds goes on.")
_AWAY_S = 12.0
_BACK_S = 60.0
_ON_TIME_S = 0.5


def _play(lab: Laboratory) -> None:
    lab.provide(SHORT, long_tone())
    short = lab.station.airing(lab.name("alone"), SHORT, 5.0)
    long = lab.station.airing(lab.name("alone"), long_tone(), 9.0)
    lab.station.publish_plan(MAIN, [short, long])
    fetched = lab.seen.has(long.airing, "fetched")
    lab.must(fetched, "`fetched` of a recording that is kept", 3.0)
    before = len(lab.seen.states)
    # what came while the broker stopped cannot be answered
    lab.services = Services(commits=False, answers_time=False, sends_chunks=False)
    lab.bench.stop_broker()
    lab.pause(_AWAY_S)
    lab.bench.start_broker()
    lab.services = Services()
    lab.station.publish_keys()
    came = lab.wait(lambda: any(one.online for _, one in lab.seen.states[before:]), _BACK_S)
    lab.judge(_TOLD.id, came, "the node did not come back")
    if lab.expect(_TOLD.id, lab.seen.has(short.airing, "finished"), "`finished`", SOON_S):
        at = last(lab, short, "started").receipt.at
        late_s = (at - short.starts_at).total_seconds() if at is not None else _BACK_S
        lab.judge(_ALONE.id, abs(late_s) <= _ON_TIME_S, f"it began {late_s:+.1f} s from its start")
    lab.expect(_LOST.id, lab.seen.has(long.airing, "started"), "`started` of the long one")
    lab.pause(3.0)
    stopped = [one.receipt.reason for one in lab.seen.of(long.airing, "stopped")]
    lab.judge(_LOST.id, not stopped, f"it stopped: {stopped}")
    for area in AREAS:
        lab.station.publish_policy(area)


GROUP = CheckGroup("broker", (_ALONE, _TOLD, _LOST), _play, Requirement.BROKER)
