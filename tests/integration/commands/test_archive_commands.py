"""`loa archive remove-receipts`: what it counts, which copy it takes, and what `list` says afterwards."""

import shutil

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.features.archives.files import digest_of
from controller.host.station_keys import Secrets, StationSeal
from controller.store import Store
from tests.support.archived_year import archived_year
from tests.support.station_world import SqliteWorlds, World
from tests.support.stored_rows import newest_entries, sqlite_url

YEAR = "2024"


@pytest.fixture
def world(tmp_path):
    worlds = SqliteWorlds()
    worlds.url(tmp_path)
    (tmp_path / "loa.db").rename(tmp_path / "loa.sqlite")
    seal = StationSeal(worlds._seed.station_key)
    world = World(Store(sqlite_url(tmp_path / "loa.sqlite"), signer=seal), worlds._seed)
    yield world
    world.store.close()


@pytest.fixture
def archive(world, tmp_path):
    file = tmp_path / "archives" / "loa-56-2024.jsonl.gz"
    file.parent.mkdir()
    file.write_bytes(b"what an archive holds")
    sha256, size = digest_of(file)
    archived_year(world.store, int(YEAR), sha256=sha256, size=size)
    return file


@pytest.fixture
def loa(world, tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    monkeypatch.setenv("LOA_RECEIPTS_KEPT_YEARS", "1")
    key = Secrets(tmp_path).station_key
    key.parent.mkdir(exist_ok=True)
    key.write_text(world.station_key.to_json(), encoding="utf-8")
    key.chmod(0o600)

    def run(*arguments):
        done = CliRunner().invoke(app, ["archive", *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.output

    return run


def test_it_counts_first_and_takes_a_second_copy_alone(world, loa, archive, tmp_path):
    remove = ("remove-receipts", YEAR, "--as", "quantri")
    code, printed = loa(*remove)
    assert code == 0
    assert "Sẽ xóa 0 biên nhận của 0 lượt phát" in printed
    assert "Chưa xóa gì." in printed
    code, printed = loa(*remove, "--copy", str(archive))
    assert (code, "là chính tệp lưu trữ" in printed) == (2, True)
    copy = tmp_path / "copy.gz"
    copy.write_bytes(b"something else")
    code, printed = loa(*remove, "--copy", str(copy))
    assert (code, "không giống tệp lưu trữ" in printed) == (2, True)
    code, printed = loa(*remove, "--copy", str(tmp_path / "none.gz"))
    assert (code, "Không đọc được tệp" in printed) == (2, True)
    assert "archive.removal-ordered" not in {one.act for one in world.ask(newest_entries)}
    shutil.copy(archive, copy)
    code, printed = loa(*remove, "--copy", str(copy))
    assert (code, "Đã lệnh xóa" in printed) == (0, True)
    assert "archive.removal-ordered" in {one.act for one in world.ask(newest_entries)}
    assert "đang xóa biên nhận, qua 0/24090000" in loa("list")[1]
    assert "Chưa xóa được: Biên nhận năm 2024 đã có lệnh xóa." in loa(*remove, "--dry-run")[1]


def test_who_may_not_rule_is_refused(loa, archive, tmp_path):
    copy = shutil.copy(archive, tmp_path / "copy.gz")
    code, _ = loa("remove-receipts", YEAR, "--as", "duyet", "--copy", str(copy))
    assert code != 0
    assert "đang xóa" not in loa("list")[1]
