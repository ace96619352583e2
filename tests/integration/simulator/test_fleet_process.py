"""A fleet as a process on a real broker: it plays as one, survives being killed, and ends when told."""

import asyncio
import io
import json
import random
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np
import pytest
import soundfile

from devices.statements import Rendition
from simulator.facts import FactLines
from simulator.fleet import Fleet
from simulator.spec import FleetSpec
from tests.integration.simulator.station_on_mqtt import (
    LIMIT,
    ROOT,
    FleetProcess,
    Lateness,
    StationOnMqtt,
    deviations,
    part,
    wait_until,
)
from tests.simulation.small_station import SmallStation
from tts.codec import encode_opus
from tts.marks import Origin, id3_of, origin_in_file

NODES = 20
RATE = 24000
SPREAD_MS = 50
"""Beyond twice what this machine is late by when it wakes whoever waits for an instant."""


def rising(seconds: float) -> np.ndarray:
    """A rising tone: it can be told from silence, and its place from its pitch."""
    t = np.arange(int(seconds * RATE)) / RATE
    return 0.4 * np.sin(2 * np.pi * (300 * t + 200 * t * t))


def beep(seconds: float) -> bytes:
    """A rising tone as MP3."""
    out = io.BytesIO()
    soundfile.write(out, rising(seconds), RATE, format="MP3")
    return out.getvalue()


@contextmanager
def running(tmp_path, broker, nodes=NODES, **spec):
    with StationOnMqtt(broker.url) as station:
        station.publish_keys()
        station.publish_policy("56", loudest=70)
        fleet = FleetProcess(tmp_path, broker.url, station, nodes, **spec)
        fleet.start()
        try:
            yield station, fleet
        finally:
            fleet.kill()


def plan(station, seconds: float, in_s: float, data: bytes | None = None):
    rec = station.add_recording(data or random.Random(1).randbytes(60_000), round(seconds * 1000))
    start = datetime.now(UTC) + timedelta(seconds=in_s)
    airing = station.airing("a1", rec, start, round(seconds * 1000))
    station.publish_plan("56.1", airing)
    return airing


def run_with(spec) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "simulator", "--spec", str(spec)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )


def count(station, kind: str) -> int:
    return sum(receipt.kind == kind for _, receipt in list(station.receipts.values()))


def wait_finished(station, fleet, without=()) -> None:
    """Wait until all others told that they finished; fail with what the rest told instead."""

    def unfinished():
        told = {name: station.kinds(name, "a1") for name in fleet.names if name not in without}
        return {name: kinds for name, kinds in told.items() if "finished" not in kinds}

    wait_until(lambda: not unfinished(), LIMIT, lambda: f"all have finished: {unfinished()}")


def test_twenty_loudspeakers_play_two_seconds_as_one_and_tell_it(tmp_path, broker):
    with running(tmp_path, broker) as (station, fleet), Lateness() as lateness:
        ready = fleet.wait_ready()
        assert (ready["connected"], ready["told_offline"]) == (NODES, [])
        airing = plan(station, 2, in_s=fleet.at_least(7))
        wait_finished(station, fleet)
        spread = SPREAD_MS + 2 * lateness.about(airing.starts_at)
        assert part(deviations(fleet), 0.99) < spread
        for name in fleet.names:
            assert [str(kind) for kind in station.kinds(name, "a1")] == ["fetched", "started", "finished"]
        wait_until(lambda: len(fleet.items("ended")) == NODES, LIMIT, "all ends are told")
        assert {item["heard_ms"] for item in fleet.items("ended")} == {2000}
        # What nodes say of their start is as true as their clocks: within the bound that they give.
        true_at = {item["node"]: datetime.fromisoformat(item["true_at"]) for item in fleet.items("began")}
        for name in fleet.names:
            started = station.of(name, "a1")[1]
            assert abs(started.at - true_at[name]) < timedelta(milliseconds=started.clock_error_ms + 1)
            assert abs(started.at - airing.starts_at) < timedelta(milliseconds=spread)
        assert fleet.terminate() == 0
        assert fleet.told("stopped")[0]["counts"]["ended"] == NODES


async def is_calm_when_ready(fleet, facts) -> bool:
    facts.start()
    try:
        await fleet.start()
        return fleet.is_quiet(0)
    finally:
        await fleet.stop()
        facts.stop()


def test_a_fleet_is_ready_when_nothing_is_left_of_what_came_with_its_connections(tmp_path, broker):
    with StationOnMqtt(broker.url) as station:
        station.publish_keys()
        station.publish_policy("56", loudest=70)
        told = FleetProcess(tmp_path, broker.url, station, 200).spec_path.read_text()
        facts = FactLines(io.BytesIO())
        assert asyncio.run(is_calm_when_ready(Fleet(FleetSpec.model_validate_json(told), facts), facts))


async def seconds_until_ready(fleet) -> float:
    began = asyncio.get_running_loop().time()
    await fleet.start()
    taken = asyncio.get_running_loop().time() - began
    await fleet.stop()
    return taken


def test_a_fleet_gets_power_over_the_time_that_it_was_told(tmp_path, broker):
    with StationOnMqtt(broker.url) as station:
        told = FleetProcess(tmp_path, broker.url, station, 4, powered_within_s=2.0).spec_path.read_text()
        fleet = Fleet(FleetSpec.model_validate_json(told), FactLines(io.BytesIO()))
        assert asyncio.run(seconds_until_ready(fleet)) >= 2


def test_a_fleet_killed_in_the_middle_goes_on_when_it_starts_again_and_is_heard_once(tmp_path, broker):
    with running(tmp_path, broker) as (station, fleet):
        fleet.wait_ready()
        plan(station, fleet.at_least(6) + 3, in_s=fleet.at_least(7))
        wait_until(lambda: len(fleet.items("began")) == NODES, LIMIT, "all have begun")
        wait_until(lambda: count(station, "started") == NODES, LIMIT, "all starts are committed")
        fleet.kill()
        fleet.start()
        wait_finished(station, fleet)
        for name in fleet.names:
            kinds = [str(kind) for kind in station.kinds(name, "a1")]
            assert kinds == ["fetched", "started", "started", "finished"], station.of(name, "a1")
            again = station.of(name, "a1")[2]
            assert again.offset_ms > 1000
        wants = len(station.wants)
        fleet.kill()
        fleet.start()
        fleet.wait_ready()
        assert count(station, "finished") == NODES
        assert len(station.wants) == wants


def test_a_broker_killed_while_they_wait_changes_nothing(tmp_path, broker):
    with running(tmp_path, broker) as (station, fleet), Lateness() as lateness:
        fleet.wait_ready()
        airing = plan(station, 2, in_s=fleet.at_least(9))
        wait_until(lambda: count(station, "fetched") == NODES, LIMIT, "all have fetched")
        broker.kill()
        wait_until(lambda: len(fleet.items("began")) == NODES, LIMIT, "all have begun")
        broker.start()
        wait_until(lambda: count(station, "finished") == NODES, LIMIT, "all receipts have come")
        assert part(deviations(fleet), 0.99) < SPREAD_MS + 2 * lateness.about(airing.starts_at)
        assert all(station.kinds(name, "a1").count("started") == 1 for name in fleet.names)


def test_each_tenth_writes_what_came_out_of_its_loudspeaker(tmp_path, broker):
    tapes = tmp_path / "tapes"
    with running(tmp_path, broker, record_dir=str(tapes)) as (station, fleet), Lateness() as lateness:
        fleet.wait_ready()
        data = id3_of(Origin.MACHINE) + beep(2)
        airing = plan(station, 2, in_s=fleet.at_least(7), data=data)
        wait_until(lambda: len(fleet.items("recorded")) == 2, LIMIT, "the tapes are written")
        assert fleet.terminate() == 0
    whole, _ = soundfile.read(io.BytesIO(data), dtype="int16")
    for name in ("n0000", "n0010"):
        samples, rate = soundfile.read(tapes / f"a1.{name}.wav", dtype="int16")
        assert rate == RATE
        assert soundfile.info(tapes / f"a1.{name}.wav").subtype == "PCM_16"
        assert origin_in_file(tapes / f"a1.{name}.wav") is Origin.MACHINE
        assert np.array_equal(samples, whole[: len(samples)])
        assert len(samples) == 2 * RATE
        sidecar = json.loads((tapes / f"a1.{name}.json").read_text())
        assert abs(sidecar["deviation_ms"]) < SPREAD_MS + 2 * lateness.about(airing.starts_at)
        assert {"node", "airing", "started_at", "planned_at"} <= sidecar.keys()


def test_those_on_metered_links_play_the_opus_and_all_begin_as_one(tmp_path, broker):
    with running(tmp_path, broker, metered_percent=50) as (station, fleet), Lateness() as lateness:
        fleet.wait_ready()
        mp3 = station.add_recording(beep(2), 2000)
        data = encode_opus([rising(2)], RATE, 20, Origin.MACHINE)
        opus = station.add_recording(data, 2000, codec="opus", sample_rate=48_000)
        approved = station.approval(
            mp3, renditions=(Rendition(recording=opus, codec="opus", size=len(data)),)
        )
        start = datetime.now(UTC) + timedelta(seconds=fleet.at_least(7))
        station.publish_plan("56.1", station.airing("a1", mp3, start, 2000, approval=approved))
        wait_finished(station, fleet)
        played = {name: {one.recording for one in station.of(name, "a1")} for name in fleet.names}
        metered = {name for name in fleet.names if crc32(name.encode()) % 100 < 50}
        assert 3 < len(metered) < NODES - 3
        assert played == {name: {opus if name in metered else mp3} for name in fleet.names}
        assert part(deviations(fleet), 0.99) < SPREAD_MS + 2 * lateness.about(start)


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_told_faults_strike_as_told_and_all_others_finish_once(tmp_path, broker):
    # a chunk that is lost four times in a row would come too late: once in a thousand runs
    faults = {"offline": 0.1, "loss": 0.05, "reboot": 0.15}
    with running(tmp_path, broker, 40, fail=faults) as (station, fleet):
        ready = fleet.wait_ready()
        away, cycled = set(ready["told_offline"]), set(ready["told_to_reboot"])
        assert (len(away), len(cycled)) == (4, 6)
        # time to ask again for what is lost thrice, and to be cut while it sounds
        plan(station, 24, in_s=fleet.at_least(14))
        wait_finished(station, fleet, without=away)
        finished = [name for name in fleet.names if "finished" in station.kinds(name, "a1")]
        assert set(finished) == set(fleet.names) - away
        assert all(station.kinds(name, "a1").count("finished") == 1 for name in finished)
        assert not any("started" in station.kinds(name, "a1") for name in away)
        assert fleet.terminate() == 0
        counts = fleet.told("stopped")[0]["counts"]
        assert counts["power-cuts"] == 2 + len(cycled)
        assert counts["chunks-lost"] > 0


def test_a_storage_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    spec, taken = tmp_path / "fleet.json", tmp_path / "file"
    taken.write_text("no folder")
    told = {"broker": "mqtt://127.0.0.1:1", "root_public": "x", "nodes": [], "storage": str(taken)}
    spec.write_text(json.dumps(told))
    with subprocess.Popen(
        [sys.executable, "-m", "simulator", "--spec", str(spec)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.wait(LIMIT) == 1
        assert process.stderr.read().decode().startswith("Mô phỏng dừng vì không ghi được")


def test_faults_that_cannot_be_read_are_told_in_a_sentence(tmp_path):
    spec = tmp_path / "fleet.json"
    told = {"broker": "mqtt://127.0.0.1:1", "root_public": "x", "nodes": [], "storage": str(tmp_path)}
    spec.write_text(json.dumps({**told, "fail": "offline=often"}))
    ended = run_with(spec)
    assert ended.returncode == 2
    assert ended.stderr.decode().startswith("Tỷ lệ “often” của “offline” không phải là số.")


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_a_fleet_dies_with_its_parent_and_leaves_wills(tmp_path, broker):
    with running(tmp_path, broker) as (station, fleet):
        fleet.wait_ready()
        wait_until(lambda: len(station.states) == NODES, LIMIT, "all are born")
        assert fleet.close_stdin() == 0
        wait_until(lambda: len(station.states) == 2 * NODES, LIMIT, "all wills are told")
        assert {state.online for state in station.states[NODES:]} == {False}


def test_without_a_broker_a_fleet_still_ends_when_told(tmp_path, free_port):
    folder = tmp_path
    with StationThatIsNotThere() as station:
        fleet = FleetProcess(folder, f"mqtt://127.0.0.1:{free_port}", station, 5)
        fleet.start()
        wait_until((folder / "storage" / "nodes.sqlite").exists, LIMIT, "the fleet has begun")
        assert fleet.terminate() == 0
    assert fleet.told("ready") == []
    assert len(fleet.told("stopped")) == 1


class StationThatIsNotThere:
    """Only keys: nobody can be reached."""

    def __enter__(self):
        return SmallStation(lambda: datetime.now(UTC), lambda *_: None)

    def __exit__(self, *_):
        return None


def test_a_spec_that_cannot_be_read_is_the_callers_mistake(tmp_path):
    spec = tmp_path / "fleet.json"
    spec.write_text('{"nodes": 3}')
    ended = run_with(spec)
    assert ended.returncode == 2
    assert "Không đọc được cấu hình mô phỏng" in ended.stderr.decode()
    assert ended.stdout == b""


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_a_fleet_that_a_person_starts_goes_on_when_its_input_ends(tmp_path, broker):
    spec = tmp_path / "fleet.json"
    storage = str(tmp_path / "storage")
    told = {"broker": broker.url, "root_public": "x" * 43, "nodes": [], "storage": storage}
    spec.write_text(json.dumps(told))
    with subprocess.Popen(
        [sys.executable, "-m", "simulator", "--spec", str(spec)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as process:
        assert b"ready" in process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.terminate()
        assert process.wait(LIMIT) == 0
