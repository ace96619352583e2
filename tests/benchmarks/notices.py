"""Measures the time from an emergency's call to the pushes to the second person; no test asserts it.

`python -m tests.benchmarks.notices`. The sender is the station's own, on SQLite; the push service is on
loopback and decrypts what it gets. docs/benchmarks.md has figures.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from controller.clocks import utc_now
from controller.features.emergencies.service import WantedCall, call_emergency, decline_emergency
from controller.features.notice_ways.service import WantedNotices, add_push
from controller.host.web_push import public_push_key
from controller.model.notice_ways import NoticeTopic
from controller.runtime.notice_sender import NoticeSender, ways_by
from controller.settings import Settings
from controller.trial.percentiles import nearest_rank
from tests.support.alarms import prepared
from tests.support.notice_receivers import PostServer, SubscribedBrowser
from tests.support.station_world import NHA_TRANG, PASSWORD, SqliteWorlds

CALLS, PHONES = 30, 20


def main() -> None:
    settings = Settings(push_services="127.0.0.1")
    with tempfile.TemporaryDirectory() as folder, PostServer() as server:
        world = SqliteWorlds().world(Path(folder))
        name = prepared(world)
        everything = WantedNotices(list(NoticeTopic))
        phones = [SubscribedBrowser(server, f"/push/{number}") for number in range(PHONES)]
        for number, phone in enumerate(phones):  # ten each: an approver, and the clerk of the province
            by = (world.approver, world.clerk)[number % 2]
            given = {"name": "Máy", "endpoint": phone.endpoint, "keys": phone.keys, "wanted": everything}
            world.do(add_push, **given, settings=settings, by=by)
        sender = NoticeSender(world.store, ways_by(settings, world.store.signer), utc_now, lambda: True)
        world.store.on_commit(sender.decided)
        sender.start()
        first, last = [], []
        for _ in range(CALLS):
            world.now, before = utc_now(), len(server.posts)
            asked = WantedCall([NHA_TRANG], name)
            begun = time.monotonic()
            row = world.do(call_emergency, asked, by=world.officer, password=PASSWORD).row
            while len(server.posts) < before + PHONES // 2:
                time.sleep(0.002)
            first.append(1000 * (server.posts[before].at - begun))
            last.append(1000 * (server.posts[-1].at - begun))
            world.do(decline_emergency, row.id, by=world.officer)
        sender.stop()
        for phone in phones:
            phone.read(public_push_key(world.store.signer))
        world.store.close()
    told = {"calls": CALLS, "phones": PHONES // 2}
    for name, found in (("first", first), ("last", last)):
        told |= {f"{name}_ms_{share}": round(nearest_rank(found, share)) for share in (50, 99)}
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
