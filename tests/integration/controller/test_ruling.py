"""The commands by which a province rules its own station: policies, keys, nodes, timetables."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.client.local_client import local_store
from controller.clocks import utc_now
from controller.features.plans.queries import published_key_sets, published_policies
from controller.features.provisioning.service import found
from controller.host.station_keys import Secrets
from controller.settings import Settings
from devices.ids import AreaCode


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    from controller.store import Store

    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    store.close()
    return home


@pytest.fixture
def loa(founded, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(founded))
    monkeypatch.setenv("LOA_PASSWORD", Secrets(founded).passwords()["kythuat"])

    def run(*arguments):
        done = CliRunner().invoke(app, arguments)
        return done.exit_code, done.stdout, done.stderr

    return run


def test_what_is_not_named_is_not_ruled(loa):
    code, out, _ = loa("policy", "sign", "--area", "22366", "--loudest", "30", "--as", "kythuat")
    assert code == 0
    assert (
        "giờ yên lặng không có; to nhất 30%; không giới hạn số phút; tự phát 7 ngày khi mất liên lạc; hết hạn"
        in out
    )
    with local_store() as store, store.read() as session:
        (own,) = [one for one in published_policies(session, AreaCode("22366")) if one.target == "22366"]
    assert (own.quiet_hours, own.loudest_volume, own.minutes_a_day, own.volumes) == ((), 30, 1440, ())
    code, out, _ = loa("policy", "sign", "--area", "22366", "--minutes", "60", "--as", "kythuat")
    assert "giờ yên lặng không có; to nhất 30%; 60 phút một ngày" in out
    code, _, err = loa("policy", "sign", "--area", "22333", "--as", "kythuat")
    assert (code, "hãy nêu ít nhất một điều" in err) == (2, True)


def test_a_policy_is_signed_by_an_administrator_and_keeps_what_is_not_named(loa):
    code, _, err = loa("policy", "sign", "--area", "22333", "--quiet", "20:00-06:00", "--as", "kythuat")
    assert (code, err) == (0, "")
    code, _, _ = loa("policy", "sign", "--area", "22333", "--loudest", "60", "--as", "kythuat")
    assert code == 0
    with local_store() as store, store.read() as session:
        (own,) = [
            one for one in published_policies(session, AreaCode("22333")) if one.target == AreaCode("22333")
        ]
    assert [(hours.begins, hours.ends) for hours in own.quiet_hours] == [("20:00", "06:00")]
    assert own.loudest_volume == 60
    loud = ("--volume", "05:00-06:30=40", "--volume", "20:00-21:00=30", "--as", "kythuat")
    assert loa("policy", "sign", "--area", "22333", *loud)[0] == 0
    assert "to nhất 60% (05:00–06:30 40%) (20:00–21:00 30%);" in loa("policy", "show")[1]
    assert loa("policy", "sign", "--area", "22333", "--volume", "5h=40", "--as", "kythuat")[0] == 2
    assert loa("policy", "sign", "--area", "22333", "--volume", "none", "--as", "kythuat")[0] == 0
    code, out, _ = loa("policy", "show")
    assert code == 0
    assert "20:00–06:00; to nhất 60%" in out


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (["--quiet", "25:00-04:45", "--as", "kythuat"], "Không hiểu giờ yên lặng"),
        (["--quiet", "khuya", "--as", "kythuat"], "Không hiểu giờ yên lặng"),
        (["--loudest", "101", "--as", "kythuat"], "Quy định không hợp lệ"),
        (["--loudest", "50", "--as", "canbo"], "Chỉ quản trị"),
        (["--loudest", "50", "--as", "nobody"], "Không có tài khoản nào"),
        (["--loudest", "50", "--as", "kythuat"], "Mật khẩu không đúng"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_in_a_sentence(loa, changes, sentence, monkeypatch):
    if "Mật khẩu" in sentence:
        monkeypatch.setenv("LOA_PASSWORD", "sai")
    code, out, err = loa("policy", "sign", "--area", "56", *changes)
    assert (code, out) == (2, "")
    assert sentence in err


def test_the_key_set_is_signed_anew_with_the_root_key_alone(loa, founded):
    with local_store() as store, store.read() as session:
        before = published_key_sets(session)
    code, out, _ = loa("keys", "sign", "--root", str(Secrets(founded).root_key))
    assert code == 0
    assert "Đã ký 0 bộ khóa" in out  # nothing has changed since yesterday
    assert [one["version"] for one in json.loads(loa("keys", "show")[1])] == [one.version for one in before]
    code, _, err = loa("keys", "sign", "--root", str(Secrets(founded).station_key))
    assert (code, "không phải là khóa gốc" in err) == (2, True)
    code, _, err = loa("keys", "sign", "--root", str(founded / "loa.sqlite"))
    assert (code, "Không đọc được khóa gốc" in err) == (2, True)


def test_the_stations_key_is_renewed_with_the_root_key_and_only_once_at_a_time(loa):
    code, out, _ = loa("keys", "renew-station")
    assert (code, "đài dùng từ" in out) == (0, True)
    assert out.split()[2].rstrip(":") in loa("keys", "show")[1]
    assert loa("keys", "renew-station")[0] == 2
    assert loa("keys", "renew-station", "--now")[0] == 0


def test_a_node_is_enrolled_listed_retired_and_brought_back(loa):
    enrol = ("node", "add", "kh-1", "--area", "22333", "--name", "Nhà văn hóa thôn 2", "--as", "kythuat")
    assert loa(*enrol)[0] == 0
    listed = json.loads(loa("node", "list", "--area", "56", "--json")[1])
    assert [(one["node"], one["name"]) for one in listed] == [("kh-1", "Nhà văn hóa thôn 2")]
    code, _, err = loa(*enrol)
    assert (code, "đang dùng ở địa bàn 22333" in err) == (2, True)
    assert loa("node", "retire", "kh-1", "--as", "canbo")[0] == 2
    assert loa("node", "retire", "kh-1", "--as", "kythuat")[0] == 0
    assert json.loads(loa("node", "list", "--json")[1]) == []
    assert loa(*enrol)[0] == 0
    assert len(json.loads(loa("node", "list", "--json")[1])) == 1


def test_nodes_are_retired_all_or_none(loa):
    for name in ("kh-2", "kh-3"):
        assert loa("node", "add", name, "--area", "22366", "--name", name, "--as", "kythuat")[0] == 0
    assert loa("node", "retire", "kh-2", "kh-9", "--as", "kythuat")[0] == 2
    assert len(json.loads(loa("node", "list", "--area", "22366", "--json")[1])) == 2
    assert loa("node", "retire", "kh-2", "kh-3", "--as", "kythuat")[0] == 0
    assert json.loads(loa("node", "list", "--area", "22366", "--json")[1]) == []


def test_a_timetable_of_nothing_says_so_and_wrong_days_are_refused(loa):
    code, out, _ = loa("timetable", "--area", "22333", "--days", "7")
    assert (code, out) == (0, "Không có gì phát trong thời gian này.\n")
    told = json.loads(loa("timetable", "--area", "22333", "--from", "2026-12-01", "--days", "7", "--json")[1])
    assert (told["slots"], told["since"][:10]) == ([], "2026-12-01")
    assert loa("timetable", "--area", "22333", "--days", "32")[0] == 2
    assert loa("timetable", "--area", "22333", "--from", "mai")[0] == 2
    assert loa("timetable", "--area", "99999")[0] == 2


def test_without_a_station_each_command_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["policy", "show"])
    assert done.exit_code == 1
    assert "Hãy chạy «loa up» trước" in done.stderr


def test_limits_of_many_areas_are_tried_then_signed_and_not_signed_again(loa):
    asked = ("policy", "change", "--area", "22900", "--area", "22909", "--minutes", "45", "--as", "kythuat")
    code, out, err = loa(*asked, "--dry-run")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["22900", "22909"]
    assert "mỗi ngày tối đa 45 phút" in out
    with local_store() as store, store.read() as session:
        assert not [one for one in published_policies(session, AreaCode("22900")) if one.target == "22900"]
    assert loa(*asked)[1] == "Đã ký quy định của 2 địa bàn.\n"
    assert "không đổi" in loa(*asked, "--dry-run")[1]
    assert "không có gì để ký" in loa(*asked)[2]
