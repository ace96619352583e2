"""The accident of Trung Lộc, tried: a relay typed for 03:15 woke a commune; `make accident` tells it.

It is refused where it is planned. And where somebody plans it all the same, past every check of the station
and with its true signature, the loudspeakers refuse it: their policy, which another key signs, says so.
"""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from controller.features.airings.planning import AgainstPolicy, BroadcastRequest, plan_foreseen
from controller.features.plans.policy_signing import sign_policy
from controller.model.bulletins import Approved
from controller.model.local_time import wall
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from devices import topics
from devices.ids import AreaCode, Grade
from devices.messages import PlannedAiring
from devices.statements import QuietHours
from tests.simulation.small_station import Keys
from tests.simulation.station_in_world import StationInWorld
from tests.support.station_world import NHA_TRANG, PASSWORD, PROVINCE, Sound, SqliteWorlds
from tests.support.world import World

SOUND = Sound(b"relay " * 5_000, duration_ms=60_000)
TYPED = datetime(2026, 11, 25, 20, 15, tzinfo=UTC)
"""03:15 at night; whoever typed it meant 15:03, or 05:15."""
MORNING = TYPED + timedelta(hours=2)


def say(line):
    sys.stdout.write(f"{line}\n")


@pytest.fixture
def world(tmp_path):
    """A station whose province is quiet from 21:30 to 04:45, and a relay that was approved."""
    world = SqliteWorlds().world(tmp_path)
    quiet = (QuietHours(begins="21:30", ends="04:45"),)
    person, area = world.administrator, PROVINCE
    world.do(
        sign_policy, area=area, administrator=person, password=PASSWORD, quiet_hours=quiet, minutes_a_day=1440
    )
    yield world
    world.store.close()


@pytest.fixture
def relay(world):
    bulletin = world.submitted(rendered=False)
    with world.store.read() as session:
        from controller.model.bulletins import Rendering

        rendering = session.scalars(select(Rendering.id)).one()
    world.render(rendering, SOUND)
    world.approve(bulletin, SOUND.data)
    return bulletin


class Street:
    """One loudspeaker of the commune at ten past three, and a station that says what it is told to."""

    def __init__(self, world, now):
        self.world = World(1, now)
        keys = Keys(world.root_key, world.station_key, None, None)
        self.station = StationInWorld(self.world, keys)
        with world.store.read() as session:
            for row in session.scalars(
                select(Published).where(Published.kind.in_((DocumentKind.KEYS, DocumentKind.POLICY)))
            ):
                of = topics.keys if row.kind is DocumentKind.KEYS else topics.policy
                self.station.retain(of(AreaCode(row.target)), row.payload.encode())
        self.station.add_recording(SOUND.data, SOUND.duration_ms)
        self.node = self.station.add_node("22366-1", (PROVINCE, NHA_TRANG), error_ms=0.0, drift_ppm=0.0)

    def force(self, approval, *starts):
        """Publish a plan past every check of the station; its signature is the station's own."""
        airings = [
            PlannedAiring(
                airing=f"relay-{n}",
                recording=SOUND.recording,
                approval=self.station.carried(approval),
                starts_at=starts_at,
                latest_start_at=starts_at + timedelta(minutes=10),
                duration_ms=SOUND.duration_ms,
                grade=Grade.PRIORITY,
                volume=90,
            )
            for n, starts_at in enumerate(starts)
        ]
        self.station.publish_plan("56", *airings)


def test_a_relay_typed_for_a_quarter_past_three_wakes_nobody(world, relay):
    say("")
    say(f"1. Cán bộ đặt bản tin đã duyệt phát toàn tỉnh lúc {wall(TYPED)}.")
    with pytest.raises(AgainstPolicy) as refused:
        world.do(plan_foreseen, relay, BroadcastRequest([PROVINCE], TYPED), by=world.approver)
    say(f"   Đài từ chối: {refused.value.sentence} [{refused.value.code}]")
    assert "giờ yên lặng" in refused.value.sentence

    with world.store.read() as session:
        approval = session.scalars(select(Approved.jws)).one()
    street = Street(world, TYPED - timedelta(minutes=5))
    street.world.run_for(timedelta(seconds=5))
    street.force(approval, TYPED, MORNING)
    say("2. Ai đó gửi thẳng kế hoạch ấy tới loa, chữ ký và phê duyệt đều đúng, thêm một lượt lúc 05:15.")
    assert not [reason for reason in street.node.brain.counts if reason.startswith("plan")]  # it is believed
    street.world.run_until(TYPED + timedelta(minutes=15))
    assert street.world.heard(street.node) == []
    say("   Loa đã tải bản tin và tin kế hoạch, nhưng im lặng lúc 03:15: quy định đã ký cấm kêu giờ này.")
    assert street.station.kinds(street.node.id, "relay-0") == ["fetched"]

    street.world.run_until(MORNING + timedelta(minutes=2))
    (over,) = street.world.heard(street.node)
    assert (over.arm.airing, over.heard_ms) == ("relay-1", SOUND.duration_ms)
    began = datetime.fromtimestamp(over.true_at - over.heard_ms / 1000, UTC)
    seconds = over.heard_ms // 1000
    say(f"3. Cũng kế hoạch ấy, lượt buổi sáng vẫn phát lúc {wall(began)}, đủ {seconds} giây.")
