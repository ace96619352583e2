"""An approved bulletin's way through the use cases, from draft to reach."""

from datetime import timedelta

import pytest

from controller.features.airings.queries import get_airing, reach, reach_by_area, start_spread
from controller.features.bulletins.queries import get_bulletin
from controller.features.journal.chain import verify
from controller.features.journal.queries import export
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState
from devices.approvals import verify_approval
from devices.messages import Plan
from devices.signing import TrustedKeys, read_key_set
from devices.signing import verify as verify_jws
from devices.statements import Approval
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PROVINCE

pytestmark = pytest.mark.both_databases


def _payload(outgoing, topic):
    return next(document.payload for document in outgoing if document.topic == topic)


def test_an_approved_bulletin_is_planned_published_heard_and_counted(world):
    airing = world.plan(world.approved(), areas=[PROVINCE])
    assert world.advance().delivering == [airing]
    published = world.publish()
    keys = TrustedKeys.of(
        read_key_set(_payload(published, f"loa/v1/keys/{PROVINCE}"), world.root_key.public_x, world.now)
    )
    plan = verify_jws(_payload(published, f"loa/v1/plan/{PROVINCE}"), Plan, keys, world.now)
    assert [planned.airing for planned in plan.airings] == [airing]
    assert isinstance(
        verify_approval(plan.airings[0], plan.approvals[0], (PROVINCE,), keys, world.now), Approval
    )
    start = world.later(seconds=60)
    assert world.advance().sounding == [airing]
    for number, node in enumerate(NODES):
        world.tell(node.id, airing, "fetched", at=start - timedelta(seconds=20))
        world.tell(node.id, airing, "started", at=start + timedelta(milliseconds=10 * number))
    world.later(seconds=60)
    for node in NODES:
        world.tell(node.id, airing, "finished", heard_ms=60_000)
    assert world.advance().aired == [airing]
    assert world.ask(get_airing, airing).state is AiringState.AIRED
    reached = world.ask(reach, airing)
    assert (reached.nodes, reached.fetched, reached.started, reached.finished) == (4, 4, 4, 4)
    assert world.ask(reach_by_area, airing)[NHA_TRANG].finished == 2
    assert world.ask(reach_by_area, airing)[BAC_NHA_TRANG].finished == 2
    spread = world.ask(start_spread, airing)
    assert (spread.p50, spread.p99, spread.max) == (10.0, 30.0, 30.0)
    assert not [document for document in world.refresh() if document.payload and b"." not in document.payload]


def test_the_journal_tells_the_whole_way_and_verifies(world):
    bulletin = world.approved()
    world.plan(bulletin)
    world.advance()
    with world.store.read() as session:
        lines = list(export(session))
        assert get_bulletin(session, bulletin).state is BulletinState.APPROVED
    assert verify(lines, world.station_key.public_x).entries == len(lines)
    told = "\n".join(lines)
    for act in ("bulletin.drafted", "bulletin.submitted", "rendering.finished", "bulletin.approved"):
        assert act in told
    assert "airing.planned" in told
    assert "airing.delivering" in told
