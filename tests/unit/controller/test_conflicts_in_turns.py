"""What meets nothing in turns is heard whole in each turn, and overlaps with nothing in the air."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from controller.features.airings.conflicts import PlanningContext, clear_start, conflicts
from controller.features.airings.planning_context import Planned, without_minutes
from devices.messages import Plan
from devices.plan import ends_at, timetable
from schedules.turns import step_ms
from tests.support.nightly import examples
from tests.unit.controller.test_conflicts import DAWN, airing, policy

TURNS = st.integers(2, 4)
AIRINGS = st.lists(st.tuples(st.integers(300, 1100), st.integers(1, 15)), max_size=4)


def contexts(others, policies, turns):
    planned = [Planned(one, "b1", "", ("22333",), is_approved=True, turns=None) for one in others]
    lasting = tuple(one.lasting(turns) for one in planned)
    whole = PlanningContext(("22333",), lasting, tuple(map(without_minutes, policies)), turns)
    return [PlanningContext(("22333",), tuple(others), policies), whole]


def in_turn(one, turn):
    late = timedelta(milliseconds=turn * step_ms(one.duration_ms))
    return one.model_copy(
        update={"starts_at": one.starts_at + late, "latest_start_at": one.latest_start_at + late}
    )


def heard(airings, policies):
    """How long each airing is heard on that day by one loudspeaker."""
    plan = Plan.model_construct(
        target="n1", version=1, issued_at=DAWN, expires_at=DAWN + timedelta(days=2), airings=tuple(airings)
    )
    found = {}
    for slot in timetable([plan], policies, DAWN, DAWN + timedelta(days=2)):
        name = slot.airing.airing
        found[name] = found.get(name, timedelta()) + (slot.ends_at - slot.starts_at)
    return found


@given(
    turns=TURNS,
    others=AIRINGS,
    at=st.integers(280, 1200),
    minutes=st.integers(1, 15),
    most=st.integers(10, 60),
)
@examples(60)
def test_what_meets_nothing_is_heard_whole_in_every_turn(turns, others, at, minutes, most):
    policies = (policy(minutes=most),)
    planned = [airing(f"a{n}", *one) for n, one in enumerate(others)]
    asked = airing("new", at, minutes)
    start = clear_start(asked, contexts(planned, policies, turns))
    assume(start is not None)
    asked = asked.model_copy(update={"starts_at": start, "latest_start_at": start})
    assert conflicts(asked, contexts(planned, policies, turns)) == []
    spans = []
    for turn in range(turns):
        before = [in_turn(one, turn) for one in planned]
        mine = in_turn(asked, turn)
        after = heard([*before, mine], policies)
        assume(ends_at(mine) < DAWN + timedelta(days=1))  # the minutes of the next day are not counted here
        assert after["new"] == timedelta(minutes=minutes)
        spans.append((mine.starts_at, ends_at(mine)))
    assert all(ends <= begins for (_, ends), (begins, _) in pairwise(spans))
    for one in planned:
        for other in range(turns):
            begins, ends = in_turn(one, other).starts_at, ends_at(in_turn(one, other))
            assert all(ends <= since or until <= begins for since, until in spans)
