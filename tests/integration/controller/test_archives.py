"""A year's archive proves itself, and nothing leaves the database for it."""

import gzip
import json
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from controller.errors import BadInput, Conflict, LoaError, NotFound, Unavailable
from controller.features.archives import operations
from controller.features.archives.extraction import proof_in
from controller.features.archives.files import digest_of, lines_of
from controller.features.archives.operations import is_there, make_archive
from controller.features.archives.queries import archives, year_to_archive
from controller.features.archives.stranger import verify_archive
from controller.features.doctor.invariants import invariants
from controller.features.evidence.verification import check_proof
from controller.features.reports.service import note_aired
from controller.host.station_keys import StationSeal
from controller.model.airings import Delivery, StoredReceipt
from controller.model.evidence import KeptDocument
from controller.model.fleet import Hardware
from controller.model.reports import AsAired
from controller.settings import Settings
from controller.store import Store
from tests.support.station_world import NODES, PROVINCE
from tests.support.stored_rows import sqlite_url

HERE, THERE = NODES[0].id, NODES[1].id
FEBRUARY = datetime(2027, 2, 5, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", province=PROVINCE, archives=tmp_path / "archives")


def aired(world, *nodes):
    """Air a bulletin in Nha Trang, heard by some of its two nodes, and note it."""
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    start = world.later(seconds=60)
    world.advance()
    for node in nodes:
        for kind, seconds in (("fetched", -30), ("started", 0), ("finished", 60)):
            world.tell(node, airing, kind, at=start + timedelta(seconds=seconds))
    world.later(seconds=120)
    world.advance()
    while world.do(note_aired):
        pass
    return airing


def _told(world):
    """Two airings of 2026 and one of 2027, and it is February of 2027."""
    old = [aired(world, HERE), aired(world, HERE, THERE)]
    world.now = FEBRUARY - timedelta(days=30)
    return [*old, aired(world, HERE)]


@pytest.fixture(scope="module")
def kept(told_once):
    return told_once(lambda world, _folder: _told(world))


@pytest.fixture
def year(world, kept, tmp_path):
    if kept is None:
        return _told(world)
    folder, year, _ = kept
    world.store.close()
    shutil.copy(folder / "loa.db", tmp_path)
    world.store = Store(sqlite_url(tmp_path / "loa.db"), signer=StationSeal(world.station_key))
    world.now = FEBRUARY - timedelta(days=30)
    return year


def made(world, settings, year=2026, *, now=FEBRUARY):
    world.now = now
    root = world.root_key.public_x
    return make_archive(world.store, settings, year, root, by=world.administrator, now=now)


def count(world, table):
    return world.ask(lambda session: session.scalar(select(func.count()).select_from(table)))


def rewritten(file, tmp_path, change):
    changed = tmp_path / "changed.gz"
    changed.write_bytes(gzip.compress("".join(f"{one}\n" for one in change(list(lines_of(file)))).encode()))
    return changed


@pytest.mark.usefixtures("year")
def test_an_archive_proves_itself_by_the_file_and_the_root_key_alone(world, settings):
    archive = made(world, settings)
    checked = verify_archive(archive.file, world.root_key.public_x)
    assert checked.findings.is_whole, checked.findings.not_proven
    assert checked.facts.receipts == archive.shown.receipts == 9
    assert "nguyên vẹn nhật ký từ mục 1 đến" in "\n".join(checked.findings.proven)
    kinds = [json.loads(one).get("part") for one in lines_of(archive.file)]
    assert kinds.count("airing") == 2  # the third is of the next year
    assert {"text", "document", "node-key", "keys", "roots"} <= set(kinds)


@pytest.mark.parametrize("part", ["receipt", "airing", "text", None])
@pytest.mark.usefixtures("year")
def test_a_line_that_was_taken_out_is_found(world, settings, tmp_path, part):
    file = made(world, settings).file
    without = rewritten(file, tmp_path, lambda lines: _without_first(lines, part))
    with pytest.raises(LoaError) as found:
        verify_archive(without, world.root_key.public_x)
    assert found.value.code == "archive.broken"


def _without_first(lines, part):
    at = next(n for n, one in enumerate(lines) if n and json.loads(one).get("part") == part)
    return lines[:at] + lines[at + 1 :]


@pytest.mark.usefixtures("year")
def test_a_file_that_is_cut_off_or_made_by_another_root_is_refused(world, settings, tmp_path):
    file = made(world, settings).file
    with pytest.raises(LoaError, match="thiếu dấu niêm phong"):
        verify_archive(rewritten(file, tmp_path, lambda lines: lines[:-1]), world.root_key.public_x)
    with pytest.raises(LoaError, match="không do khóa gốc này ký"):
        verify_archive(file, world.station_key.public_x)
    broken = tmp_path / "broken.gz"
    broken.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(BadInput):
        verify_archive(broken, world.root_key.public_x)


@pytest.mark.usefixtures("year")
def test_a_year_is_archived_once_after_it_is_over_and_after_those_before_it(world, settings):
    with pytest.raises(BadInput, match="chưa qua đủ 31 ngày"):
        made(world, settings, now=datetime(2027, 1, 20, tzinfo=UTC))
    with pytest.raises(BadInput, match="lưu trữ năm 2026 trước"):
        made(world, settings, 2027, now=datetime(2028, 2, 5, tzinfo=UTC))
    made(world, settings)
    with pytest.raises(Conflict):
        made(world, settings)
    made(world, settings, 2027, now=datetime(2028, 2, 5, tzinfo=UTC))
    second = settings.archives_dir / "loa-56-2027.jsonl.gz"
    checked = verify_archive(second, world.root_key.public_x)
    assert checked.findings.is_whole
    assert checked.facts.before == world.ask(archives)[-1].sha256  # it names the file that it follows


@pytest.mark.usefixtures("year")
def test_of_two_who_archive_a_year_at_once_the_file_stays_that_the_database_names(
    world, settings, monkeypatch
):
    verified, first = operations._verified, []

    def while_another_is_faster(*told):
        monkeypatch.setattr(operations, "_verified", verified)
        first.append(made(world, settings, now=FEBRUARY + timedelta(seconds=1)))
        return verified(*told)

    monkeypatch.setattr(operations, "_verified", while_another_is_faster)
    with pytest.raises(Conflict):
        made(world, settings)
    (kept,) = world.ask(archives)
    assert kept == first[0].shown
    assert digest_of(first[0].file) == (kept.sha256, kept.size)
    assert [one.name for one in settings.archives_dir.iterdir()] == [kept.file], (
        "nothing is left of the other"
    )


def test_an_airing_is_proven_out_of_the_archive_alone(world, year, settings):
    file = made(world, settings).file
    proof = proof_in(lambda: lines_of(file), year[1], world.now)
    found = check_proof(proof, world.root_key.public_x)
    told = "\n".join(found.proven)
    assert found.is_whole, found.not_proven
    assert "2/2 cụm loa đã ký rằng đã phát." in told
    assert "duyet đã duyệt văn bản" in told
    with pytest.raises(NotFound):
        proof_in(lambda: lines_of(file), year[2], world.now)


@pytest.mark.usefixtures("year")
def test_a_year_is_due_until_it_is_archived_and_a_file_that_changed_is_missed(world, settings):
    assert world.ask(year_to_archive, datetime(2027, 1, 31, 16, tzinfo=UTC)) is None
    assert world.ask(year_to_archive, FEBRUARY) == 2026
    file = made(world, settings).file
    assert world.ask(year_to_archive, FEBRUARY) is None
    [archive] = world.ask(archives)
    assert is_there(archive, settings.archives_dir)
    file.write_bytes(file.read_bytes()[:-1])
    assert not is_there(archive, settings.archives_dir)


@pytest.mark.usefixtures("year")
def test_an_archive_takes_no_row_out_of_the_database(world, settings):
    tables = (StoredReceipt, Delivery, AsAired, KeptDocument)
    before = [count(world, table) for table in tables]
    made(world, settings)
    assert [count(world, table) for table in tables] == before
    assert all(before)
    with world.store.read() as session:
        assert invariants(session, now=world.now) == []


@contextmanager
def tampered(world, node, **values):
    """Change a loudspeaker's row meanwhile; afterwards the database is sound again, as after each test."""
    which = Hardware.node == node
    was = world.ask(lambda session: session.scalars(select(Hardware).where(which)).one())
    before = {name: getattr(was, name) for name in values}
    try:
        _set(world, which, values)
        yield
    finally:
        _set(world, which, before)


def _set(world, which, values):
    with world.store.write() as session:
        session.execute(update(Hardware).where(which).values(**values))


@pytest.mark.usefixtures("year")
def test_receipts_of_a_key_without_enrolment_are_kept_and_not_counted(world, settings):
    with tampered(world, THERE, enrolment=None):
        archive = made(world, settings)
    checked = verify_archive(archive.file, world.root_key.public_x)
    assert checked.findings.is_whole
    assert (checked.facts.receipts, checked.facts.unenrolled, archive.shown.receipts) == (6, 3, 9)
    assert f"{THERE}; 3 biên nhận" in "\n".join(checked.findings.not_proven)


@pytest.mark.usefixtures("year")
def test_a_year_with_a_receipt_that_nobody_signed_is_not_archived(world, settings):
    told = f"6 biên nhận không đúng chữ ký, của {HERE}"
    with tampered(world, HERE, public="A" * 43), pytest.raises(Unavailable, match=told):
        made(world, settings)
    assert world.ask(archives) == []
    assert list(settings.archives_dir.iterdir()) == []
