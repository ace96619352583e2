"""Measures what decides how big a station may get; prints a table that no test asserts.

Run by `make bench`; `--voice` also has the offline voice speak, which takes a minute.
"""

import argparse
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table, insert

from controller.runtime.wants import deal
from controller.store import Store
from devices.ids import Grade, NodeId, RecordingId, Role
from devices.jose import SigningKey
from devices.messages import Plan, PlannedAiring, TimeReply
from devices.plan import timetable, what_sounds
from devices.signing import TrustedKeys, sign, verify
from devices.statements import KeySet
from schedules.recurrence import Daily, occurrences
from tests.benchmarks.reading_speed import reading_speed
from tests.support.stored_rows import sqlite_url
from tts.normalization import read
from tts.phrases import phrases

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
PROVINCE_NODES = 3_300
CHUNKS = 77  # seven minutes of speech
SAMPLES = Path(__file__).parents[2] / "tts" / "samples"


def seconds_for(act, at_least=0.5):
    """Return the seconds of one call, the best of three rounds."""
    best = float("inf")
    for _ in range(3):
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < at_least / 3:
            act()
            count += 1
        best = min(best, (time.perf_counter() - began) / count)
    return best


def reading():
    text = (SAMPLES / "decision-1322.txt").read_text(encoding="utf-8")
    taken = seconds_for(lambda: phrases(read(text)))
    yield "a legal text read and cut into phrases", f"{len(text) / taken:,.0f} characters a second"


def planning():
    plan = Plan(
        target="56",
        version=1,
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
        airings=tuple(
            PlannedAiring(
                airing=f"airing-{n}",
                recording="0" * 64,
                approval="0" * 64,
                starts_at=NOW + timedelta(minutes=10 * n),
                latest_start_at=NOW + timedelta(minutes=10 * n + 5),
                duration_ms=900_000,
                grade=list(Grade)[n % 3],
                volume=70,
            )
            for n in range(100)
        ),
    )
    at = NOW + timedelta(hours=8)
    yield (
        "what sounds, of 100 planned airings",
        f"{seconds_for(lambda: what_sounds([plan], [], at)) * 1e6:,.0f} µs",
    )
    day = seconds_for(lambda: timetable([plan], [], NOW, NOW + timedelta(days=1)))
    yield "timetable of a day from the same plan", f"{day * 1e3:,.1f} ms"
    rule = Daily(at=wall_time(5), first=NOW.date())
    fortnight = seconds_for(lambda: occurrences(rule, NOW, NOW + timedelta(days=14)))
    yield "14 days of a daily rule", f"{fortnight * 1e6:,.0f} µs"


def signing():
    key = SigningKey.generate(Role.STATION, NOW, timedelta(days=365))
    keys = KeySet(version=1, issued_at=NOW, expires_at=NOW + timedelta(days=365), keys=(key.public(),))
    trusted = TrustedKeys.of(keys)
    stamp, at = iter(range(10**9)), int(NOW.timestamp() * 1e6)

    def reply():
        return TimeReply(node="n", sent_us=next(stamp), received_us=at, replied_us=at)

    signed = seconds_for(lambda: sign(reply(), key))
    both = seconds_for(lambda: verify(sign(reply(), key), TimeReply, trusted, NOW))
    yield "a time reply signed", f"{1 / signed:,.0f} a second"
    yield "a signed message checked", f"{1 / (both - signed):,.0f} a second"


def dealing():
    rng = random.Random(1)
    lacking = {
        NodeId(f"node-{n}"): frozenset(k for k in range(CHUNKS) if rng.random() < 0.02)
        for n in range(PROVINCE_NODES)
    }
    recording = RecordingId("0" * 64)
    taken = seconds_for(lambda: deal(recording, lacking))
    yield f"a round of repairs dealt out to {PROVINCE_NODES:,} nodes", f"{taken * 1e3:,.0f} ms"


def storing():
    facts = Table("facts", MetaData(), Column("id", Integer, primary_key=True), Column("value", Integer))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(sqlite_url(Path(folder) / "bench.sqlite"))
        with store.write() as session:
            facts.create(session.connection())

        def commit(rows):
            with store.write() as session:
                session.execute(insert(facts), [{"value": n} for n in range(rows)])

        one, many = seconds_for(lambda: commit(1)), seconds_for(lambda: commit(500))
        store.close()
    yield "transactions of one row (SQLite, synced)", f"{1 / one:,.0f} a second"
    yield "rows in transactions of 500", f"{500 / many:,.0f} a second"


def speaking():
    from tts.engines.kokoro import KokoroEngine

    with tempfile.TemporaryDirectory() as folder:
        engine = KokoroEngine(Path(folder))
        began = time.perf_counter()
        engine.prepare()
        yield "the voice prepared for the first time", f"{time.perf_counter() - began:,.1f} s"
        sentence = read("Ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em vào sáng thứ bảy.").spoken
        sound = engine.speak(sentence, engine.voices[0].name, 1.0)
        taken = seconds_for(lambda: engine.speak(sentence, engine.voices[0].name, 1.0), at_least=6)
    yield "speech by one process", f"{sound.seconds / taken:.1f} times real time"


def main():
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--voice", action="store_true", help="speak, too")
    parts = [reading, reading_speed, planning, signing, dealing, storing]
    if options.parse_args().voice:
        parts.append(speaking)
    print("| what | measured |\n|---|---|")  # noqa: T201
    for part in parts:
        for what, figure in part():
            print(f"| {what} | {figure} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
