"""What the pictures of drills show: two of them, the second compared with the first."""

from datetime import timedelta

from controller.features.airings.service import aim
from controller.features.areas.queries import area_tree
from controller.features.bulletins.queries import waiting_renderings
from controller.features.reports.service import note_aired
from controller.features.speaker_tests.service import prepare_test
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.drill_states import DrillCause
from controller.model.drills import Drill, DrillResult
from devices.ids import Grade
from tests.integration.web.site_world import PROVINCE, Made
from tests.support.swelling_tone import mp3

_FAILED = {
    3: (DrillCause.AMPLIFIER, 100, "no-sound"),
    17: (DrillCause.NO_CONTACT, None, None),
    40: (DrillCause.NO_CONTACT, None, None),
    41: (DrillCause.NO_CONTACT, None, None),
    56: (DrillCause.STOPPED_EARLY, 40, "power-lost"),
    90: (DrillCause.CLOCK, None, "clock-unknown"),
    111: (DrillCause.STORAGE, None, None),
}
"""By the place of the loudspeaker in the province: why, how much was heard, and its own word."""
_BEFORE = {3: _FAILED[3], 5: _FAILED[17], 6: _FAILED[17], 111: _FAILED[111]}


def hold_drills(world):
    """Have two drills behind the province, three months apart; return the newer one."""
    test = world.do(prepare_test, by=world.officer, speech=world.speech)
    rendering = next(one for one in world.ask(waiting_renderings, limit=9) if one.bulletin == test.id)
    made = Made(mp3(6), 6_000)
    world.render(rendering.id, made)
    world.approve(test.id, made)
    test_in_use = (test.id, made)
    held(world, test_in_use, "Diễn tập quý III", world.now() - timedelta(days=92), _BEFORE)
    newer = held(world, test_in_use, "Diễn tập quý IV", world.now() - timedelta(hours=2), _FAILED)
    while world.do(note_aired):
        pass
    return newer


def held(world, test, name, at, failed):
    """Lay down a drill as it was judged then, with the receipts of those who sounded all of it."""
    bulletin, made = test
    ends, key = at + timedelta(minutes=2), f"{at:%Y%m%d}"
    airing = Airing(
        id=f"phat-{key}",
        bulletin=bulletin,
        state=AiringState.AIRED,
        grade=Grade.PRIORITY,
        volume=70,
        asked_at=at,
        starts_at=at,
        latest_start_at=ends,
        revision=1,
        recording=made.recording,
        duration_ms=made.duration_ms,
        created_by=world.approver.id,
        created_at=at,
        delivering_at=at,
        acknowledged_at=at,
        ended_at=ends,
    )
    criteria = {"start_within_s": 5, "least_percent": 95, "needs_level": False, "every_months": 3}
    by = {"created_by": world.approver.id, "created_at": at, "judged_at": ends, "published_at": ends}
    drill = Drill(id=f"tap-{key}", name=name, airing=airing.id, starts_at=at, **criteria, **by)
    with world.store.write() as session:
        session.add(airing)
        session.flush()
        aim(session, area_tree(session), airing, [PROVINCE])
        session.add(drill)
        session.flush()
        for place, node in enumerate(world.nodes):
            cause, percent, reason = failed.get(place, (DrillCause.HEARD, 100, None))
            about = {"drill": drill.id, "airing": airing.id, "at": at, "area": node.split("-")[1]}
            session.add(DrillResult(node=node, cause=cause, percent=percent, reason=reason, **about))
    well = [node for place, node in enumerate(world.nodes) if place not in failed]
    for kind in ("fetched", "started"):
        world.tell(airing.id, made, kind, well, at=at)
    world.tell(
        airing.id,
        made,
        "finished",
        well,
        at=at + timedelta(milliseconds=made.duration_ms),
        heard_ms=made.duration_ms,
    )
    return drill.id
