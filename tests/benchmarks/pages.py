"""Measures every page of a province of 5,000 nodes and 100,000 airings; prints a table that no test asserts.

Run by `make pages`. A page costs the processor time of its HTML, the client's own milliseconds with it: the
least of several rounds, because other work on the machine only ever adds. `docs/benchmarks.md` has figures.
"""

import argparse
import itertools
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, insert, select, update
from starlette.testclient import TestClient

from controller.features.areas.queries import known_areas
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Delivery, Target
from controller.model.fleet import Node, NodePosition, PositionSource
from controller.site import make_site
from controller.trial.simulated import place_around
from tests.browser.days_shown import tell_a_day
from tests.browser.shots import SHOTS
from tests.integration.web.site_world import Seeds

DAYS_BACK, DAYS_AHEAD = 365, 14
WITH_DELIVERIES = 30  # days; a year of them for 5,000 nodes would be the database's own benchmark
_ROUNDS = 7
_AT_ONCE = 5000


def add_nodes(world, shown, nodes):
    """Add nodes to every commune, each with its place on the map."""
    with world.store.write() as session:
        session.execute(insert(Node), list(_nodes(world, _row(session, Node, shown["node_id"]), nodes)))
        session.execute(insert(NodePosition), list(_positions(session, world)))


def enlarge(world, shown, nodes, airings):
    """Add nodes to every commune, and airings over a year: past ones heard, coming ones planned."""
    add_nodes(world, shown, nodes)
    with world.store.write() as session:
        heard = _row(session, Airing, shown["heard"])
        for rows in _batches(_airings(world, heard, airings), _AT_ONCE):
            session.execute(insert(Airing), [airing for airing, _ in rows])
            session.execute(insert(Target), [target for _, target in rows])
        _deliver(session, world)


def _row(session, table, name):
    return dict(session.execute(select(table.__table__).where(table.id == name)).mappings().one())


def _nodes(world, pattern, nodes):
    rounds = len(world.communes)
    for number in range(nodes - len(world.nodes)):
        code, place = world.communes[number % rounds], 3 + number // rounds
        yield pattern | {"id": f"loa-{code}-{place}", "name": f"Cụm {place}", "area": code}


def _positions(session, world):
    """Yield a place for each node that has none."""
    known, areas = set(session.scalars(select(NodePosition.node))), world.ask(known_areas)
    for number, (node, area) in enumerate(session.execute(select(Node.id, Node.area))):
        if node not in known:
            latitude, longitude = place_around(areas[area].latitude, areas[area].longitude, number % 80)
            row = {"node": node, "latitude": latitude, "longitude": longitude, "set_at": world.now()}
            yield row | {"source": PositionSource.FILE, "accuracy_m": None, "set_by": None}


def _batches(rows, size):
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _airings(world, heard, airings):
    """Yield rows of airings with their targets, dealt out evenly over communes and days."""
    begin, days = world.now() - timedelta(days=DAYS_BACK), DAYS_BACK + DAYS_AHEAD
    for number in range(airings):
        area = world.communes[number % len(world.communes)]
        at = begin + timedelta(days=days * number / airings)
        is_past = at < world.now() - timedelta(hours=1)
        row = heard | {"id": f"nhieu-{number}", "starts_at": at, "asked_at": at}
        row |= {"latest_start_at": at + timedelta(minutes=10), "ended_at": at if is_past else None}
        row |= {"state": AiringState.AIRED if is_past else AiringState.PLANNED}
        yield row, {"airing": row["id"], "area": area, "starts_at": at}


def _deliver(session, world):
    """Have the airings of the last weeks heard by all nodes of their commune."""
    since = world.now() - timedelta(days=WITH_DELIVERIES)
    by_area = {}
    for node, area in session.execute(select(Node.id, Node.area)):
        by_area.setdefault(area, []).append(node)
    recent = select(Airing.id, Airing.starts_at, Target.area).join(Target, Target.airing == Airing.id)
    recent = recent.where(
        Airing.id.like("nhieu-%"), Airing.starts_at > since, Airing.state == AiringState.AIRED
    )
    rows = (
        {"airing": airing, "node": node, "area": area, "rung": 3, "started_at": at, "finished_at": at}
        for airing, at, area in session.execute(recent).all()
        for node in by_area[area]
    )
    for batch in _batches(rows, _AT_ONCE * 10):
        session.execute(insert(Delivery), batch)


class Counter:
    """Counts the queries of a database."""

    def __init__(self, store):
        self.number = 0
        event.listen(store._engine, "before_cursor_execute", self._on_query)

    def _on_query(self, *_):
        self.number += 1


def measured(world, seeds, shots, shown, database_s=lambda: 0.0):
    """Yield for each page: milliseconds of a processor here, and in the database, queries, kB of HTML."""
    site, counter = make_site(world), Counter(world.store)
    for shot in shots:
        client = TestClient(site, follow_redirects=False)
        client.headers["accept-encoding"] = "identity"
        if shot.who is not None:
            client.cookies.set("loa", seeds.tokens[shot.who])
        place, best, best_there = shot.place.format(**shown), float("inf"), float("inf")
        for _ in range(_ROUNDS):
            counter.number, began_there, began = 0, database_s(), time.process_time()
            reply = client.get(place)
            best = min(best, time.process_time() - began)
            best_there = min(best_there, database_s() - began_there)
        assert reply.status_code == 200, f"{place}: {reply.status_code}"
        yield shot, 1000 * best, 1000 * best_there, counter.number, len(reply.content) / 1000


def report(title, rows):
    print(f"\n{title}\n\n| page | ms | database ms | queries | kB |\n|---|---|---|---|---|")  # noqa: T201
    for shot, taken, there, queries, size in sorted(rows, key=lambda row: -max(row[1], row[2])):
        print(f"| {shot.row} ({shot.name}) | {taken:.0f} | {there:.0f} | {queries} | {size:.0f} |")  # noqa: T201


def main(nodes, airings, only):
    with tempfile.TemporaryDirectory() as kept:
        seeds = Seeds(Path(kept))
        (Path(kept) / "world").mkdir()
        world = seeds.world(Path(kept) / "world")
        shown = tell_a_day(world)
        enlarge(world, shown, nodes, airings)
        shots = [shot for shot in SHOTS if not only or shot.name in only]
        report(f"{nodes:,} nodes, {airings:,} airings", measured(world, seeds, shots, shown))
        with world.store.write() as session:
            lost = {"online": False, "online_at": world.now() - timedelta(minutes=20)}
            session.execute(update(Node).values(lost))
        shaken = [shot for shot in shots if shot.row in {"/", "/su-co", "/cum-loa", "/ban-do"}]
        report("the same, all nodes lost at once", measured(world, seeds, shaken, shown))
        world.store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=5_000)
    parser.add_argument("--airings", type=int, default=100_000)
    parser.add_argument("--only", nargs="*", default=(), help="names of pages, as in tests/browser/shots.py")
    asked = parser.parse_args()
    main(asked.nodes, asked.airings, asked.only)
