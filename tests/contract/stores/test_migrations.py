"""What a station has in its database is there after an upgrade, on SQLite and on PostgreSQL."""

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import column, insert, inspect, select, table, text

from controller.model.areas import Area
from controller.model.base import UtcDateTime
from controller.model.bulletins import Bulletin, Recording
from controller.model.fleet import Node
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.store import Store, migrating
from devices.chunks import digest, manifest_of, split
from devices.ids import Grade
from devices.messages import Plan
from devices.wire_types import parse
from tests.support.stored_rows import sqlite_url

NOON = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)
NODES = table(
    "nodes",
    column("enrolled_at", UtcDateTime()),
    *(column(name) for name in ("id", "area", "name", "session", "online", "software", "vitals")),
)
"""As the first releases wrote it: an insert of today's row would name columns that were not there yet."""
OLD_NODE = {"area": "56", "enrolled_at": NOON, "session": 1, "online": False, "software": ""}
TOLD = {"clock_error_ms": 0.8, "storage_free": 2**40, "sounding": "a1", "mains": False, "volume": 70}
SOUND = bytes(range(256)) * 20
MANIFEST = manifest_of(SOUND, codec="mp3", sample_rate=24_000, duration_ms=1000, chunk_size=1024)
BEFORE_SCOPES = """
INSERT INTO operators (id, name, display_name, roles, area, password_hash, created_at)
VALUES ('p', 'duyet', 'Duyệt', '[]', '56', '-', :at);
INSERT INTO bulletins (id, title, state, revision, author, area, test, created_at,
    changed_at, again_if_preempted)
VALUES ('b', 'Lũ', 'approved', 1, 'p', '56', false, :at, :at, false);
INSERT INTO prepared_recordings (id, kind, bulletin, area, created_by, created_at)
VALUES ('k', 'alarm', 'b', '56', 'p', :at)"""


def nodes_before_their_columns(session):
    session.execute(insert(Area).values(code="56", name="Tỉnh Khánh Hòa", kind="Tỉnh"))
    for name, words in (("told", json.dumps(TOLD)), ("mute", "null")):
        row = insert(NODES).values(id=name, name="Cụm 1", vitals=text(":words"), **OLD_NODE)
        session.execute(row, {"words": words})


def an_approval_without_a_scope(session):
    for statement in BEFORE_SCOPES.split(";"):
        session.execute(text(statement), {"at": "2026-11-25 12:00:00.000000+00:00"})


def a_manifest_of_digests(session):
    old = MANIFEST.model_dump(mode="json") | {
        "chunks": [digest(piece) for piece in split(SOUND, 1024)],
        "https": None,
    }
    del old["root"]
    facts = {"size": MANIFEST.size, "duration_ms": 1000, "codec": "mp3", "sample_rate": 24_000}
    session.execute(insert(Recording).values(id=MANIFEST.recording, manifest=old, created_at=NOON, **facts))
    row = {"version": 1, "digest": "0", "kid": "station-1", "issued_at": NOON, "payload": "a.b.c"}
    for kind in DocumentKind.MANIFEST, DocumentKind.POLICY:
        session.execute(insert(Published).values(kind=kind, target="t", document="{}", **row))


def a_plan_with_an_approval_twice(session):
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
    plan = insert(Published).values(kind=DocumentKind.PLAN, target="56", **row)
    session.execute(plan.values(document=json.dumps(old)))


def a_node_before_search(session):
    session.execute(insert(NODES).values(id="kh-1", name="Chợ Đầm", **OLD_NODE))


WRITTEN_AT = {
    "0014": nodes_before_their_columns,
    "0028": an_approval_without_a_scope,
    "0031": a_manifest_of_digests,
    "0032": a_plan_with_an_approval_twice,
    "0051": a_node_before_search,
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def upgraded(request, tmp_path_factory):
    """A store that was upgraded from release to release, and in which each of them wrote something."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path_factory.mktemp("upgraded") / "loa.db")
    else:
        url = request.getfixturevalue("postgres").create()
    with closing(Store(url)) as store:
        for revision, write in WRITTEN_AT.items():
            migrating.upgrade(store._engine, revision)
            with store.write() as session:
                write(session)
        store.upgrade()
        yield store


def test_what_nodes_told_before_they_had_columns_for_it_is_in_them_afterwards(upgraded):
    with upgraded.read() as session:
        one, other = session.get(Node, "told"), session.get(Node, "mute")
    assert (one.clock_error_ms, one.storage_free, one.sounding, one.mains) == (0.8, 2**40, "a1", False)
    assert (one.vitals, one.level_dbfs, other.vitals, other.storage_free) == (TOLD, None, None, None)


def test_what_was_approved_without_a_scope_is_kept_and_has_none_afterwards(upgraded):
    with upgraded.read() as session:
        assert session.get(Bulletin, "b").highest_grade is Grade.EMERGENCY


def test_manifests_of_digests_become_manifests_of_the_root_over_them_and_are_signed_anew(upgraded):
    kids = select(Published.kind, Published.kid).where(Published.target == "t").order_by(Published.kind)
    with upgraded.read() as session:
        assert session.get(Recording, MANIFEST.recording).manifest == MANIFEST.model_dump(mode="json")
        assert session.execute(kids).all() == [
            (DocumentKind.MANIFEST, ""),
            (DocumentKind.POLICY, "station-1"),
        ]


def test_published_plans_state_each_approval_once_afterwards_and_are_issued_anew(upgraded):
    with upgraded.read() as session:
        published = session.scalars(select(Published).where(Published.kind == DocumentKind.PLAN)).one()
    read = parse(Plan, published.document)
    named = [read.approval_texts[one.approval] for one in (*read.airings, *read.keep)]
    assert named == ["a.b.c", "a.b.c", "d.e.f"]
    assert (len(read.approvals), published.digest) == (2, "")


def test_what_was_there_before_search_is_found_afterwards(upgraded):
    with upgraded.read() as session:
        assert session.get(Node, "kh-1").search_text == " cho dam kh 1"


def test_deliveries_of_a_call_wait_for_no_row_but_their_own_on_postgresql(upgraded):
    with upgraded.read() as session:
        keys = inspect(session.connection()).get_foreign_keys("deliveries")
    looked_up = {key["referred_table"] for key in keys}
    assert looked_up == ({"airings", "areas", "nodes"} if upgraded.is_sqlite else set())
