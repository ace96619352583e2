"""What a station has in its database is there after an upgrade, on SQLite and on PostgreSQL."""

import json
from datetime import UTC, datetime

from sqlalchemy import column, insert, select, table, text

from controller.model.areas import Area
from controller.model.base import UtcDateTime
from controller.model.bulletins import Recording
from controller.model.fleet import Node
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.store import Store, migrating
from devices.chunks import digest, manifest_of, split
from devices.messages import Plan
from devices.wire_types import parse

NOON = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)
NODES = table(
    "nodes",
    column("enrolled_at", UtcDateTime()),
    *(column(name) for name in ("id", "area", "name", "session", "online", "software", "vitals")),
)
"""As the first releases wrote it: an insert of today's row would name columns that were not there yet."""


def test_what_nodes_told_before_they_had_columns_for_it_is_in_them_afterwards(url):
    told = {"clock_error_ms": 0.8, "storage_free": 2**40, "sounding": "a1", "mains": False, "volume": 70}
    store = Store(url)
    migrating.upgrade(store._engine, "0014")
    old = {"area": "56", "name": "Cụm 1", "enrolled_at": NOON, "session": 1, "online": False, "software": ""}
    with store.write() as session:
        session.execute(insert(Area).values(code="56", name="Tỉnh Khánh Hòa", kind="Tỉnh"))
        for name, words in (("told", json.dumps(told)), ("mute", "null")):
            session.execute(insert(NODES).values(id=name, vitals=text(":words"), **old), {"words": words})
    store.upgrade()
    with store.read() as session:
        one, other = session.get(Node, "told"), session.get(Node, "mute")
    assert (one.clock_error_ms, one.storage_free, one.sounding, one.mains) == (0.8, 2**40, "a1", False)
    assert (one.vitals, one.level_dbfs, other.vitals, other.storage_free) == (told, None, None, None)
    store.close()


def test_manifests_of_digests_become_manifests_of_the_root_over_them_and_are_signed_anew(url):
    data = bytes(range(256)) * 20
    new = manifest_of(data, codec="mp3", sample_rate=24_000, duration_ms=1000, chunk_size=1024)
    old = new.model_dump(mode="json") | {
        "chunks": [digest(piece) for piece in split(data, 1024)],
        "https": None,
    }
    del old["root"]
    store = Store(url)
    migrating.upgrade(store._engine, "0031")
    facts = {"size": new.size, "duration_ms": 1000, "codec": "mp3", "sample_rate": 24_000}
    row = {
        "version": 1,
        "digest": "0",
        "kid": "station-1",
        "payload": "a.b.c",
        "document": "{}",
        "issued_at": NOON,
    }
    with store.write() as session:
        session.execute(insert(Recording).values(id=new.recording, manifest=old, created_at=NOON, **facts))
        for kind in DocumentKind.MANIFEST, DocumentKind.POLICY:
            session.execute(insert(Published).values(kind=kind, target="t", **row))
    store.upgrade()
    with store.read() as session:
        assert session.get(Recording, new.recording).manifest == new.model_dump(mode="json")
        kids = session.execute(select(Published.kind, Published.kid).order_by(Published.kind)).all()
        assert kids == [(DocumentKind.MANIFEST, ""), (DocumentKind.POLICY, "station-1")]
    store.close()


def test_published_plans_state_each_approval_once_afterwards_and_are_issued_anew(url):
    entry = {
        "airing": "a1",
        "recording": "0" * 64,
        "approval": "a.b.c",
        "starts_at": "2026-11-25T12:00:00.000Z",
        "latest_start_at": "2026-11-25T12:00:00.000Z",
        "duration_ms": 1,
        "grade": "routine",
        "volume": 1,
    }
    old = {"target": "56", "version": 7, "issued_at": "2026-11-25T12:00:00.000Z"}
    old["expires_at"] = "2026-11-26T12:00:00.000Z"
    old["airings"] = [entry, entry | {"airing": "a2"}]
    old["keep"] = [{"name": "k1", "recording": "0" * 64, "approval": "d.e.f"}]
    row = {"version": 7, "digest": "0", "kid": "station-1", "issued_at": NOON, "payload": "a"}
    store = Store(url)
    migrating.upgrade(store._engine, "0032")
    with store.write() as session:
        before = insert(Published).values(kind=DocumentKind.PLAN, target="56", **row)
        session.execute(before.values(document=json.dumps(old)))
    store.upgrade()
    with store.read() as session:
        plan, digest_now = session.execute(select(Published.document, Published.digest)).one()
    read = parse(Plan, plan)
    named = [read.approval_texts[one.approval] for one in (*read.airings, *read.keep)]
    assert named == ["a.b.c", "a.b.c", "d.e.f"]
    assert (len(read.approvals), digest_now) == (2, "")
    store.close()


def test_what_was_there_before_search_is_found_afterwards(url):
    store = Store(url)
    migrating.upgrade(store._engine, "0051")
    old = {"area": "56", "enrolled_at": NOON, "session": 1, "online": False, "software": ""}
    with store.write() as session:
        session.execute(insert(Area).values(code="56", name="Tỉnh Khánh Hòa", kind="Tỉnh"))
        session.execute(insert(NODES).values(id="kh-1", name="Chợ Đầm", **old))
    store.upgrade()
    with store.read() as session:
        assert session.get(Node, "kh-1").search_text == " cho dam kh 1"
    store.close()
