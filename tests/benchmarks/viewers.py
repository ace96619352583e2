"""Measures what a station uses while people look at live pages and 1,000 nodes report; no test asserts it.

Run by `make viewers`. The station has a process of its own, so that its processor time is pages, database,
plans and what nodes tell. A broadcast sounds everywhere meanwhile; half of
the viewers look at Hôm nay and half at the broadcast's own page. `docs/benchmarks.md` has figures.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select

from controller.host.station_keys import Secrets
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.first_people import OFFICER
from controller.trial.bench_emergency import emergency_ground

_SETTLED = 20  # seconds: streams are open, the broadcast's first receipts are written


async def _look(port, cookie, path, told):
    """Open one stream as a browser does; count what comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: loa={cookie}\r\n\r\n"
        writer.write(request.encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 200"), path
        while words := await reader.read(65536):
            told["bytes"] += len(words)
    finally:
        writer.close()


async def _look_all(port, cookie, paths, seconds):
    told = {"bytes": 0}
    looking = [asyncio.create_task(_look(port, cookie, path, told)) for path in paths]
    await asyncio.sleep(seconds)
    ended = [one for one in looking if one.done()]
    for one in looking:
        one.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    return told | {"ended": len(ended)}


def look(port, cookie, paths, seconds):
    """Look at the live pages in this process and print what came."""
    print(json.dumps(asyncio.run(_look_all(port, cookie, paths, seconds))))  # noqa: T201


def signed_in(port, home):
    """Return the cookie of the officer's session."""
    words = urlencode({"ten": OFFICER, "mat_khau": Secrets(home).passwords()[OFFICER]})
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    connection.request("POST", "/dang-nhap", words, headers)
    reply = connection.getresponse()
    assert reply.status == HTTPStatus.SEE_OTHER, reply.read()
    return SimpleCookie(reply.getheader("set-cookie"))["loa"].value


def sounding(station):
    with station.store.read() as session:
        return session.scalars(select(Airing.id).where(Airing.state == AiringState.SOUNDING)).first()


def measured(station, home, viewers, seconds):
    """Return the station's processor seconds a second, and what the viewers got."""
    port, airing = urlsplit(station.told["address"]).port, sounding(station)
    paths = ["/song" if n % 2 == 0 else f"/song/phat/{airing}" for n in range(viewers)]
    asked = json.dumps([port, signed_in(port, home), paths, _SETTLED + seconds + 5])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.viewers", "--look", asked], stdout=subprocess.PIPE
    ) as others:
        time.sleep(_SETTLED)
        used, began = station.used().seconds, time.monotonic()
        time.sleep(seconds)
        used, taken = station.used().seconds - used, time.monotonic() - began
        told = json.loads(others.communicate()[0])
    return used / taken, told


def main(nodes, viewers, seconds):
    with emergency_ground(nodes) as (bench, home):
        bench.make_ready(2 * (seconds + _SETTLED + 10))
        print("| live pages | processor seconds a second | sent a viewer |\n|---|---|---|")  # noqa: T201
        for number in (0, viewers):
            share, told = measured(bench.station, home, number, seconds)
            assert told["ended"] == 0, f"{told['ended']} streams ended before their time"
            each = told["bytes"] / 1000 / max(1, number)
            who = f"{number} viewers, {bench.reachable:,} nodes reporting"
            print(f"| {who} | {share:.2f} | {each:.0f} kB |", flush=True)  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1_000)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--look", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.look:
        look(*json.loads(asked.look))
    else:
        main(asked.nodes, asked.viewers, asked.seconds)
