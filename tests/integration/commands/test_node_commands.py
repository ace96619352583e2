"""`loa node`, `loa area` and `loa keys revoke` on the station's own machine."""

import json
import re

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.client.local_client import local_store
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.provisioning.service import found
from controller.host.station_keys import Secrets
from controller.settings import Settings
from controller.store import Store
from devices.enrolment import read_qr

BY = ("--as", "kythuat")


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    store.close()
    return home


@pytest.fixture
def loa(founded, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(founded))
    monkeypatch.setenv("LOA_ADDRESS", "https://loa.example")
    monkeypatch.setenv("LOA_PASSWORD", Secrets(founded).passwords()["kythuat"])

    def run(*arguments, fails=False):
        done = CliRunner().invoke(app, arguments)
        assert (done.exit_code != 0) == fails, done.stderr
        return done.stderr if fails else done.stdout

    return run


def add(loa, name, area="22366"):
    loa("node", "add", name, "--area", area, "--name", name, *BY)


def test_a_code_is_made_listed_and_withdrawn_and_its_qr_code_pins_the_root(loa, founded):
    out = loa("node", "enrol", "kh-1", "--area", "22333", "--name", "Nhà văn hóa", *BY)
    shown = re.search(r"Mã gắn cụm loa kh-1: ([A-Z2-9]{4}-[A-Z2-9]{4}) ", out)
    assert re.search(r"đến \d\d:\d\d:\d\d ngày \d\d/\d\d/\d{4}\)", out)
    line = next(line for line in out.splitlines() if line.startswith("loa1 "))
    address, code, root = read_qr(line)
    assert (address, code) == ("https://loa.example", shown[1].replace("-", ""))
    assert root == Secrets(founded).root_public.read_text().strip()
    (made,) = json.loads(loa("node", "codes", "--json"))
    assert made["node"] == "kh-1"
    loa("node", "withdraw-code", made["id"], *BY)
    assert loa("node", "codes") == ""
    assert "không thuộc phạm vi" not in loa(
        "node", "enrol", "kh-1", "--area", "22333", "--name", "x", "--as", "canbo", fails=True
    )
    assert "7 ngày" in loa(
        "node", "enrol", "kh-1", "--area", "22333", "--name", "x", "--hours", "999", *BY, fails=True
    )


def test_a_node_in_use_is_replaced_capped_cared_for_quarantined_and_released(loa):
    add(loa, "kh-2")
    made = json.loads(loa("node", "replace", "kh-2", "--json", *BY))
    assert made["node"] == "kh-2"
    assert json.loads(loa("node", "hardware", "kh-2", "--json")) == []
    assert "to nhất 40%" in loa("node", "volume", "kh-2", "40", *BY)
    loa("node", "quarantine", "kh-2", "--reason", "mất cắp", *BY)
    assert "quarantined" in loa("node", "list", "--area", "22366")
    loa("node", "release", "kh-2", *BY)
    assert loa("node", "faults") == "Không có cụm loa nào trục trặc.\n"
    loa("node", "care", "kh-2", "--assignee", "kythuat", "--note", "chờ ắc quy", "--seen", *BY)
    assert "mất kết nối" in loa("node", "test", "kh-2", *BY, fails=True)
    assert "Đã gửi duyệt" in loa("node", "prepare-test", "--as", "canbo")


def test_areas_are_added_renamed_merged_split_and_closed(loa):
    add(loa, "kh-3", "22333")
    add(loa, "kh-4", "22366")
    loa("area", "add", "22333.1", "--name", "Thôn Một", "--kind", "Thôn", "--under", "22333", *BY)
    loa("node", "move", "kh-3", "--to", "22333.1", *BY)
    loa("area", "rename", "22333.1", "--name", "Thôn Hai", *BY)
    assert "trước đây" in loa("area", "history", "22333.1")
    merged = ("--code", "22999", "--name", "Phường Mới", "--kind", "Phường", *BY)
    assert "cụm loa được báo" in loa("area", "merge", "22333", "22366", *merged)
    assert "Địa bàn cũ" in loa("area", "list", "--under", "22999")
    loa("area", "split", "22366", "kh-4", "--code", "22998", "--name", "Phường Ba", "--kind", "Phường", *BY)
    loa("area", "move", "22998", "--to", "22999", *BY)
    loa("area", "close", "22998", "--to", "22366", *BY)
    assert "không còn từ" in loa("area", "history", "22998")
    assert "2299" not in loa("area", "list", "--under", "22366")
    assert "không còn" in loa("area", "rename", "22998", "--name", "x", *BY, fails=True)
    assert "nơi đặt" in loa("area", "sign-places", "56", *BY)
    assert loa("doctor") == "Không có gì sai.\n"


def test_a_compromised_key_is_gone_from_the_next_key_set_but_never_the_stations_only_one(loa):
    keys = {one["role"]: one["kid"] for one in json.loads(loa("keys", "show"))[0]["keys"]}
    assert keys["approver"] in loa("keys", "list")
    loa("keys", "compromise", keys["approver"], *BY, fails=True)  # nobody said yes
    assert keys["approver"] in loa("keys", "list")
    assert "ký lại bộ khóa" in loa("keys", "compromise", keys["approver"], "--yes", *BY)
    loa("keys", "sign")
    assert keys["approver"] not in loa("keys", "show")
    for end in (("retire",), ("compromise", "--yes")):
        assert "khóa duy nhất" in loa("keys", *end, keys["station"], *BY, fails=True)
        assert "Không có khóa" in loa("keys", *end, "khong-co", *BY, fails=True)
    assert "vẫn còn giá trị" in loa("keys", "retire", keys["administrator"], *BY)
    assert keys["administrator"] not in loa("keys", "list")
    with local_store() as store, store.read() as session:
        assert operator_named(session, "duyet") is not None


def test_a_list_is_tried_then_imported_and_again_changes_nothing(loa, tmp_path):
    file = tmp_path / "loa.csv"
    file.write_text("Tên;Địa bàn\nCụm chợ Đầm;22366\nCụm lạc;99999\n", "utf-8-sig")
    tried = loa("node", "import", str(file), "--dry-run", *BY)
    assert re.search(r"^2\tloa-22366-\d+\tCụm chợ Đầm\tmới", tried, re.MULTILINE)
    assert "SAI: Không có địa bàn “99999”" in tried
    assert "dòng 3" in loa("node", "import", str(file), *BY, fails=True)
    (made,) = json.loads(loa("node", "import", str(file), "--only-good", "--json", *BY))["codes"]
    assert read_qr(made["qr"])[1] == made["code"].replace("-", "")
    again = loa("node", "import", str(file), "--only-good", *BY)
    assert "Đã tạo 0 mã" in again
    assert "Bỏ qua 1 dòng sai: 3." in again
