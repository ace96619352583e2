"""Faults, outages, flapping and the log of vitals as pure functions over facts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.features.fleet.events import (
    FLAP_CALM,
    FLAP_TURNS,
    OUTAGE_WINDOW,
    EventKind,
    Fallen,
    NodeAway,
    PresenceChange,
    as_one_outage,
    events,
    is_flapping,
)
from controller.features.fleet.faults import FaultKind, NodeFacts, all_faults
from controller.features.fleet.vitals_samples import (
    EXPECTED,
    FIGURES,
    Presence,
    Thinned,
    count_packed,
    count_written,
    pack,
    quarter_of,
    read,
    start_of,
    strip,
    thin,
    unpack,
    written,
)
from devices.ids import AreaCode, NodeId
from devices.messages import Vitals
from tests.support.nightly import examples

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
XA, YEN = AreaCode("22333"), AreaCode("22366")
WELL = NodeFacts(
    online=True,
    last_heard_at=NOW,
    online_at=NOW - timedelta(hours=5),
    has_told=True,
    clock_error_ms=2.0,
    storage_free=10**9,
    temperature_c=40.0,
    battery_percent=90.0,
    mains=True,
    amplifier_ok=True,
)


def but(**changes):
    return NodeFacts(**{name: getattr(WELL, name) for name in WELL.__dataclass_fields__} | changes)


def kinds(facts, **more):
    return {fault.kind for fault in all_faults(facts, NOW, **more)}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"online": False, "online_at": NOW - timedelta(minutes=7)}, FaultKind.OFFLINE),
        ({"last_heard_at": NOW - timedelta(minutes=4)}, FaultKind.SILENT),
        ({"clock_error_ms": 15_000.0}, FaultKind.CLOCK),
        ({"clock_error_ms": None}, FaultKind.CLOCK),
        ({"storage_free": 1000}, FaultKind.STORAGE),
        ({"temperature_c": 80.0}, FaultKind.TEMPERATURE),
        ({"battery_percent": 12.0}, FaultKind.BATTERY),
        ({"mains": False}, FaultKind.MAINS),
        ({"amplifier_ok": False}, FaultKind.AMPLIFIER),
        ({"sounding": "a1", "level_dbfs": -70.0}, FaultKind.LEVEL),
        ({"sounding": "a1", "volume": 0}, FaultKind.MUTED),
        ({"loudest": 10}, FaultKind.MUTED),
        ({"missing": ("keys/56",)}, FaultKind.WITHHELD),
    ],
)
def test_each_fault_is_found_by_its_facts_alone(changes, kind):
    assert kinds(WELL) == set()
    assert kinds(but(**changes)) == {kind}


def test_a_level_means_nothing_in_silence_and_a_fresh_connection_has_time_for_its_clock():
    assert kinds(but(level_dbfs=-90.0)) == set()
    assert kinds(but(clock_error_ms=None, online_at=NOW - timedelta(seconds=30))) == set()


def test_what_a_node_that_is_away_said_last_is_not_held_against_it_and_none_of_the_retired():
    away = but(online=False, mains=False, temperature_c=90.0, online_at=NOW - timedelta(minutes=90))
    (fault,) = all_faults(away, NOW)
    assert (fault.kind, fault.sentence) == (FaultKind.OFFLINE, "Mất kết nối đã 90 phút.")
    for quiet in ({"retired": True}, {"quarantined": True}, {"last_heard_at": None}):
        assert kinds(but(online=False, **quiet), missed=5, flapping=True) == set()


def test_missed_airings_and_flapping_are_faults_beside_the_vitals():
    assert kinds(WELL, missed=1) == set()
    assert kinds(WELL, missed=2, flapping=True) == {FaultKind.MISSED, FaultKind.FLAPPING}


def loss(number, minutes_ago, area=XA):
    return NodeAway(NodeId(f"n{number}"), area, NOW - timedelta(minutes=minutes_ago))


def test_half_of_a_commune_lost_within_minutes_is_one_event():
    (event,) = events([loss(n, 30 - n) for n in range(6)], {}, {XA: 12})
    assert (event.kind, event.area, len(event.nodes)) == (EventKind.OUTAGE, XA, 6)
    assert event.since == NOW - timedelta(minutes=30)


def test_less_than_half_or_over_hours_or_of_two_communes_are_single_losses():
    fewer = events([loss(n, 30 - n) for n in range(5)], {}, {XA: 12})
    slowly = events([loss(n, 600 - 60 * n) for n in range(6)], {}, {XA: 12})
    apart = events([loss(1, 5), loss(2, 5, YEN)], {}, {XA: 2, YEN: 2})
    for found in (fewer, slowly, apart):
        assert {event.kind for event in found} == {EventKind.LOST}


def test_one_lost_before_the_outage_stays_an_event_of_its_own():
    found = events([loss(0, 500), *(loss(n, 20) for n in range(1, 5))], {}, {XA: 6})
    assert [(event.kind, len(event.nodes)) for event in found] == [
        (EventKind.OUTAGE, 4),
        (EventKind.LOST, 1),
    ]


def test_a_flapping_node_is_one_event_whether_it_is_away_just_now_or_not():
    flapping = {NodeId("n1"): (XA, NOW - timedelta(minutes=50))}
    (event,) = events([loss(1, 1)], flapping, {XA: 12})
    assert event.kind is EventKind.FLAPPING


losses = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 120), st.sampled_from([XA, YEN])),
    unique_by=lambda one: one[0],
)


@examples(100)
@given(losses, st.integers(1, 20), st.randoms())
def test_every_lost_node_is_in_exactly_one_event_in_whatever_order_they_come(told, size, chance):
    lost = [loss(number, minutes, area) for number, minutes, area in told]
    found = events(lost, {}, {XA: size, YEN: size})
    assert sorted(node for event in found for node in event.nodes) == sorted(one.node for one in lost)
    for event in found:
        fell = [one.at for one in lost if one.node in event.nodes]
        assert max(fell) - min(fell) <= OUTAGE_WINDOW
        assert (len(fell) >= 2 and 2 * len(fell) >= size) == (event.kind is EventKind.OUTAGE)
    chance.shuffle(lost)
    assert events(lost, {}, {XA: size, YEN: size}) == found


@examples(100)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=12), st.integers(1, 20))
def test_an_areas_losses_in_short_are_told_as_they_are_one_by_one(minutes, size):
    lost = [loss(number, ago) for number, ago in enumerate(minutes)]
    ats = [one.at for one in lost]
    event = as_one_outage(Fallen(XA, min(ats), max(ats), tuple(one.node for one in lost)), size)
    whole = events(lost, {}, {XA: size})
    is_one = len(whole) == 1 and whole[0].kind is EventKind.OUTAGE
    assert event == (whole[0] if is_one else None)


def turns(*minutes_ago):
    return [PresenceChange(NOW - timedelta(minutes=at), n % 2 == 1) for n, at in enumerate(minutes_ago)]


def test_lost_and_back_three_times_within_the_hour_flaps_until_it_was_calm():
    often = turns(50, 45, 40, 35, 30, 10)
    assert len(often) == FLAP_TURNS
    assert is_flapping(often, NOW)
    assert not is_flapping(often[1:], NOW)
    assert not is_flapping(often, NOW + FLAP_CALM)
    assert not is_flapping([], NOW)


told_figures = st.builds(
    Vitals,
    node=st.just(NodeId("n1")),
    session=st.just(1),
    at=st.just(NOW),
    clock_offset_ms=st.none(),
    clock_error_ms=st.none() | st.floats(0, 1e6),
    volume=st.integers(0, 100),
    storage_free=st.integers(0, 2**40),
    sounding=st.none() | st.just("a1"),
    signal_dbm=st.none() | st.floats(-120, 0),
    temperature_c=st.none() | st.floats(-20, 120),
    battery_percent=st.none() | st.floats(0, 100),
)


@examples(100)
@given(st.lists(st.tuples(told_figures, st.integers(0, 899)), min_size=1, max_size=40))
def test_a_quarter_that_is_written_read_thinned_and_packed_says_what_was_told(told):
    begin = start_of(quarter_of(NOW))
    text = "".join(written(vitals, begin + timedelta(seconds=second)) for vitals, second in told)
    samples = read(text)
    assert [(one.second, one.sounding) for one in samples] == [
        (second, vitals.sounding is not None) for vitals, second in told
    ]
    for sample, (vitals, _) in zip(samples, told, strict=True):
        for name, figure in zip(FIGURES, sample.figures, strict=True):
            true = getattr(vitals, name)
            assert (figure is None) == (true is None)
            assert figure is None or figure == pytest.approx(true, rel=1e-5, abs=0.01)
    short = thin(text)
    assert short.samples == len(told)
    for n, figure in enumerate(short.figures):
        values = [sample.figures[n] for sample in samples if sample.figures[n] is not None]
        assert (figure is None) == (not values)
        if figure is not None:
            assert figure[0] == min(values)
            assert figure[2] == max(values)
            assert figure[0] - 0.01 <= figure[1] <= figure[2] + 0.01
    packed = pack({7: short, 95: short})
    assert unpack(packed) == {7: short, 95: short}
    assert count_packed(packed) == {7: len(told), 95: len(told)}
    assert count_written(text) == len(told)


def test_a_strip_says_for_each_cell_whether_the_node_was_there():
    first = quarter_of(NOW)
    came = {first: EXPECTED, first + 1: 3, first + 3: EXPECTED * 9}
    assert strip(came, first, first + 4, 1) == [
        Presence.THERE,
        Presence.PARTLY,
        Presence.AWAY,
        Presence.THERE,
    ]
    assert strip(came, first, first + 4, 2) == [Presence.THERE, Presence.THERE]
    assert strip({}, first, first + 5, 2) == [Presence.AWAY] * 3


def test_a_day_of_one_node_takes_some_kilobytes_at_most():
    day = {n: Thinned(30, n % 9, tuple((n + 0.25, n + 0.5, n + 0.75) for _ in FIGURES)) for n in range(96)}
    assert len(pack(day)) < 3000
