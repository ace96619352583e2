"""A node that was written from docs/protocol.md alone hears, and refuses, what it should."""

import ast
import base64
import hashlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from devices import topics
from devices.ids import Grade, Role
from devices.jose import SigningKey
from devices.messages import ReceiptKind
from tests.integration.simulator.station_on_mqtt import StationOnMqtt
from tests.simulation.small_station import YEAR
from tests.support import stranger_calls, stranger_documents, stranger_fetching, stranger_node, stranger_rules
from tests.support.brokers import BY_DAY, BrokerProcess, is_available
from tests.support.node_keys import key_of
from tests.support.parts import missing

NODE, AREAS = "loa-56-22333-1", ("56", "56-22333")
AUDIO = hashlib.shake_256(b"audio").digest(50_000)
PATIENCE = timedelta(seconds=25)
ON_TIME, LATEST = timedelta(milliseconds=40), timedelta(milliseconds=700)
"""The recording is a second long."""
SHORTLY = timedelta(seconds=2.5)


@contextmanager
def open_station(kind, directory):
    broker = BrokerProcess(kind, directory)
    broker.start()
    try:
        with StationOnMqtt(broker.url, repeat_after=timedelta(0)) as small:
            small.broker = broker
            yield small
    finally:
        broker.stop()


@pytest.fixture(params=BY_DAY)
def station(request, tmp_path):
    if not is_available(request.param):
        missing(request.param)
    with open_station(request.param, tmp_path) as small:
        yield small


@pytest.fixture
def any_station(tmp_path):
    """What a node refuses does not depend on the broker: one is enough."""
    with open_station(next(filter(is_available, BY_DAY)), tmp_path) as small:
        yield small


def soon(station, recording, duration_ms, *, name="airing-1", in_s=3.0, grade=Grade.PRIORITY, **more):
    """An airing of a recording, so many seconds from now."""
    starts_at = datetime.now(UTC) + timedelta(seconds=in_s)
    late = timedelta(seconds=20)
    return station.airing(name, recording, starts_at, duration_ms, grade=grade, late=late, **more)


def receipts_of(station):
    """What the stranger's committed receipts say, in the order in which they came."""
    return [receipt for _, receipt in station.receipts.values()]


def listen(station, *, patience=PATIENCE, **options):
    until = datetime.now(UTC) + patience
    options.setdefault("key", base64.urlsafe_b64decode(key_of(NODE).to_text() + "="))
    return stranger_node.run(station.broker.url, station.keys.root.public_x, NODE, AREAS, until, **options)


STRANGER = {
    "node": stranger_node,
    "calls": stranger_calls,
    "documents": stranger_documents,
    "fetching": stranger_fetching,
    "rules": stranger_rules,
}


@pytest.mark.parametrize("part", STRANGER.values(), ids=STRANGER)
def test_the_stranger_imports_nothing_of_ours(part):
    tree = ast.parse(Path(part.__file__).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    imported -= {part.__name__ for part in STRANGER.values()}
    ours = {"devices", "controller", "schedules", "tts", "simulator", "tests", "joserfc"}
    assert not {name.split(".")[0] for name in imported} & ours


def test_it_fetches_plays_on_time_and_its_receipts_are_committed(station):
    station.publish_keys()
    station.publish_policy("56", loudest=60)
    recording = station.add_recording(AUDIO, 1000)
    station.publish_plan("56-22333", soon(station, recording, 1000))
    report = listen(station, clock_error_s=0.4)
    (played,) = report.played
    assert (played.data, played.why, played.volume) == (AUDIO, "finished", 60)
    # a busy machine may wake it late: then it comes in where the others are by now
    late = played.began_at - played.planned_at
    assert timedelta(milliseconds=-50) < late < LATEST
    assert timedelta(milliseconds=played.offset_ms) < LATEST
    assert late > ON_TIME or played.offset_ms == 0
    assert report.offset_us == pytest.approx(-400_000, abs=20_000)
    kinds = [receipt.kind for receipt in receipts_of(station)]
    assert kinds == [ReceiptKind.FETCHED, ReceiptKind.STARTED, ReceiptKind.FINISHED]
    assert (report.uncommitted, report.committed) == (0, set(station.receipts))
    assert [state.online for state in station.states][:1] == [True]
    assert not report.refused


def test_by_mqtt_3_1_1_it_fetches_plays_and_its_receipts_are_committed(station):
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    station.publish_plan("56-22333", soon(station, recording, 500))
    report = listen(station, protocol=MQTTProtocolVersion.MQTTv311)
    assert [(played.data, played.why) for played in report.played] == [(AUDIO, "finished")]
    kinds = [receipt.kind for receipt in receipts_of(station)]
    assert kinds == [ReceiptKind.FETCHED, ReceiptKind.STARTED, ReceiptKind.FINISHED]
    assert (report.uncommitted, report.committed) == (0, set(station.receipts))
    assert not report.refused


def test_a_chunk_with_one_bit_flipped_is_dropped_and_asked_for_again(station):
    sent = Counter()

    def flip_once(_, n, chunk):
        sent[n] += 1
        return bytes([chunk[0] ^ 1, *chunk[1:]]) if n == 3 and sent[n] == 1 else chunk

    station.spoil = flip_once
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    station.publish_plan("56", soon(station, recording, 500, in_s=8))
    report = listen(station)
    assert report.chunks_refused == 1
    assert report.wants == 2
    assert [played.data for played in report.played] == [AUDIO]


def test_a_late_comer_joins_at_the_place_where_the_others_are(station):
    station.publish_keys()
    recording = station.add_recording(AUDIO, 6000)
    station.publish_plan("56", soon(station, recording, 6000, in_s=-1))
    (played,) = listen(station).played
    assert played.offset_ms > 1000
    assert played.began_at - played.planned_at == pytest.approx(
        timedelta(milliseconds=played.offset_ms), abs=timedelta(milliseconds=100)
    )


def test_an_emergency_takes_over_and_what_it_interrupted_goes_on_at_its_place(station):
    station.publish_keys()
    recording = station.add_recording(AUDIO, 4000)
    alarm = station.add_recording(AUDIO[:9000], 1000)
    station.publish_plan("56", soon(station, recording, 4000, grade=Grade.ROUTINE))
    urgent = soon(station, alarm, 1000, name="urgent", in_s=4, grade=Grade.EMERGENCY)
    station.publish_plan("56-22333", urgent)
    report = listen(station, is_enough=lambda node: len(node.finished) == 2 and not node.receipts)
    assert [(p.airing, p.why) for p in report.played] == [
        ("airing-1", "stopped"),
        ("urgent", "finished"),
        ("airing-1", "finished"),
    ]
    assert report.played[2].offset_ms >= 2000


def test_it_keeps_a_recording_and_repeats_an_emergency_until_no_plan_names_it(station):
    station.publish_keys()
    alarm = station.add_recording(AUDIO[:9000], 1500)
    kept = station.kept("keep-1", alarm)
    station.publish_plan("56", keep=(kept,))
    was = {}

    def call_and_end(node):
        told = {kind for _, kind in node.told}
        if "kept" in told and not was:
            urgent = soon(
                station, alarm, 60_000, name="urgent", in_s=0.4, grade=Grade.EMERGENCY, every_ms=2000
            )
            was["called"] = urgent.starts_at
            station.publish_plan("56", urgent, keep=(kept,))
        if len(node.report.played) == 2 and "ended" not in was:
            was["ended"] = True
            station.publish_plan("56", keep=(kept,))
        return "stopped" in told and not node.receipts

    report = listen(station, is_enough=call_and_end)
    places = [(played.began_at - was["called"]).total_seconds() for played in report.played]
    assert places[:2] == pytest.approx([0, 2], abs=0.3)
    assert len(places) <= 3
    assert [str(receipt.kind) for receipt in receipts_of(station)] == [
        "kept",
        "fetched",
        "started",
        "stopped",
    ]
    assert receipts_of(station)[-1].heard_ms >= 2900
    assert report.wants == 1


def refused_by(station):
    """Run for a moment and return what was refused; nothing at all may have sounded."""
    report = listen(station, patience=SHORTLY)
    assert not report.played
    return report.refused


def test_a_key_set_of_another_root_is_refused(any_station):
    true_keys = any_station.keys
    any_station.keys = replace(true_keys, root=SigningKey.generate("root", datetime.now(UTC), YEAR))
    any_station.publish_keys()
    any_station.keys = true_keys
    assert refused_by(any_station)["keys: bad-signature"] == 1


def test_a_plan_signed_by_another_key_of_the_same_name_is_refused(any_station):
    station = any_station
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    text = station.signed_plan("56", [soon(station, recording, 500, in_s=1)]).decode()
    head, body, signature = text.split(".")
    forged = signature[:-2] + ("AA" if signature[-2:] != "AA" else "BA")
    station.retain(topics.plan("56"), f"{head}.{body}.{forged}".encode())
    assert refused_by(station)["plan: bad-signature"] == 1


def test_a_plan_signed_by_an_approver_is_refused(any_station):
    station = any_station
    station.publish_keys()
    text = station.keys.approver.sign_bytes(station.plan("56", []).payload(), "loa-plan")
    station.retain(topics.plan("56"), text.encode())
    assert refused_by(station)["plan: wrong-role"] == 1


def test_a_message_of_another_typ_is_refused(any_station):
    station = any_station
    station.publish_keys()
    station.retain(
        topics.plan("56"),
        station.keys.station.sign_bytes(station.plan("56", []).payload(), "loa-manifest").encode(),
    )
    assert refused_by(station)["plan: wrong-kind"] == 1


def test_an_expired_plan_is_refused(any_station):
    station = any_station
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    station.publish_plan("56", soon(station, recording, 500, in_s=1), lasts=timedelta(seconds=-1))
    assert refused_by(station)["plan: expired"] >= 1


def test_an_older_plan_and_the_plan_of_another_area_are_refused(any_station):
    station = any_station
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    old = station.signed_plan("56", [soon(station, recording, 500, in_s=2)])
    station.publish_plan("56")

    def send_the_old_one_once(node):
        if node.plans and not hasattr(node, "was_tried"):
            node.was_tried = True
            station.send(topics.plan("56"), old, 1, False)
            station.send(topics.plan("56-22333"), old, 1, False)
        return False

    report = listen(station, patience=timedelta(seconds=4), is_enough=send_the_old_one_once)
    assert not report.played
    assert (report.refused["plan: old"], report.refused["plan: other-target"]) == (1, 1)


def test_an_approval_for_another_recording_is_refused_and_told(any_station):
    station = any_station
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    airing = soon(station, recording, 500, in_s=1, approval=station.approval("f" * 64))
    station.publish_plan("56", airing)
    assert refused_by(station)["airing: wrong-approval"] == 1
    assert [(r.kind, r.reason) for r in receipts_of(station)] == [(ReceiptKind.REFUSED, "wrong-approval")]


@pytest.mark.parametrize("role", [Role.STATION, Role.ADMINISTRATOR])
def test_an_approval_that_no_approver_signed_is_refused(any_station, role):
    station = any_station
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    good = station.approval(recording)
    payload = stranger_rules.unbase64url(good.split(".")[1])
    forged = getattr(station.keys, role).sign_bytes(payload, "loa-approval")
    station.publish_plan("56", soon(station, recording, 500, in_s=1, approval=forged))
    assert refused_by(station)["airing: wrong-role"] == 1


def test_an_ordinary_approval_airs_no_test_and_a_tests_approval_nothing_else(any_station):
    station = any_station
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    for_test = station.approval(recording, test=True)
    as_real = soon(station, recording, 500, in_s=1, approval=for_test)
    as_test = soon(station, recording, 500, name="airing-2", in_s=1, test=True)
    station.publish_plan("56", as_real, as_test)
    assert refused_by(station)["airing: wrong-approval"] == 2


def test_it_keeps_to_the_volume_of_the_hours_and_to_its_own_plan(any_station):
    station = any_station
    station.publish_keys()
    hours = {"begins": "00:00", "ends": "00:00", "loudest_volume": 40}
    station.publish_policy("56", loudest=90, volumes=(hours,))
    recording = station.add_recording(AUDIO, 500)
    station.publish_plan("56", soon(station, recording, 500))
    (played,) = listen(station).played
    assert played.volume == 40
    station.publish_plan(NODE, loudest_volume=25)
    station.publish_plan("56", soon(station, recording, 500, name="airing-2"))
    (played,) = listen(station).played
    assert (played.airing, played.volume) == ("airing-2", 25)


def test_it_refuses_an_emergency_that_nobody_called(station):
    station.publish_keys()
    recording = station.add_recording(AUDIO, 1000)
    station.publish_plan("56-22333", soon(station, recording, 1000, grade=Grade.EMERGENCY, call=None))
    assert refused_by(station)["airing: no-call"] == 1


def test_no_cap_silences_an_emergency(any_station):
    station = any_station
    station.publish_keys()
    recording = station.add_recording(AUDIO, 500)
    station.publish_plan(NODE, loudest_volume=0)
    station.publish_plan("56", soon(station, recording, 500, grade=Grade.EMERGENCY))
    (played,) = listen(station).played
    assert played.volume == 20


def test_in_quiet_hours_it_is_silent(any_station):
    station = any_station
    station.publish_keys()
    station.publish_policy("56-22333", quiet=[("00:00", "00:00")])
    recording = station.add_recording(AUDIO, 500)
    station.publish_plan("56", soon(station, recording, 500, in_s=1))
    assert not refused_by(station)
