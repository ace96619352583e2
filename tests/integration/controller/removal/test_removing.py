"""Receipts of an archived year leave the database on a person's order, and nothing that proves is lost."""

import gzip
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.archives.extraction import proof_in
from controller.features.archives.files import digest_of, lines_of
from controller.features.archives.queries import WAITS, archives
from controller.features.archives.removal import remove_receipts
from controller.features.archives.removal_queries import removal_forecast, waiting_removals
from controller.features.evidence.queries import proof_of
from controller.features.evidence.verification import check_proof
from controller.features.reports.service import note_aired
from controller.model.airings import Airing, StoredReceipt
from controller.model.archives import YearArchive
from controller.model.journal import Entry
from controller.model.schema_state import SchemaState
from controller.runtime.housekeeping import Housekeeping
from controller.runtime.recording_cleanup import Tidying
from tests.integration.controller.test_archives import count, made
from tests.support.removed_year import (
    HERE,
    LATER,
    STAYS,
    THERE,
    healthy,
    logs,
    ordered,
    removed,
    remover,
    report,
)
from tts.recordings import RecordingStore
from tts.uploads import UploadStore


@pytest.mark.both_databases
def test_what_was_removed_is_what_the_file_holds_and_everything_else_stays(world, settings):
    before = [count(world, table) for table in STAYS], logs(world), report(world)
    told = world.ask(removal_forecast, 2026, settings, world.now, counted=True)
    assert (told.there, told.going, told.airings, told.refused) == (9, 9, 2, None)
    done = removed(world, settings)
    assert (done.removed, done.went_through, done.waits) == (9, 9, None)
    assert done.ended_at == world.now
    assert count(world, StoredReceipt) == 3  # those of 2027
    assert ([count(world, table) for table in STAYS], logs(world), report(world)) == before
    acts = world.ask(
        lambda session: [*session.scalars(select(Entry.act).order_by(Entry.seq.desc()).limit(2))]
    )
    assert acts == ["archive.receipts-removed", "archive.removal-ordered"]


def test_the_proof_of_a_removed_airing_is_in_the_file_and_the_station_says_so(world, settings, year):
    old, young, file = year.old[1], year.young, year.file
    removed(world, settings)
    with pytest.raises(Conflict, match=f"{file.name}.*loa archive prove {file.name} {old}") as told:
        world.ask(proof_of, old, world.root_key.public_x, now=world.now)
    assert told.value.code == "evidence.archived"
    found = check_proof(proof_in(lambda: lines_of(file), old, world.now), world.root_key.public_x)
    assert found.is_whole
    assert "2/2 cụm loa đã ký rằng đã phát." in "\n".join(found.proven)
    assert world.ask(proof_of, young, world.root_key.public_x, now=world.now).nodes[0].receipts


@pytest.mark.parametrize(
    ("keeps", "now", "code"),
    [
        (None, LATER, "archive.kept"),
        (2, LATER, "archive.kept"),
        (1, datetime(2027, 12, 31, 16, 59, tzinfo=UTC), "archive.kept"),
    ],
)
def test_a_year_that_the_settings_keep_is_not_removed(world, settings, keeps, now, code):
    world.now = now
    with pytest.raises(Conflict) as refused:
        ordered(world, settings.model_copy(update={"receipts_kept_years": keeps}))
    assert refused.value.code == code
    assert count(world, StoredReceipt) == 12


def test_who_may_not_rule_or_has_no_second_copy_removes_nothing(world, settings):
    with pytest.raises(NotAllowed):
        ordered(world, settings, by=world.approver)
    with pytest.raises(BadInput) as refused:
        ordered(world, settings, sha256="a" * 64)
    assert refused.value.code == "archive.copy-differs"
    with pytest.raises(NotFound):
        world.do(remove_receipts, 2027, "a" * 64, settings, by=world.administrator)
    ordered(world, settings)
    with pytest.raises(Conflict):
        ordered(world, settings)


def _gone(file):
    file.unlink()


def _changed(file):
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()), 1, mtime=0))


def _cut(file):
    file.write_bytes(file.read_bytes()[:-9])


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(_gone, "archive.no-file"), (_changed, "archive.changed"), (_cut, "archive.changed")],
)
def test_without_the_very_file_nothing_goes_and_it_says_why(world, settings, year, spoil, code):
    file = year.file
    copy = shutil.copy(file, settings.archives_dir / "copy")
    ordered(world, settings)
    going = remover(world, settings, at_once=2, batches=1)
    going.look()
    spoil(file)
    for _ in range(2):
        going.look()
    removal = world.ask(archives)[-1].removal
    assert (removal.removed, count(world, StoredReceipt)) == (2, 10)
    assert world.ask(waiting_removals) == [(2026, WAITS[code])]
    assert removal.waits == WAITS[code]
    assert healthy(world) == []
    shutil.copy(copy, file)
    for _ in range(6):
        going.look()
    assert count(world, StoredReceipt) == 3
    assert world.ask(archives)[-1].removal.waits is None


def test_a_setting_that_is_taken_back_stops_it(world, settings):
    ordered(world, settings)
    going = remover(world, settings, at_once=2, batches=1)
    going.look()
    going.settings = settings.model_copy(update={"receipts_kept_years": None})
    going.look()
    assert count(world, StoredReceipt) == 10
    assert "LOA_RECEIPTS_KEPT_YEARS" in world.ask(archives)[-1].removal.waits


def test_a_digest_that_the_journal_does_not_name_removes_nothing(world, settings, year):
    """Who can write the row of an archive has no file of their own believed."""
    other = year.file
    _changed(other)
    digest, size = digest_of(other)
    with world.store.write() as session:
        was = session.get_one(YearArchive, 2026).sha256
        session.execute(update(YearArchive).values(sha256=digest, size=size))
    ordered(world, settings, sha256=digest)
    remover(world, settings).look()
    assert count(world, StoredReceipt) == 12
    with world.store.write() as session:
        session.execute(update(YearArchive).values(sha256=was))


@pytest.mark.both_databases
def test_a_receipt_that_the_file_lacks_stays(world, settings):
    """A clock that was wrong dates what comes now into the year that is archived already."""
    airing = world.ask(lambda session: session.scalar(select(Airing.id).order_by(Airing.starts_at).limit(1)))
    with world.store.read() as session:
        world.now = session.get_one(YearArchive, 2026).until - timedelta(days=20)
    world.tell(THERE, airing, "fetched")
    world.now = LATER
    world.do(note_aired)
    removed(world, settings)
    assert count(world, StoredReceipt) == 4


def test_a_row_that_says_something_else_than_the_file_stays(world, settings):
    ordered(world, settings)
    with world.store.write() as session:
        one = session.scalars(select(StoredReceipt).order_by(StoredReceipt.received_at).limit(1)).one()
        was, name = one.sealed, (one.node, one.id)
        other = session.scalars(select(StoredReceipt.sealed).where(StoredReceipt.id != one.id).limit(1)).one()
    _rewrite(world, name, other)
    for _ in range(2):
        remover(world, settings).look()
    assert count(world, StoredReceipt) == 4
    _rewrite(world, name, was)


def _rewrite(world, name, sealed):
    """Change a row as somebody with the database in hand can: the triggers are taken away meanwhile."""
    with world.store.write() as session:
        here = (StoredReceipt.node == name[0], StoredReceipt.id == name[1])
        if world.store.is_sqlite:
            made = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'receipts_no_update'"))
            session.execute(text("DROP TRIGGER receipts_no_update"))
            session.execute(update(StoredReceipt).where(*here).values(sealed=sealed))
            session.execute(text(made))
        else:
            session.execute(text("ALTER TABLE receipts DISABLE TRIGGER receipts_no_change"))
            session.execute(update(StoredReceipt).where(*here).values(sealed=sealed))
            session.execute(text("ALTER TABLE receipts ENABLE TRIGGER receipts_no_change"))


@pytest.mark.both_databases
def test_receipts_can_be_deleted_only_of_a_year_that_is_ordered_to_go_and_while_it_goes(
    world, settings, year
):
    def refused(statement):
        with pytest.raises(Conflict) as found, world.store.write() as session:
            session.execute(statement)
        assert "append-only" in str(found.value.__cause__)

    of_old = delete(StoredReceipt).where(StoredReceipt.airing == year.old[0])
    refused(of_old)
    ordered(world, settings)
    refused(delete(StoredReceipt).where(StoredReceipt.airing == year.young))
    refused(update(StoredReceipt).values(heard_ms=0))
    going = remover(world, settings)
    going.look()
    world.tell(HERE, year.old[0], "finished")  # it came in this year, so its number is not of the removed
    refused(of_old)
    assert count(world, StoredReceipt) == 4


_REFUSING = {
    "sqlite": (
        ["CREATE TRIGGER stuck BEFORE DELETE ON receipts BEGIN SELECT RAISE(ABORT, 'stuck'); END"],
        "DROP TRIGGER stuck",
    ),
    "postgresql": (
        [
            (
                "CREATE FUNCTION be_stuck() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE 'stuck' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            ),
            "CREATE TRIGGER stuck BEFORE DELETE ON receipts FOR EACH ROW EXECUTE FUNCTION be_stuck()",
        ],
        "DROP TRIGGER stuck ON receipts",
    ),
}
"""Statements by which no receipt can be deleted, and the one that ends it."""


def test_after_a_step_that_failed_the_next_run_does_that_step_again(world, settings):
    ordered(world, settings)
    going = remover(world, settings, at_once=2, batches=1)
    going.look()
    refusing, allowing = _REFUSING[world.store.url.get_backend_name()]
    with world.store.write() as session:
        for statement in refusing:
            session.execute(text(statement))
    with pytest.raises(Conflict):
        going.look()
    assert world.ask(archives)[-1].removal.went_through == 2
    with world.store.write() as session:
        session.execute(text(allowing))
    for _ in range(5):
        going.look()
    assert world.ask(archives)[-1].removal.removed == 9


def test_the_stations_housekeeping_does_it_and_leaves_the_rest_to_others(world, settings, tmp_path):
    uploads = UploadStore(tmp_path / "uploads")
    recordings = RecordingStore(tmp_path / "recordings")

    def housekeeping(may_act):
        tidying = Tidying(world.store, recordings, uploads, settings, lambda: world.now)
        return Housekeeping(
            world.store, settings, uploads, tidying, lambda: world.now, lambda: may_act, lambda: None
        )

    ordered(world, settings)
    housekeeping(may_act=False).keep_house()
    assert count(world, StoredReceipt) == 12
    housekeeping(may_act=True).keep_house()
    assert count(world, StoredReceipt) == 3


def test_the_order_closes_the_way_back_to_releases_that_know_nothing_of_it(world, settings):
    def serves():
        return world.ask(lambda session: session.scalar(select(SchemaState.serves_from)))

    assert serves() < "0074"
    ordered(world, settings)
    assert serves() == "0074"


def test_the_next_year_goes_only_after_the_one_before(world, settings):
    made(world, settings, 2027, now=datetime(2028, 2, 5, tzinfo=UTC))
    world.now = datetime(2029, 2, 5, tzinfo=UTC)
    [second, _] = world.ask(archives)
    with pytest.raises(Conflict) as refused:
        world.do(remove_receipts, 2027, second.sha256, settings, by=world.administrator)
    assert refused.value.code == "archive.earlier-first"
    removed(world, settings)
    world.do(remove_receipts, 2027, second.sha256, settings, by=world.administrator)
    for _ in range(2):
        remover(world, settings).look()
    assert count(world, StoredReceipt) == 0
    assert healthy(world) == []
