"""Keys and settings go from one machine of a pair to the other, encrypted, and without the root key."""

import io
import shutil

import pytest

from controller.errors import BadInput, Conflict, NotFound, StartFailed
from controller.features.backups.handover import hand_over, join, sealed
from controller.host.archives import ArchiveWriter
from controller.host.home_folder import HomeLock
from controller.host.station_keys import Secrets
from controller.settings import Settings

KEYS = {"station.json": "chữ ký", "sealing.json": "niêm phong", "root.json": "khóa gốc", "root.pub": "gốc"}
CODE = "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"


def founded(home, **keys):
    (home / "keys").mkdir(parents=True)
    for name, content in (KEYS | keys).items():
        (home / "keys" / name).write_text(content)
    return Settings(home=home, database_url="postgresql+psycopg://loa:mật@10.0.0.5/loa", rate=1.25)


@pytest.fixture(scope="module")
def handed(tmp_path_factory):
    """The file of a first machine, and the code."""
    folder = tmp_path_factory.mktemp("handed")
    authority = folder / "ca.crt"
    authority.write_text("CHỨNG THƯ")
    with pytest.MonkeyPatch.context() as here:
        here.setenv("SSL_CERT_FILE", str(authority))
        code = hand_over(founded(folder / "one"), folder / "pair.loa")
    return folder / "pair.loa", code, authority


def made_by_a_stranger(place, *names):
    plain = io.BytesIO()
    archive = ArchiveWriter(plain)
    for name in names:
        archive.add_bytes(name, b"x")
    archive.finish({})
    place.write_bytes(sealed(plain.getvalue(), CODE))


def test_the_partner_has_the_same_keys_but_for_the_root_key_and_the_settings_beside_them(handed, tmp_path):
    file, code, authority = handed
    join(Settings(home=tmp_path / "two"), file, code.lower().replace("-", " "))
    keys = tmp_path / "two" / "keys"
    assert {path.name: path.read_text() for path in keys.iterdir()} == {
        name: content for name, content in KEYS.items() if name != "root.json"
    }
    assert (tmp_path / "two" / "authority.crt").read_text() == "CHỨNG THƯ"
    told = (tmp_path / "two" / "joined.env").read_text().splitlines()
    assert "LOA_RATE=1.25" in told
    assert f"SSL_CERT_FILE={authority}" in told
    closed = [path for path in (tmp_path / "two").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in closed} == {0}


def test_neither_the_file_nor_its_reader_shows_anything_without_the_code(handed, tmp_path):
    file, _, _ = handed
    assert file.stat().st_mode & 0o777 == 0o600
    assert not any(content.encode() in file.read_bytes() for content in KEYS.values())
    with pytest.raises(BadInput) as refused:
        join(Settings(home=tmp_path / "two"), file, CODE)
    assert refused.value.code == "pair.wrong-code"
    assert not (tmp_path / "two").exists()


def test_a_file_that_was_changed_is_refused(handed, tmp_path):
    file, code, _ = handed
    broken = tmp_path / "broken.loa"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    broken.write_bytes(content)
    with pytest.raises(BadInput):
        join(Settings(home=tmp_path / "two"), broken, code)
    assert not (tmp_path / "two" / "keys").exists()


def test_renewed_keys_replace_those_from_before_and_one_that_is_no_more_goes(handed, tmp_path):
    file, code, _ = handed
    settings = founded(tmp_path / "two", **{"station.json": "cũ", "station-next.json": "đã dùng"})
    join(settings, file, code)
    files = Secrets(settings.home)
    assert files.station_key.read_text() == KEYS["station.json"]
    assert not files.next_station_key.exists()


def test_the_home_of_another_province_is_left_as_it_is(handed, tmp_path):
    file, code, _ = handed
    settings = founded(tmp_path / "two", **{"root.pub": "gốc khác", "station.json": "của nó"})
    with pytest.raises(Conflict) as refused:
        join(settings, file, code)
    assert refused.value.code == "pair.another-province"
    assert Secrets(settings.home).station_key.read_text() == "của nó"


def test_while_a_station_runs_in_the_home_nothing_is_changed(handed, tmp_path):
    file, code, _ = handed
    settings = founded(tmp_path / "two", **{"station.json": "của nó"})
    lock = HomeLock(settings.home)
    lock.take()
    with pytest.raises(StartFailed):
        join(settings, file, code)
    lock.release()
    assert Secrets(settings.home).station_key.read_text() == "của nó"


@pytest.mark.parametrize(
    "names", [("keys/root.json",), ("keys/../../x",), ("/etc/passwd",), ("keys/root.pub",), ()]
)
def test_a_file_with_other_parts_than_a_hand_over_writes_nothing(names, tmp_path):
    place = tmp_path / "strange.loa"
    made_by_a_stranger(place, *names)
    with pytest.raises(BadInput) as refused:
        join(Settings(home=tmp_path / "two"), place, CODE)
    assert refused.value.code == "pair.broken"
    assert not (tmp_path / "two" / "keys").exists()


def test_a_hand_over_writes_over_nothing_and_needs_a_station(handed, tmp_path):
    file, _, _ = handed
    kept = tmp_path / "pair.loa"
    shutil.copy(file, kept)
    with pytest.raises(NotFound):
        hand_over(Settings(home=tmp_path / "nobody"), tmp_path / "new.loa")
    with pytest.raises(Conflict) as refused:
        hand_over(founded(tmp_path / "one"), kept)
    assert refused.value.code == "pair.file-exists"
    assert kept.read_bytes() == file.read_bytes()
