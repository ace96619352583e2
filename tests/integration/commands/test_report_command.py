"""`loa report`, `loa journal export` and `loa journal verify` on a station's own machine."""

import json

import openpyxl
import pypdf
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from controller.cli import app
from controller.features.reports.service import note_aired
from controller.host.station_keys import Secrets
from controller.model.airings import Airing
from controller.runtime.checkpoints import Checkpoints
from tests.support.station_world import SqliteWorlds


@pytest.fixture(scope="module")
def seeds():
    return SqliteWorlds()


@pytest.fixture
def world(seeds, tmp_path):
    """A station in a home of its own, with one airing that a node heard."""
    world = seeds.world(tmp_path)
    world.store.close()
    (tmp_path / "loa.db").rename(tmp_path / "loa.sqlite")
    world = type(world)(seeds_store(tmp_path, seeds), world.seed)
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    world.later(seconds=60)
    world.advance()
    world.tell("22366-1", airing, "started")
    world.later(seconds=60)
    world.tell("22366-1", airing, "finished", heard_ms=60_000)
    world.later(seconds=30)
    world.advance()
    while world.do(note_aired):
        pass
    yield world
    world.store.close()


def seeds_store(folder, seeds):
    from controller.host.station_keys import StationSeal
    from controller.store import Store
    from tests.support.stored_rows import sqlite_url

    return Store(sqlite_url(folder / "loa.sqlite"), signer=StationSeal(seeds._seed.station_key))


@pytest.fixture
def loa(world, tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    key = Secrets(tmp_path).station_key
    key.parent.mkdir(exist_ok=True)
    key.write_text(world.station_key.to_json(), encoding="utf-8")
    key.chmod(0o600)

    def run(*arguments):
        done = CliRunner().invoke(app, list(arguments))
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.output

    return run


def test_a_report_is_the_same_in_every_format(loa, tmp_path):
    files = {form: tmp_path / f"r.{form}" for form in ("json", "csv", "xlsx", "pdf")}
    for form, file in files.items():
        code, _ = loa("report", "--month", "2026-11", "--area", "56", "--format", form, "--out", str(file))
        assert code == 0
    total = json.loads(files["json"].read_text(encoding="utf-8"))["rows"][0]
    assert (total["nodes"], total["nodes_heard"], total["minutes_heard"]) == (2, 1, 1.0)
    assert files["csv"].read_text(encoding="utf-8-sig").splitlines()[1].endswith(",1,1,2,1,50.0,2.0,1.0,50.0")
    sheet = openpyxl.load_workbook(files["xlsx"]).active
    assert [cell.value for cell in sheet[5]][3:] == list(total.values())[3:]
    assert "50,00" in pypdf.PdfReader(files["pdf"]).pages[0].extract_text()


def test_without_a_file_it_is_printed(loa):
    code, printed = loa("report", "--month", "2026-11", "--area", "22366", "--format", "json")
    assert code == 0
    assert json.loads(printed)["title"].endswith("Phường Nha Trang")


@pytest.mark.parametrize(
    "wrong", [("2026-13", "56", "csv"), ("2026-11", "99", "csv"), ("2026-11", "56", "pdf")]
)
def test_what_cannot_be_has_a_sentence_and_the_code_of_a_wrong_call(loa, wrong):
    month, area, form = wrong
    code, printed = loa("report", "--month", month, "--area", area, "--format", form)
    assert code == 2
    assert "[" in printed


def test_an_exported_journal_with_the_as_aired_log_verifies_and_a_forged_one_does_not(loa, world, tmp_path):
    code, printed = loa("journal", "export")
    assert code == 0
    lines = printed.splitlines()
    assert json.loads(lines[-1])["log"] == "seal"
    file = tmp_path / "journal.jsonl"
    public = world.station_key.public_x
    for content, expected in (
        (lines, 0),
        (lines[:-1], 1),
        ([*lines[:-3], *lines[-2:]], 1),
        ([line.replace('"heard_ms":60000', '"heard_ms":90000') for line in lines], 1),
    ):
        file.write_text("".join(f"{line}\n" for line in content), encoding="utf-8")
        assert loa("journal", "verify", str(file), "--key", public)[0] == expected


def test_a_journal_is_compared_with_checkpoints_from_elsewhere(loa, world, tmp_path):
    file, seen = tmp_path / "journal.jsonl", tmp_path / "checkpoints.jsonl"
    file.write_text(loa("journal", "export")[1], encoding="utf-8")
    Checkpoints(world.store, lambda: world.now, seen, None).write()
    verify = ("journal", "verify", str(file), "--key", world.station_key.public_x, "--checkpoints", str(seen))
    assert loa(*verify)[0] == 0
    world.approved()
    Checkpoints(world.store, lambda: world.now, seen, None).write()
    code, printed = loa(*verify)
    assert code == 1
    assert "bị cắt bớt" in printed


def test_an_airing_is_proven_by_a_file_and_a_forged_one_is_not(loa, world, tmp_path):
    root = world.root_key.public_x
    Secrets(tmp_path).root_public.write_text(root, encoding="utf-8")
    with world.store.read() as session:
        airing = session.scalars(select(Airing.id)).one()
    file = tmp_path / "proof.json"
    code, printed = loa("airing", "prove", airing, "--to", str(file))
    assert (code, str(file) in printed) == (0, True)
    code, printed = loa("airing", "verify", str(file), "--root", root)
    assert (code, "1/2 cụm loa đã ký rằng đã phát." in printed) == (0, True)
    forged = file.read_text(encoding="utf-8").replace("30/11/2026", "29/11/2026")
    file.write_text(forged, encoding="utf-8")
    code, printed = loa("airing", "verify", str(file), "--root", root)
    assert (code, "KHÔNG phải là văn bản đã được duyệt" in printed) == (1, True)
    assert loa("airing", "prove", "no-such-airing")[0] != 0
