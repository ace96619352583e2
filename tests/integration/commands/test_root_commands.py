"""Root keys with holders, off the server: a file out, signatures back."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.client.local_client import local_store
from controller.clocks import utc_now
from controller.features.keys.roots import all_roots
from controller.features.keys.service import sign_at_hand
from controller.features.plans.queries import key_sets_of, unacknowledged
from controller.features.provisioning.service import found
from controller.host.station_keys import Secrets
from controller.settings import Settings
from controller.store import Store
from devices import topics
from devices.ids import AreaCode
from devices.signing import read_key_set

PASSWORD = "một hai ba bốn năm"
PROVINCE = AreaCode("56")


@pytest.fixture
def home(tmp_path):
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    store.close()
    return settings.home


@pytest.fixture
def loa(home, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(home))
    monkeypatch.setenv("LOA_ROOT_PASSWORD", PASSWORD)
    monkeypatch.setenv("LOA_ROOT_NEW_PASSWORD", PASSWORD)

    def run(*arguments):
        done = CliRunner().invoke(app, [str(one) for one in arguments])
        return done.exit_code, done.stdout, done.stderr

    return run


def first_public(home):
    return Secrets(home).root_public.read_text().strip()


def ask(query, *args):
    with local_store() as store, store.read() as session:
        return query(session, *args)


def test_a_root_file_gets_a_password_and_signs_with_it_alone(loa, home, monkeypatch):
    root = Secrets(home).root_key
    before = json.loads(root.read_text())["d"]
    assert loa("keys", "protect", root)[0] == 0
    assert before not in root.read_text()
    assert root.stat().st_mode & 0o777 == 0o600
    assert loa("keys", "sign")[0] == 0
    with local_store() as store, store.write() as session:
        assert not sign_at_hand(session, Settings(home=home), now=utc_now()), "nobody typed the password"
    monkeypatch.setenv("LOA_ROOT_PASSWORD", "mật khẩu khác hẳn")
    code, _, err = loa("keys", "sign")
    assert (code, "không đúng" in err) == (2, True)
    monkeypatch.setenv("LOA_ROOT_NEW_PASSWORD", "ngắn")
    monkeypatch.setenv("LOA_ROOT_PASSWORD", PASSWORD)
    assert loa("keys", "protect", root)[0] == 2


@pytest.fixture
def of_two(loa, home, tmp_path):
    """A station whose roots are three persons, two of whom must sign; its first root key is gone."""
    files = {name: tmp_path / f"{name}.json" for name in ("an", "binh", "chi")}
    publics = {name: loa("keys", "new-root", file)[1].strip() for name, file in files.items()}
    holders = [part for name, public in publics.items() for part in ("--holder", f"{name}={public}")]
    paper = tmp_path / "yeu-cau.json"
    code, out, err = loa("keys", "request", paper, *holders, "--threshold", "2")
    assert (code, "cần 2 người ký: an (" in out) == (0, True), err
    for signer in (files["an"], Secrets(home).root_key, files["chi"]):
        code, out, err = loa("keys", "sign", paper, "--root", signer)
        assert (code, "Đã ký bằng khóa root-" in out) == (0, True), err
    code, out, err = loa("keys", "accept", paper)
    assert (code, "Đã nhận 2 văn bản" in out) == (0, True), err
    Secrets(home).root_key.unlink()
    return files


@pytest.mark.usefixtures("of_two")
def test_a_root_is_replaced_by_three_holders_of_whom_two_sign(loa, home):
    roots = ask(all_roots, first_public(home))[-1]
    assert (roots.version, roots.threshold, len(roots.holders)) == (1, 2, 3)
    (text,) = ask(key_sets_of, (PROVINCE,))
    keys = read_key_set(text, roots, utc_now()).keys
    assert sorted(str(key.role) for key in keys) == ["administrator", "approver", "caller", "station"]
    assert [one.topic for one in ask(unacknowledged)][:2] == [topics.ROOTS, topics.keys(PROVINCE)]
    code, out, _ = loa("keys", "roots")
    assert (code, "cần 2 người ký" in out, "binh" in out) == (0, True, True)


def test_one_holder_alone_signs_nothing(loa, home, of_two, tmp_path):
    code, _, err = loa("keys", "sign", "--root", of_two["an"])
    assert (code, "cần 2 người ký" in err) == (2, True)
    loa("operator", "add", "moi", "--role", "approver", "--area", "22333")
    paper = tmp_path / "2.json"
    assert loa("keys", "request", paper)[0] == 0
    loa("keys", "sign", paper, "--root", of_two["an"])
    code, _, err = loa("keys", "accept", paper)
    assert (code, "Chưa đủ chữ ký" in err) == (2, True)
    assert ask(key_sets_of, (AreaCode("22333"),)) == []
    loa("keys", "sign", paper, "--root", of_two["binh"])
    assert loa("keys", "accept", paper)[0] == 0
    (text,) = ask(key_sets_of, (AreaCode("22333"),))
    roots = ask(all_roots, first_public(home))[-1]
    assert [key.holder for key in read_key_set(text, roots, utc_now()).keys] == ["moi"]
    assert loa("keys", "accept", paper)[0] == 2, "what is published already is not published again"


def test_a_file_that_was_changed_on_its_way_is_refused(loa, of_two, tmp_path):
    loa("operator", "add", "moi", "--role", "approver", "--area", "22333")
    paper = tmp_path / "2.json"
    loa("keys", "request", paper)
    told = json.loads(paper.read_text())
    told["documents"][0]["content"]["area"] = "22366"  # people are shown what the bytes say, not this
    paper.write_text(json.dumps(told))
    assert "Bộ khóa của 22333" in loa("keys", "sign", paper, "--root", of_two["an"])[1]
    loa("keys", "sign", paper, "--root", of_two["binh"])
    told = json.loads(paper.read_text())
    told["documents"][0]["payload"] = told["documents"][0]["payload"][:-8] + "AAAAAAAA"
    paper.write_text(json.dumps(told))
    assert loa("keys", "accept", paper)[0] == 2
    paper.write_text("{}")
    code, _, err = loa("keys", "accept", paper)
    assert (code, "không phải là yêu cầu ký" in err) == (2, True)


@pytest.mark.usefixtures("of_two")
def test_a_root_of_no_set_signs_nothing(loa, tmp_path):
    stolen = tmp_path / "stolen.json"
    code, _, _ = loa("keys", "new-root", stolen)
    assert code == 0
    code, _, err = loa("keys", "sign", "--root", stolen)
    assert (code, "không thuộc bộ khóa gốc" in err) == (2, True)
    assert loa("keys", "new-root", stolen)[0] == 2, "no key is written over"
