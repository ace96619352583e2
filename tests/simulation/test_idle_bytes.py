"""What an idle node costs a day in bytes, as docs/benchmarks.md counts them."""

from datetime import timedelta

import pytest

from devices import topics
from devices.ids import NodeId, Role
from devices.jose import SigningKey
from devices.messages import TimeReply, TimeRequest, Vitals
from devices.node.exchanges import micros
from devices.signing import sign
from simulator.clock_trial import MORNING, ClockTrial, TrialSpec
from simulator.delays import Delays

NODE = NodeId("loa-56-22333-1")
MOST_A_DAY = 1_500_000
DAY_S = 86_400.0
TCP_IP, TLS_RECORD, MQTT_HEADER = 52, 22, 5
"""Bytes: IPv4 and TCP with timestamps; TLS 1.3 header, kind and tag; MQTT head, topic length, properties."""
AIRINGS_A_DAY, BEFORE_A_START, PLAN_BYTES = 8, 6, 32_300
PINGS_A_DAY = DAY_S / 60
"""Keep-alive: vitals get no answer, so the client asks each minute."""


def packet(payload: int, topic: str) -> int:
    """Bytes of one message and of the segment that acknowledges it."""
    return TCP_IP + TLS_RECORD + MQTT_HEADER + len(topic) + payload + TCP_IP


def exchange_bytes() -> int:
    request = TimeRequest(node=NODE, sent_us=micros(MORNING))
    version = micros(MORNING) // 1000
    reply = TimeReply(
        node=NODE,
        sent_us=micros(MORNING),
        received_us=micros(MORNING),
        replied_us=micros(MORNING),
        epoch=version,
        keys={"56": version, "22333": version},
        policies={"56": version},
    )
    key = SigningKey.generate(Role.STATION, MORNING, timedelta(days=1))
    there = packet(len(request.payload()), topics.time(NODE))
    return there + packet(len(sign(reply, key)), topics.time_reply(NODE))


def vitals_bytes() -> int:
    vitals = Vitals(
        node=NODE,
        session=17,
        at=MORNING,
        clock_offset_ms=-312.412,
        clock_error_ms=12.345,
        clock_source="station",
        trust="together",
        volume=70,
        storage_free=512_000_000,
        signal_dbm=-71.0,
        temperature_c=41.5,
        mains=True,
        amplifier_ok=True,
    )
    return packet(len(vitals.payload()), topics.vitals(NODE))


def exchanges_a_day(delays: Delays) -> int:
    trial = ClockTrial(TrialSpec(nodes=1, delays=delays, airings=0), NODE)
    return trial.asked_until(DAY_S)


@pytest.mark.parametrize(
    "delays",
    [Delays(least_ms=1, most_ms=5, jitter_ms=2), Delays(least_ms=20, most_ms=80, jitter_ms=10)],
    ids=["fibre", "4G"],
)
def test_an_idle_node_costs_less_than_a_megabyte_and_a_half_a_day(delays):
    exchanges = exchanges_a_day(delays) + AIRINGS_A_DAY * BEFORE_A_START
    pings = PINGS_A_DAY * (2 * (TCP_IP + TLS_RECORD + 2) + TCP_IP)
    total = exchanges * exchange_bytes() + DAY_S / 60 * vitals_bytes() + pings + 2 * PLAN_BYTES
    assert total <= MOST_A_DAY, (exchanges, exchange_bytes(), vitals_bytes(), pings, total)
