"""What the station foretells is what a loudspeaker plays: random plans and policies, played in virtual time.

The budget is small here; `make properties` sets LOA_PLAYED_PLANS to 10,000.
"""

import os
import random
from datetime import timedelta

import pytest

from devices.ids import Grade
from devices.messages import Plan
from devices.node.playing import JOIN_AHEAD
from devices.plan import timetable
from devices.statements import Policy, QuietHours
from tests.simulation.station_in_world import Scene
from tests.support.nightly import amount
from tests.support.wall import vietnam

PLANS = int(os.environ.get("LOA_PLAYED_PLANS", amount(50, 100)))
IN_ONE_WORLD = 50
"""Plans that one loudspeaker plays one after the other: so many lives in a row, and not a boot for each."""
STEP = timedelta(seconds=2)
"""Everything begins and ends on such a grid: well apart, by a loudspeaker's measure."""
WINDOW = timedelta(seconds=96)
LENGTHS_S = (4, 10, 24, 60)
TOLERANCE_S = 0.05
"""What a disciplined clock may be wrong by on this network."""
GRADES = (*[Grade.ROUTINE] * 4, *[Grade.PRIORITY] * 2, Grade.EMERGENCY)


def some_airings(rng, scene, recordings, begins):
    """A handful of airings that overlap as they like."""
    for n in range(rng.randint(1, 6)):
        length = rng.choice(LENGTHS_S)
        starts_at = begins + STEP * rng.randrange(WINDOW // STEP)
        yield scene.station.airing(
            f"{int(begins.timestamp())}-{n}",
            recordings[length],
            starts_at,
            length * 1000,
            grade=rng.choice(GRADES),
            late=timedelta(minutes=10),
            volume=rng.choice((40, 90)),
        )


def some_policies(rng, begins):
    """Of the province, and perhaps of the commune: quiet minutes within the window, few minutes a day."""
    for target in ("56", "56.1")[: rng.randint(0, 2)]:
        quiet = []
        if rng.random() < 0.4:
            minute = begins + timedelta(minutes=rng.randint(0, 2))
            quiet = [(f"{vietnam(minute):%H:%M}", f"{vietnam(minute + timedelta(minutes=1)):%H:%M}")]
        yield target, quiet, rng.choice((30, 100)), rng.choice((0, 1, 2, 1440, 1440))


def told(target, begins, *, airings=(), policy=None):
    """A document as the station would sign it, for asking what sounds."""
    common = {"target": target, "version": 1, "issued_at": begins, "expires_at": begins + timedelta(days=1)}
    if policy is None:
        return Plan(**common, airings=tuple(airings))
    quiet, loudest, minutes = policy
    hours = tuple(QuietHours(begins=since, ends=until) for since, until in quiet)
    return Policy(**common, quiet_hours=hours, loudest_volume=loudest, minutes_a_day=minutes)


def play(rng, scene, recordings):
    """Publish a random plan with random policies, let a loudspeaker play it; return foretold and played."""
    begins = scene.in_s(20)
    begins -= timedelta(seconds=begins.second % 2)
    airings = {"56": [], "56.1": [], scene.node.id: []}
    for airing in some_airings(rng, scene, recordings, begins):
        airings[rng.choice(list(airings))].append(airing)
    policies = {"56": ([], 100, 1440), "56.1": ([], 100, 1440)}
    policies |= {target: limits for target, *limits in some_policies(rng, begins)}
    for target, (quiet, loudest, minutes) in policies.items():
        scene.station.publish_policy(target, quiet=quiet, loudest=loudest, minutes=minutes)
    for target, some in airings.items():
        scene.station.publish_plan(target, *some)
    plans = [told(target, begins, airings=some) for target, some in airings.items()]
    rules = [told(target, begins, policy=limits) for target, limits in policies.items()]
    until = begins + WINDOW + timedelta(seconds=70)
    before = len(scene.world.heard(scene.node))
    scene.world.run_until(until)
    foretold = [
        (
            slot.airing.airing,
            slot.airing.volume,
            slot.starts_at.timestamp(),
            slot.ends_at.timestamp(),
            slot.starts_at > slot.airing.starts_at,
        )
        for slot in timetable(plans, rules, begins - STEP, until)
    ]
    played = [
        (over.arm.airing, over.arm.volume, over.true_at - over.heard_ms / 1000, over.true_at)
        for over in scene.world.heard(scene.node)[before:]
    ]
    return foretold, played


def differ(foretold, played):
    """Whether what was played is not what was foretold, to the tolerance of a clock.

    One that goes on after it had to yield, or begins in its middle, may do so a little late: a loudspeaker
    opens the recording and seeks first.
    """
    if [slot[:2] for slot in foretold] != [stretch[:2] for stretch in played]:
        return True
    for (_, _, begins, ends, joins), (_, _, began, ended) in zip(foretold, played, strict=True):
        late = TOLERANCE_S + (JOIN_AHEAD.total_seconds() if joins else 0)
        if not (-TOLERANCE_S < began - begins < late and abs(ended - ends) < TOLERANCE_S):
            return True
    return False


@pytest.mark.parametrize("world", range(-(-PLANS // IN_ONE_WORLD)))
def test_a_loudspeaker_plays_what_the_station_foretells(world):
    scene = Scene(world, error_ms=0.0, drift_ppm=0.0)
    recordings = {s: scene.station.add_recording(bytes([s]) * 3000, s * 1000) for s in LENGTHS_S}
    sounded = 0
    for number in range(IN_ONE_WORLD):
        rng = random.Random(f"{world} {number}")
        foretold, played = play(rng, scene, recordings)
        sounded += len(foretold)
        assert not differ(foretold, played), f"plan {number} of world {world}: {foretold} was played {played}"
    assert sounded > IN_ONE_WORLD  # the plans were not silent ones
