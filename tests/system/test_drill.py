"""A drill over real MQTT with loudspeakers broken in five ways: the scoreboard names all of them, and why."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.features.accounts.queries import operator_named
from controller.features.accounts.scope import scope_of
from controller.features.airings.planning import BroadcastRequest
from controller.features.doctor.invariants import invariants
from controller.features.drills import results
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.queries import drill_nodes, scoreboard
from controller.features.drills.service import plan_drill
from controller.model.drill_states import DrillCause
from controller.model.drills import Drill
from controller.model.first_people import APPROVER
from controller.model.fleet import Node
from controller.runtime import housekeeping
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from controller.trial.simulated import enrol_simulated, fleet_of
from devices.ids import AreaCode, Grade
from tests.support.running_station import PROVINCE, running
from tests.support.waiting import wait_until

CRITERIA = DrillCriteria(start_within_s=5, least_percent=95, needs_level=False)
CAUSE_OF = {
    "silent": DrillCause.AMPLIFIER,
    "muted": DrillCause.TOO_QUIET,
    "clock": DrillCause.CLOCK,
    "full": DrillCause.STORAGE,
}
PATIENCE_S = 240


@pytest.fixture
def hurried(monkeypatch):
    """The first judgement comes after seconds: here no receipt is repeated for a minute."""
    monkeypatch.setattr(results, "JUDGED_AFTER", timedelta(seconds=4))
    monkeypatch.setattr(housekeeping, "_NOTE_AIRED_EVERY", timedelta(seconds=1))


def drilled(station, seconds):
    """Air the trial's test as a drill of the whole province; return it when it is judged."""
    TrialRun(station, Stages(quiet=True)).make_test()
    now = station.now()
    request = BroadcastRequest((AreaCode(PROVINCE),), now + timedelta(seconds=seconds), grade=Grade.PRIORITY)
    with station.store.write() as session:
        by = operator_named(session, APPROVER)
        drill = plan_drill(session, "Diễn tập", request, CRITERIA, by=by, now=now).id
    station.wake()

    def is_judged():
        with station.store.read() as session:
            return session.get(Drill, drill).judged_at is not None

    assert wait_until(is_judged, PATIENCE_S)
    with station.store.read() as session:
        return session.get(Drill, drill)


def have_told(station, away):
    """Whether all but those away have told their vitals, which say why one is silent: within a minute."""
    with station.store.read() as session:
        return set(session.scalars(select(Node.id).where(Node.vitals.is_(None)))) <= away


def run(tmp_path, count, share, seconds):
    """Run a drill with this share of the loudspeakers broken in each of five ways."""
    with running(tmp_path, broker="mosquitto", enrolled=False) as station:
        nodes = enrol_simulated(station, count)
        fail = ",".join(f"{name}={share}" for name in ("offline", *CAUSE_OF))
        fleet = fleet_of(station, nodes, fail=fail)
        fleet.start()
        try:
            ready = fleet.wait_ready()
            assert wait_until(lambda: have_told(station, set(ready["told_offline"])), PATIENCE_S)
            drill = drilled(station, seconds)
            with station.store.read() as session:
                scope = scope_of(session, operator_named(session, APPROVER))
                found = drill_nodes(session, scope, drill.id, only_failed=True)
                board = scoreboard(session, scope, drill.id)
                assert invariants(session, now=station.now()) == []
        finally:
            fleet.stop()
    broken = dict.fromkeys(ready["told_offline"], DrillCause.NO_CONTACT)
    broken |= {node: CAUSE_OF[fate] for node, fate in ready["told_defects"].items()}
    assert {one.node: one.cause for one in found} == broken
    assert (board.drill.counted, board.drill.failed) == (count, len(broken))
    assert sum(one.counted - one.heard for one in board.communes) == len(broken)
    assert board.causes == dict(Counter(broken.values()))
    return broken


@pytest.mark.slow
@pytest.mark.nightly  # by day the same causes are judged in tests/integration/controller/test_drills.py
@pytest.mark.usefixtures("hurried")
def test_twenty_loudspeakers_five_broken_each_in_its_way(tmp_path):
    assert len(run(tmp_path, 20, "5%", 10)) == 5


@pytest.mark.slow
@pytest.mark.nightly
def test_five_hundred_loudspeakers_twenty_broken_in_five_ways(tmp_path):
    broken = run(tmp_path, 500, "0.8%", 45)
    assert Counter(broken.values()) == dict.fromkeys((DrillCause.NO_CONTACT, *CAUSE_OF.values()), 4)
