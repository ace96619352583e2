"""What a board knows of the time beside the station, each with a bound that holds."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from devices.board.gpsd import WATCH, Gpsd, told_by
from devices.board.raw_clock import RawClock
from devices.board.time_sources import NtpClock, Rtc
from devices.ids import ClockSource
from devices.kernel_clock import KernelClock, kernel_clock

CLOCK = RawClock()
NOON = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def ntp(tmp_path, *, is_good=True, most_ms=40):
    known = KernelClock(is_good, most_ms * MILLISECOND)
    return NtpClock(CLOCK, lambda: known, tmp_path / "synchronized")


def test_a_raw_clock_goes_on_and_begins_elsewhere_each_time():
    first, then = CLOCK.now(), CLOCK.now()
    assert timedelta() <= then - first < timedelta(seconds=1)
    assert abs(RawClock().now() - then) > timedelta(seconds=1)
    assert CLOCK.at(CLOCK.seconds_at(then)) - then < timedelta(microseconds=2)


def test_a_disciplined_system_clock_tells_the_time_and_the_kernels_bound(tmp_path):
    told = ntp(tmp_path).told()
    assert told.source is ClockSource.NTP
    assert abs(told.utc - datetime.now(UTC)) < timedelta(seconds=5)
    assert 40 * MILLISECOND <= told.error < 60 * MILLISECOND
    assert abs(told.at - CLOCK.now()) < timedelta(seconds=5)


def test_a_clock_that_nothing_disciplines_tells_nothing(tmp_path):
    assert ntp(tmp_path, is_good=False).told() is None


def test_where_systemd_timesyncd_sets_the_clock_its_limit_counts(tmp_path):
    (tmp_path / "synchronized").touch()
    told = ntp(tmp_path).told()
    assert timedelta(seconds=5) < told.error < timedelta(seconds=5.1)


def test_the_kernel_answers():
    known = kernel_clock()
    assert known.most_error >= timedelta()


@pytest.fixture
def shown(tmp_path):
    return tmp_path / "since_epoch"


def rtc(shown, at=None, ppm=50.0):
    if at is not None:
        shown.write_text(f"{at}\n")
    return Rtc(CLOCK, shown, ppm)


def test_after_a_power_cut_an_rtc_tells_how_long_the_board_was_off(shown):
    document = rtc(shown, 1_000_000).note(NOON, 20 * MILLISECOND)
    told = rtc(shown, 1_000_000 + 86_400).told(document)
    assert told.source is ClockSource.RTC
    assert told.utc == NOON + timedelta(days=1)
    assert told.error == timedelta(seconds=0.02 + 1 + 86_400 * 50e-6)


def test_a_better_crystal_has_a_smaller_bound(shown):
    document = rtc(shown, 0).note(NOON, timedelta())
    assert rtc(shown, 10 * 86_400, ppm=3.5).told(document).error < timedelta(seconds=4.1)


@pytest.mark.parametrize("document", [None, b"", b"{}", b"[]", b'{"shows": "x"}'])
def test_an_rtc_that_was_never_compared_tells_nothing(shown, document):
    assert rtc(shown, 1_000_000).told(document) is None


def test_an_rtc_without_its_battery_tells_nothing(shown):
    document = rtc(shown, 1_000_000).note(NOON, timedelta())
    assert rtc(shown, 946_684_800 - 946_684_790).told(document) is None


def test_a_board_without_an_rtc_tells_and_notes_nothing(shown):
    assert rtc(shown).note(NOON, timedelta()) is None
    assert rtc(shown).told(b'{"shows": 1, "utc": "2026-06-01T05:00:00+00:00", "error_s": 0}') is None


def test_the_rtc_is_compared_every_ten_minutes_and_at_once_after_somebody_set_it(shown):
    one = rtc(shown, 1000)
    assert one.note(NOON, timedelta(seconds=2)) is None, "the time is not known well enough"
    assert one.note(NOON, timedelta()) is not None
    rtc(shown, 1060)
    assert one.note(NOON + timedelta(seconds=60), timedelta()) is None
    rtc(shown, 30_000)
    assert json.loads(one.note(NOON + timedelta(seconds=70), timedelta()))["shows"] == 30_000
    rtc(shown, 30_600)
    assert one.note(NOON + timedelta(seconds=670), timedelta()) is not None


FIX = b'{"class":"TPV","mode":3,"time":"2026-06-01T05:00:00.000Z","ept":0.005}\n'


def test_a_fix_of_gpsd_tells_the_time_in_the_middle_of_the_second_after_it():
    told = told_by(FIX, CLOCK.now())
    assert told.source is ClockSource.GPS
    assert told.utc == NOON + timedelta(seconds=0.5)
    assert told.error == timedelta(seconds=0.505)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"no json",
        b"[]",
        b'"TPV"',
        b'{"class":"SKY"}',
        b'{"class":"TPV","mode":1,"time":"2026-06-01T05:00:00Z"}',
        b'{"class":"TPV","mode":3}',
        b'{"class":"TPV","mode":3,"time":"today"}',
        b'{"class":"TPV","mode":3,"time":"2026-06-01T05:00:00"}',
        b'{"class":"TPV","mode":"3","time":"2026-06-01T05:00:00Z"}',
        b'{"class":"TPV","mode":3,"time":"2026-06-01T05:00:00Z","ept":-1}',
        b'{"class":"TPV","mode":3,"time":"2026-06-01T05:00:00Z","ept":1e300}',
        b'{"class":"TPV","mode":3,"time":"9999-12-31T23:59:59.9Z"}',
        b"[" * 60_000,
    ],
)
def test_other_lines_of_gpsd_tell_nothing(line):
    assert told_by(line, CLOCK.now()) is None


def test_gpsd_is_asked_to_report_and_its_fixes_are_passed_on():
    async def story():
        asked, told = [], asyncio.Event()

        async def serve(reader, writer):
            asked.append(await reader.readline())
            writer.write(b'{"class":"VERSION"}\n' + FIX)
            await writer.drain()
            await told.wait()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        heard = []

        def tell(time):
            heard.append(time)
            told.set()

        port = server.sockets[0].getsockname()[1]
        listening = asyncio.create_task(Gpsd(CLOCK, tell, "127.0.0.1", port).run())
        await asyncio.wait_for(told.wait(), 10)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        server.close()
        return asked, heard

    asked, heard = asyncio.run(story())
    assert asked == [WATCH]
    assert [one.source for one in heard] == [ClockSource.GPS]


def test_a_line_without_end_is_refused_and_gpsd_is_asked_again_later():
    async def story():
        async def serve(_, writer):
            writer.write(b"x" * 200_000)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        listening = asyncio.create_task(Gpsd(CLOCK, lambda _: None, "127.0.0.1", port).run())
        done, _ = await asyncio.wait({listening}, timeout=1)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        server.close()
        return done

    assert asyncio.run(story()) == set()
