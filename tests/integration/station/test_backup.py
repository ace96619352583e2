"""A backup holds everything of a station, is whole and private, and comes back into an empty place."""

import io
import re
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pyrage
import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.errors import BadInput, Conflict, NotFound, StartFailed, Unavailable
from controller.features.areas.queries import areas
from controller.features.backups.backup import back_up, last_backup
from controller.features.backups.last_rehearsal import failed_rehearsal, last_rehearsal
from controller.features.backups.rehearsal import rehearse
from controller.features.backups.restore import restore
from controller.features.doctor.invariants import invariants
from controller.host.home_folder import HomeLock
from controller.host.sound_stores import recordings_of
from controller.settings import Settings
from controller.store import Store
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.s3_server import s3  # noqa: F401 - a fixture
from tests.support.station_world import NOW, PostgresWorlds
from tests.support.stored_rows import bulletins, sqlite_url

SOUND = b"a recording that is in no row"


@pytest.fixture
def settings(world, tmp_path):
    """The settings of a station with keys, a recording, an upload, a voice and the broker's passwords."""
    home = tmp_path / "home"
    passwords = tmp_path / "passwords"
    passwords.write_text("n1:$7$secret\n")
    made = Settings(
        home=home,
        database_url=str(world.store.url),
        broker_passwords=passwords,
        address="https://loa.example",
    )
    for place, content in {
        made.keys_dir / "station.json": b'{"kid": "station-1"}',
        Path(made.uploads_place) / "ab" / "cd": b"upload",
        made.voices_dir / "giong" / "voice.onnx": b"\x00\xffvoice",
        home / "operators.txt": b"canbo\tmot\n",
        home / "speech" / "phrases" / "x.flac": b"cache",
        home / "loa.log": b"log",
    }.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    recordings_of(made).put(SOUND)
    return made


@pytest.fixture
def safe(tmp_path):
    return tmp_path / "safe"


@pytest.fixture
def empty(tmp_path):
    return Settings(home=tmp_path / "new", broker_passwords=tmp_path / "new-passwords")


def only(folder):
    (made,) = folder.iterdir()
    return made


def test_everything_comes_back_into_an_empty_place(world, settings, safe, empty):
    world.plan(world.approved())
    back_up(settings, safe, now=world.now)
    told = "\n".join(restore(empty, only(safe)))
    copy = Store(empty.database)
    with copy.read() as session:
        assert len(bulletins(session)) == 1
        assert invariants(session, now=world.now) == []
    copy.close()
    for folder in ("keys", "uploads", "voices", "recordings"):
        before = {p.relative_to(settings.home): p.read_bytes() for p in (settings.home / folder).rglob("*.*")}
        after = {p.relative_to(empty.home): p.read_bytes() for p in (empty.home / folder).rglob("*.*")}
        assert before == after
    assert (empty.home / "operators.txt").read_text() == "canbo\tmot\n"
    assert empty.broker_passwords.read_text() == "n1:$7$secret\n"
    assert "LOA_ADDRESS=https://loa.example\n" in (empty.home / "restored.env").read_text()
    assert "restored.env" in told
    assert re.search(r"bản sao \d\d:\d\d:\d\d ngày \d\d/\d\d/\d{4} vào", told)
    assert not (empty.home / "speech").exists()  # made again at need
    private = [p for p in empty.home.rglob("*") if p.is_file() and p.suffix != ".mp3"]
    assert {p.stat().st_mode & 0o077 for p in private} == {0}


def test_a_second_backup_is_a_second_file_even_in_the_same_second(world, settings, safe):
    for _ in range(3):
        back_up(settings, safe, now=world.now)
    assert sorted(made.name for made in safe.iterdir()) == [
        "loa-20261125T030000Z-2.tar",
        "loa-20261125T030000Z-3.tar",
        "loa-20261125T030000Z.tar",
    ]


def test_a_backup_is_for_its_owner_alone(world, settings, safe):
    back_up(settings, safe, now=world.now)
    assert only(safe).stat().st_mode & 0o777 == 0o600
    assert safe.stat().st_mode & 0o777 == 0o700
    assert not list(settings.home.glob("*.part"))  # no copy in the open is left


def test_an_encrypted_backup_is_opened_by_its_key_alone(world, settings, safe, empty, tmp_path):
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    key = tmp_path / "key"
    back_up(settings, safe, [str(mine.to_public())], now=world.now)
    made = only(safe)
    assert made.suffixes[-2:] == [".tar", ".age"]
    assert SOUND not in made.read_bytes()
    with pytest.raises(BadInput) as refused:
        restore(empty, made)
    assert refused.value.code == "restore.no-identity"
    key.write_text(f"{other}\n")
    with pytest.raises(BadInput) as refused:
        restore(empty, made, key)
    assert refused.value.code == "restore.identity"
    key.write_text("not a key")
    with pytest.raises(BadInput):
        restore(empty, made, key)
    key.write_text(f"# public key: {mine.to_public()}\n{mine}\n")
    restore(empty, made, key)
    assert recordings_of(empty).sizes()


def test_a_recipient_that_is_none_is_named_before_anything_is_written(world, settings, safe):
    with pytest.raises(BadInput) as refused:
        back_up(settings, safe, ["age1wrong"], now=world.now)
    assert "age1wrong" in refused.value.sentence
    assert not safe.exists()


def test_a_backup_in_the_middle_of_a_write_waits_for_nobody_and_holds_no_half(world, settings, safe, empty):
    with closing(sqlite3.connect(world.store.url.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM nodes")
        back_up(settings, safe, now=world.now)
        writer.execute("ROLLBACK")
    restore(empty, only(safe))
    with closing(sqlite3.connect(empty.home / "loa.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM nodes").fetchone()[0] == 4


def test_a_spoilt_database_makes_no_backup_and_leaves_the_earlier_one(world, settings, safe, tmp_path):
    back_up(settings, safe, now=world.now)
    world.store.close()
    database = tmp_path / "loa.db"
    spoilt = bytearray(database.read_bytes())
    spoilt[8192:40960] = b"\xff" * (40960 - 8192)
    database.write_bytes(bytes(spoilt))
    with pytest.raises(Unavailable) as refused:
        back_up(settings, safe, now=world.later(hours=1))
    assert "Chưa sao lưu được" in refused.value.sentence
    assert only(safe).name == "loa-20261125T030000Z.tar"


def test_a_folder_that_cannot_be_written_is_named(world, settings, safe):
    safe.write_text("a file, not a folder")
    with pytest.raises(Unavailable) as refused:
        back_up(settings, safe, now=world.now)
    assert str(safe) in refused.value.sentence


def test_a_home_without_a_station_is_told_apart(world, safe, tmp_path):
    with pytest.raises(NotFound):
        back_up(Settings(home=tmp_path / "none"), safe, now=world.now)
    assert not safe.exists()


def test_nothing_is_ever_written_over(world, settings, safe, empty):
    back_up(settings, safe, now=world.now)
    with pytest.raises(Conflict):
        restore(settings, only(safe))
    empty.keys_dir.mkdir(parents=True)
    (empty.keys_dir / "station.json").write_text("another station's")
    with pytest.raises(Conflict):
        restore(empty, only(safe))
    assert (empty.keys_dir / "station.json").read_text() == "another station's"
    assert not (empty.home / "loa.sqlite").exists()


def test_nothing_is_restored_under_a_station_that_runs(world, settings, safe, empty):
    back_up(settings, safe, now=world.now)
    empty.home.mkdir()
    lock = HomeLock(empty.home)
    lock.take()
    try:
        with pytest.raises(StartFailed):
            restore(empty, only(safe))
    finally:
        lock.release()


def test_a_restore_that_broke_off_is_begun_again(world, settings, safe, empty):
    back_up(settings, safe, now=world.now)
    empty.keys_dir.mkdir(parents=True)
    (empty.keys_dir / "station.json").write_bytes(b'{"kid": "station-1"}')
    recordings_of(empty).put(SOUND)
    (empty.home / f"{2**22 + 7}-half.part").mkdir()
    restore(empty, only(safe))
    assert (empty.home / "loa.sqlite").exists()
    assert not list(empty.home.glob("*.part"))


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_is_cut_off_or_changed_is_refused_and_leaves_nothing(world, settings, empty, encrypted):
    tmp_path = settings.home.parent
    safe = tmp_path / "safe"
    mine = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(mine))
    key = tmp_path / "key" if encrypted else None
    back_up(settings, safe, [str(mine.to_public())] if encrypted else [], now=world.now)
    whole = only(safe).read_bytes()
    changed = bytearray(whole)
    changed[len(changed) // 2] ^= 1
    for content in (whole[: len(whole) // 2], whole[:-20_000], bytes(changed), b"", b"no backup at all"):
        (tmp_path / "spoilt").write_bytes(content)
        with pytest.raises(BadInput):
            restore(empty, tmp_path / "spoilt", key)
        assert {place.name for place in empty.home.iterdir()} <= {"lock"}


@pytest.mark.parametrize(
    "name", ["../evil", "recordings/../../evil", "/evil", "recordings//x", "unknown/x", "x"]
)
def test_a_part_that_leads_elsewhere_is_refused(empty, tmp_path, name):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        told = tarfile.TarInfo(name)
        told.size = 4
        tar.addfile(told, io.BytesIO(b"evil"))
    (tmp_path / "made-up.tar").write_bytes(out.getvalue())
    with pytest.raises(BadInput):
        restore(empty, tmp_path / "made-up.tar")
    assert not list(tmp_path.rglob("evil"))


def test_a_backup_of_another_database_or_of_a_newer_program_is_told_so(world, settings, safe, tmp_path):
    back_up(settings, safe, now=world.now)
    elsewhere = Settings(
        home=tmp_path / "new", database_url="postgresql+psycopg://loa:secret@127.0.0.1:1/loa"
    )
    with pytest.raises(Unavailable) as refused:
        restore(elsewhere, only(safe))
    assert "secret" not in refused.value.sentence
    with closing(sqlite3.connect(world.store.url.database)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'm9999'")
        database.commit()
    back_up(settings, safe, now=world.later(hours=1))
    with pytest.raises(BadInput) as told:
        restore(Settings(home=tmp_path / "newer"), max(safe.iterdir()))
    assert told.value.code == "store.too-new"


def test_the_commands_say_what_they_made(settings, safe, tmp_path):
    env = {"LOA_HOME": str(settings.home), "LOA_DATABASE_URL": settings.database_url}
    done = CliRunner().invoke(app, ["backup", str(safe)], env=env)
    made = only(safe)
    assert done.exit_code == 0
    assert str(made) in done.stdout
    assert last_backup(settings.home).file == str(made)
    env = {"LOA_HOME": str(tmp_path / "new"), "LOA_DATABASE_URL": ""}
    done = CliRunner().invoke(app, ["restore", str(made)], env=env)
    assert done.exit_code == 0
    assert str(tmp_path / "new") in done.stdout
    assert only(tmp_path / "new" / "keys").name == "station.json"


def test_a_rehearsal_reads_all_of_it_and_leaves_nothing_but_its_date(world, settings, safe):
    back_up(settings, safe, now=world.now)
    file = only(safe)
    before = sorted(settings.home.rglob("*"))
    told = rehearse(settings, file, None, None, now=world.now)
    assert "nguyên vẹn" in told[-1]
    assert sorted(set(settings.home.rglob("*")) - set(before)) == [settings.home / "last-rehearsal.json"]
    assert last_rehearsal(settings.home).at == world.now


def test_a_rehearsal_needs_no_station_on_its_machine(world, settings, safe, tmp_path):
    back_up(settings, safe, now=world.now)
    spare = Settings(home=tmp_path / "spare")
    rehearse(spare, only(safe), None, None, now=world.now)
    assert last_rehearsal(spare.home).made_at == world.now


def test_a_rehearsal_of_a_spoilt_copy_fails_and_is_not_noted(world, settings, safe):
    back_up(settings, safe, now=world.now)
    file = only(safe)
    whole = file.read_bytes()
    file.write_bytes(whole[:5000])
    with pytest.raises(BadInput):
        rehearse(settings, file, None, None, now=world.now)
    assert last_rehearsal(settings.home) is None
    assert "bị thiếu hoặc bị sửa" in failed_rehearsal(settings.home).fault
    file.write_bytes(whole)
    rehearse(settings, file, None, None, now=world.now)
    assert failed_rehearsal(settings.home) is None


def test_a_rehearsal_on_postgresql_is_made_in_the_empty_database_that_is_named(
    settings, safe, tmp_path, request
):
    server = request.getfixturevalue("postgres")
    with closing(PostgresWorlds(server)) as worlds, closing(worlds.world(tmp_path).store) as store:
        address = store.url.render_as_string(hide_password=False)
        own = settings.model_copy(update={"database_url": address})
        back_up(own, safe, now=NOW)
        for unfit in (None, "nham", "postgresq://x/y", sqlite_url(tmp_path / "x")):
            with pytest.raises(BadInput):
                rehearse(own, only(safe), None, unfit, now=NOW)
        password = str(store.url.password)
        telling = store.url.update_query_dict({"password": password}).render_as_string(hide_password=False)
        with pytest.raises(Conflict) as refused:  # the station's own
            rehearse(own, only(safe), None, telling, now=NOW)
        assert last_rehearsal(own.home) is None
        assert store.url.database in refused.value.sentence
        assert password not in refused.value.sentence
        empty = server.create()
        told = rehearse(own, only(safe), None, empty, now=NOW)
    assert "nguyên vẹn" in told[-1]
    assert last_rehearsal(own.home).at == NOW
    with closing(Store(empty)) as copy, copy.read() as session:
        assert [area.code for area in areas(session)]


def test_another_database_is_for_rehearsals_on_postgresql_alone(world, settings, safe):
    back_up(settings, safe, now=world.now)
    with pytest.raises(BadInput, match="SQLite"):
        rehearse(settings, only(safe), None, "postgresql://x/y", now=world.now)


@pytest.fixture
def far(s3, tmp_path, monkeypatch):  # noqa: F811 - the fixture
    """Settings by which recordings and uploads lie in S3."""
    for name, value in s3.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    from_environment = Settings()
    return {name: getattr(from_environment, name) for name in ("recordings", "uploads", "s3_endpoint")}


def test_a_backup_says_what_lies_in_s3_and_comes_back_without_it(world, settings, safe, empty, far):
    distant = settings.model_copy(update=far)
    kept = recordings_of(distant).put(b"in the bucket")
    told = "\n".join(back_up(distant, safe, now=world.now))
    assert f"bản ghi, vì nằm ở «{far['recordings']}»" in told
    assert f"tệp âm thanh gửi lên, vì nằm ở «{far['uploads']}»" in told
    with tarfile.open(only(safe)) as tar:
        names = tar.getnames()
        assert "AWS_" not in tar.extractfile("settings.env").read().decode()
    assert not [name for name in names if name.startswith(("recordings/", "uploads/"))]
    assert rehearse(distant, only(safe), None, None, now=world.now)
    told = "\n".join(restore(empty.model_copy(update=far), only(safe)))
    assert "«loa doctor» cho biết bản nào thiếu" in told
    assert list(recordings_of(distant).sizes()) == [kept]


def test_a_backup_of_folders_comes_back_into_s3_and_a_rehearsal_writes_nothing_there(
    world, settings, safe, empty, far
):
    back_up(settings, safe, now=world.now)
    distant = empty.model_copy(update=far)
    assert rehearse(settings.model_copy(update=far), only(safe), None, None, now=world.now)
    assert recordings_of(distant).sizes() == {}
    told = "\n".join(restore(distant, only(safe)))
    assert f"Đã chép bản ghi trong bản sao vào «{far['recordings']}»: 1 tệp." in told
    (kept,) = recordings_of(distant).sizes()
    assert recordings_of(distant).read(kept) == SOUND


def test_recordings_are_copied_by_a_command_that_goes_on_where_it_was(settings, far, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(settings.home))
    monkeypatch.setenv("LOA_S3_ENDPOINT", far["s3_endpoint"])
    folder = settings.home / "recordings"
    damaged = recordings_of(settings).put(b"to be damaged")
    (folder / damaged[:2] / f"{damaged}.mp3").write_bytes(b"damaged")

    def copy(source, target):
        return CliRunner().invoke(app, ["recordings", "copy", str(source), str(target)])

    done = copy(folder, far["recordings"])
    assert (done.exit_code, f"Tệp hỏng, không chép: {damaged[:2]}/{damaged}.mp3" in done.output) == (1, True)
    assert "Đã chép 1 tệp" in done.output
    assert "1 tệp đã có" in copy(folder, far["recordings"]).output
    back = copy(far["recordings"], settings.home / "back")
    assert (back.exit_code, "Đã chép 1 tệp" in back.output) == (0, True)
    assert next(Path(settings.home / "back").rglob("*.mp3")).read_bytes() == SOUND
    assert not list(settings.home.glob("copy-*"))
    assert copy(settings.home / "no", far["recordings"]).exit_code != 0
