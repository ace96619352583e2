"""The page Sao lưu: what it says of backups and rehearsals, and a backup from a press to its end."""

import json
from datetime import timedelta

import pyrage
import pytest

from controller.features.backups.queries import why_not
from controller.features.backups.run_notes import BackupMaker, BackupRun, BackupTurn, note_run
from controller.host.archives import decrypted
from controller.model.leadership import Leadership
from controller.settings import PRACTICE_PROVINCE, Settings
from tests.integration.web.test_pages import text_of
from tests.support.stored_rows import newest_entries
from tests.support.waiting import wait_until

CALL = "/api/v1/backups"
PAGE = "/cai-dat/sao-luu"


@pytest.fixture
def identity():
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def ready(world, tmp_path, identity):
    """The settings of a station with keys, from which the page may make backups."""
    made = Settings(
        home=tmp_path / "home",
        database_url=str(world.store.url),
        backups=tmp_path / "safe",
        backup_to=str(identity.to_public()),
    )
    made.keys_dir.mkdir(parents=True)
    (made.keys_dir / "station.json").write_text("{}")
    world.settings = made
    return made


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


def begun(world):
    return [entry for entry in world.ask(newest_entries) if entry.act == "backup.begun"]


def ended(client):
    """Return the attempt once it has ended."""
    assert wait_until(lambda: not client.get(CALL).json()["attempt"]["is_running"])
    return client.get(CALL).json()["attempt"]


def test_a_press_makes_an_encrypted_backup_and_says_who_began_it(
    world, ready, administrator, identity, tmp_path
):
    assert "Chưa có bản sao lưu nào" in text_of(administrator.get(PAGE))
    pressed = administrator.post(PAGE)
    assert (pressed.status_code, pressed.headers["location"]) == (303, PAGE)
    assert ended(administrator)["fault"] == ""
    (made,) = ready.backups.iterdir()
    key = tmp_path / "key"
    key.write_text(str(identity))
    with decrypted(made, key) as content:
        assert content.read(8) == b"database"
    last = administrator.get(CALL).json()["last"]
    name = world.people["quantri"].display_name
    assert (last["file"], last["is_encrypted"], last["way"], last["by"]) == (str(made), True, "page", name)
    page = text_of(administrator.get(PAGE))
    assert f"{name} bấm ở trang này" in page
    assert "Chưa có bản sao lưu nào" not in page
    (entry,) = begun(world)
    assert (entry.by, entry.subject) == (world.people["quantri"].id, str(ready.backups))


def test_a_backup_that_fails_says_why_and_may_be_begun_again(ready, administrator):
    ready.backups.write_text("a file, not a folder")
    assert administrator.post(CALL).status_code == 202
    assert "Chưa sao lưu được vào" in ended(administrator)["fault"]
    page = administrator.get(PAGE)
    assert "Lần sao lưu" in text_of(page)
    assert "Sao lưu ngay" in page.text
    assert "every 3s" not in page.text


def test_two_at_once_are_one(world, ready, administrator):
    turn = BackupTurn(ready.home)
    turn.take()
    try:
        note_run(ready.home, BackupRun(world.now(), BackupMaker()))
        page = administrator.get(PAGE)
        assert "Đang sao lưu từ" in text_of(page)
        assert "every 3s" in page.text
        assert "Sao lưu ngay" not in page.text
        refused = administrator.post(CALL)
        assert (refused.status_code, refused.json()["code"]) == (409, "backup.running")
    finally:
        turn.release()
    assert begun(world) == []
    assert "bị ngắt giữa chừng" in text_of(administrator.get(PAGE))  # nobody goes on with that one


@pytest.mark.parametrize(
    "case",
    [
        ({"backups": None}, True, "backup.no-folder", "LOA_BACKUPS"),
        ({"backup_to": ""}, True, "backup.no-key", "age-keygen"),
        ({}, False, "backup.not-here", "Hãy chạy «loa backup» trên máy giữ quyền phát."),
    ],
)
def test_where_none_can_be_begun_it_says_what_to_do(world, ready, administrator, case):
    lacks, makes, code, says = case
    world.settings = ready.model_copy(update=lacks)
    world.makes_backups = makes
    page = administrator.get(PAGE)
    assert says in text_of(page)
    assert "Sao lưu ngay" not in page.text
    refused = administrator.post(CALL)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    pressed = administrator.post(PAGE)
    assert (pressed.status_code, pressed.text.count(says)) == (409, 1)
    assert not (ready.home / "backup-run.json").exists()


@pytest.mark.usefixtures("ready")
def test_pages_apart_from_the_station_name_the_machine_where_a_backup_is_made(world, administrator):
    world.makes_backups = False
    with world.store.write() as session:
        for epoch, host in ((1, "loa-b"), (3, "loa-a"), (2, "loa-c")):
            session.add(Leadership(epoch=epoch, token=host, host=host, taken_at=world.now()))
    assert "Hãy chạy «loa backup» trên máy «loa-a», máy giữ quyền phát." in text_of(administrator.get(PAGE))


def test_a_practice_station_puts_nothing_among_the_backups_of_a_real_one(world, ready):
    assert why_not(world) is None
    world.settings = ready.model_copy(update={"province": PRACTICE_PROVINCE})
    assert why_not(world).code == "backup.practice"


def test_old_backups_and_rehearsals_are_told_of(world, ready, administrator):
    before = (world.now() - timedelta(days=3)).isoformat()
    old = {"at": before, "file": "/mnt/loa-1.tar", "size": 2_500_000}  # as 0.1 noted it
    (ready.home / "last-backup.json").write_text(json.dumps(old))
    page = text_of(administrator.get(PAGE))
    assert "Đã hơn hai ngày chưa sao lưu" in page
    assert "không mã hóa: ai cầm được tệp" in page
    assert "Chưa thử khôi phục lần nào" in page
    assert "Không rõ bằng cách nào" in page
    tried = {"at": before, "made_at": before, "file": "/mnt/loa-1.tar"}
    (ready.home / "last-rehearsal.json").write_text(json.dumps(tried))
    assert "Chưa thử khôi phục lần nào" not in text_of(administrator.get(PAGE))
    failed = {"at": world.now().isoformat(), "file": "/mnt/loa-1.tar", "fault": "Tệp này bị sửa."}
    (ready.home / "failed-rehearsal.json").write_text(json.dumps(failed))
    assert "không được. Tệp này bị sửa." in text_of(administrator.get(PAGE))


def test_what_the_station_cannot_read_in_its_home_is_not_known(ready, administrator):
    """As after a `loa backup` of root's; a folder in the file's place keeps root out, too."""
    for name in ("last-backup", "last-rehearsal", "failed-rehearsal", "backup-run"):
        (ready.home / f"{name}.json").mkdir()
    shown = administrator.get(CALL).json()
    assert [shown[name] for name in ("last", "attempt", "rehearsed", "rehearsal_failed")] == [None] * 4
