import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.ids import Grade, Role
from devices.instants import written_instant
from devices.messages import Manifest, NodeState, Plan, PlannedAiring, TimeRequest
from devices.statements import Key, KeySet
from devices.wire_types import Malformed, parse

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def planned(**changes):
    fields = {
        "airing": "a-1",
        "recording": "0" * 64,
        "approval": "0" * 64,
        "starts_at": NOW,
        "latest_start_at": NOW,
        "duration_ms": 1000,
        "grade": Grade.ROUTINE,
        "volume": 50,
    }
    return PlannedAiring(**fields | changes)


def plan(*airings, **changes):
    fields = {"target": "56", "version": 1, "issued_at": NOW, "expires_at": NOW, "airings": airings}
    return Plan(**fields | changes)


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]),
        min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2999, 12, 31),  # noqa: DTZ001
    )
)
def test_an_instant_goes_over_the_wire_to_the_millisecond_and_comes_back_the_same(at):
    sent = NodeState(node="n", session=1, online=True, at=at, software="x")
    assert parse(NodeState, sent.payload()) == sent
    assert sent.at is not None
    assert timedelta() <= at - sent.at < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"]
)
def test_an_instant_that_no_wall_clock_shows_is_refused(at):
    said = {"node": "n", "session": 1, "online": True, "at": at, "software": "x"}
    with pytest.raises(Malformed):
        parse(NodeState, json.dumps(said))


def test_a_text_with_a_nul_is_refused_since_postgresql_keeps_none():
    said = {"node": "n", "session": 1, "online": True, "at": None, "software": "a\0b"}
    with pytest.raises(Malformed):
        parse(NodeState, json.dumps(said))


def test_an_instant_is_written_in_utc_with_three_decimals():
    hanoi = timezone(timedelta(hours=7))
    assert written_instant(datetime(2026, 11, 24, 17, 0, 0, 1999, hanoi)) == "2026-11-24T10:00:00.001Z"


@pytest.mark.parametrize(
    "written",
    [
        '"2026-11-24T10:00:00Z"',
        '"2026-11-24T10:00:00.000+00:00"',
        '"2026-11-24T10:00:00.000"',
        '"2026-13-24T10:00:00.000Z"',
        '"2026-11-24 10:00:00.000Z"',
        "1764000000",
        "true",
    ],
)
def test_any_other_form_of_an_instant_is_malformed(written):
    text = f'{{"node":"n","session":1,"online":true,"at":{written},"software":"x"}}'
    with pytest.raises(Malformed):
        parse(NodeState, text)


def test_a_naive_time_is_refused_when_a_message_is_made():
    with pytest.raises(ValidationError, match="aware"):
        plan(issued_at=NOW.replace(tzinfo=None))


def test_a_receiver_ignores_what_a_later_release_adds_at_any_depth():
    written = json.loads(plan(planned()).payload())
    written["later"] = 1
    written["airings"][0]["later"] = {"deep": True}
    assert parse(Plan, json.dumps(written)) == plan(planned())


def test_we_ourselves_write_no_field_that_the_wire_does_not_know():
    with pytest.raises(ValidationError):
        planned(colour="red")


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"node": "n"}', b'{"node":1,"sent_us":1}']
)
def test_what_is_no_message_is_malformed(payload):
    with pytest.raises(Malformed):
        parse(TimeRequest, payload)


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a b", "-a", "x" * 65, "é"])
def test_a_name_never_breaks_a_topic(name):
    with pytest.raises(ValidationError):
        NodeState(node=name, session=1, online=True, at=None, software="x")


def test_a_test_is_never_an_emergency():
    with pytest.raises(ValidationError, match="never an emergency"):
        planned(test=True, grade=Grade.EMERGENCY)


def test_a_latest_start_before_the_start_is_refused():
    with pytest.raises(ValidationError, match="latest_start_at"):
        planned(latest_start_at=NOW - timedelta(seconds=1))


def test_a_plan_names_no_airing_twice():
    with pytest.raises(ValidationError, match="twice"):
        plan(planned(), planned())


def test_a_key_set_names_no_key_twice():
    key = Key(kid="k", role=Role.STATION, public="A" * 43, not_before=NOW, not_after=NOW)
    with pytest.raises(ValidationError, match="twice"):
        KeySet(version=1, issued_at=NOW, expires_at=NOW, keys=(key, key))


def test_a_manifest_of_more_chunks_than_a_want_can_name_is_refused():
    fields = {"recording": "0" * 64, "codec": "mp3", "sample_rate": 24000, "duration_ms": 1, "root": "0" * 64}
    assert Manifest(**fields, size=4096 * 1024, chunk_size=1024).count == 4096
    with pytest.raises(ValidationError, match="more than 4096 chunks"):
        Manifest(**fields, size=4096 * 1024 + 1, chunk_size=1024)


def test_grades_rank_as_the_circular_says():
    assert sorted(Grade, key=lambda grade: grade.rank) == [Grade.ROUTINE, Grade.PRIORITY, Grade.EMERGENCY]
