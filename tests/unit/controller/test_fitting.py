"""A plan never becomes longer than nodes take; what is needed least is left out."""

from datetime import UTC, datetime, timedelta

from controller.features.plans.fitting import MOST_BYTES, that_fit
from devices.ids import Grade, Role
from devices.jose import LONGEST_JWS, SigningKey
from devices.messages import MOST_AIRINGS, Kept, Plan, PlannedAiring
from devices.signing import sign
from devices.wire_types import text_digest

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
KEY = SigningKey.generate(Role.STATION, NOW, timedelta(days=1))


def approvals(count, length):
    texts = [f"a.b.{n:0{length - 4}}" for n in range(count)]
    return {text_digest(text): text for text in texts}


def airings(count, names, **changes):
    return [
        PlannedAiring(
            airing=f"01jdh3v7q4m8x2k9w5n6p0r{n:03}",
            recording="0" * 64,
            approval=names[n % len(names)],
            starts_at=NOW + timedelta(minutes=n),
            latest_start_at=NOW + timedelta(minutes=n),
            duration_ms=60_000,
            grade=Grade.ROUTINE,
            volume=70,
            **changes,
        )
        for n in range(count)
    ]


def signed(fitting, keep, texts):
    named = {one.approval for one in (*fitting, *keep)}
    plan = Plan(
        target="56",
        version=1,
        issued_at=NOW,
        expires_at=NOW,
        airings=fitting,
        keep=keep,
        approvals=tuple(texts[name] for name in named),
    )
    return sign(plan, KEY)


def test_a_plan_whose_airings_share_their_approvals_takes_as_many_as_the_wire_allows():
    texts = approvals(80, 1000)
    fitting = that_fit("56", airings(600, list(texts)), (), texts, NOW)
    assert len(fitting) == MOST_AIRINGS
    assert len(signed(fitting, (), texts)) < LONGEST_JWS


def test_long_approvals_leave_room_for_fewer_airings_the_latest_are_left_out():
    texts = approvals(564, 4096)
    names = list(texts)
    keep = tuple(Kept(name=f"k{n}", recording="0" * 64, approval=names[-n]) for n in range(1, 40))
    planned = airings(500, names)
    fitting = that_fit("56", planned, keep, texts, NOW)
    assert 40 < len(fitting) < 60
    assert fitting == tuple(planned[: len(fitting)])
    assert MOST_BYTES < len(signed(fitting, keep, texts)) <= LONGEST_JWS


def test_the_longest_that_is_not_counted_fits():
    texts = approvals(40, 4096)
    planned = airings(40, list(texts))
    assert that_fit("56", planned, (), texts, NOW) == tuple(planned)
    assert len(signed(tuple(planned), (), texts)) < LONGEST_JWS / 2  # as long again for calls
