"""`loa map` on the station's own machine."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.clocks import utc_now
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.maps.outlines import communes_to_outline
from controller.features.provisioning.service import found
from controller.host.station_keys import StationSeal, station_key
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode, NodeId
from tests.support.made_outlines import collection, made_outlines, square

BY = ("--as", "kythuat")


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    home = tmp_path_factory.mktemp("station")
    settings = Settings(home=home)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    with store.read() as session:
        communes = communes_to_outline(session)
    store.close()
    (home / "whole.geojson").write_bytes(made_outlines({code: one.centre for code, one in communes.items()}))
    return home, communes


@pytest.fixture
def loa(station, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(station[0]))

    def run(*arguments, **more):
        done = CliRunner().invoke(app, ["map", *map(str, arguments)], **more)
        return done.stdout if done.exit_code == 0 else f"{done.exit_code}: {done.stderr}"

    return run


def test_outlines_come_are_shown_and_go(loa, station):
    home, communes = station
    assert "chưa nhập ranh giới" in loa("show")
    assert loa("remove", *BY).startswith("2: Bản đồ chưa có ranh giới nào")
    taken = json.loads(loa("import", home / "whole.geojson", *BY, "--json"))
    assert taken["outlines"] == len(communes) == 65
    assert taken["missing"] == []
    assert taken["corners"] <= 7_500
    assert "Ranh giới của 65 xã, phường, nhập ngày" in loa("show")
    assert json.loads(loa("show", "--json"))["outlines"] == 65
    assert "ranh giới của 65 xã, phường" in loa("remove", *BY)
    assert "chưa nhập ranh giới" in loa("show")


def test_what_a_file_lacks_is_said_and_standard_input_is_read(loa, station):
    _, communes = station
    east, north = communes["22333"].centre
    said = loa("import", "-", *BY, input=collection({"22333": [square(east, north)]}))
    assert "Đã nhập ranh giới của 1 xã, phường" in said
    assert "Chưa có ranh giới (64): " in said
    assert "Phường Nha Trang" in loa("show")
    loa("remove", *BY)


def test_a_wrong_file_and_a_person_who_may_not_change_nothing(loa, station, tmp_path):
    home, communes = station
    loa("import", home / "whole.geojson", *BY)
    before = loa("show", "--json")
    east, north = communes["22333"].centre
    wrong = tmp_path / "wrong.geojson"
    for content, code in (
        (collection({"22333": [square(east, north)], "99999": [square(east, north)]}), "map.unknown-code"),
        (collection({"56": [square(east, north)]}), "map.unknown-code"),
        (collection({"22333": [square(east, north + 2)]}), "map.elsewhere"),
        (collection({"22333": [square(north, east)]}), "map.swapped"),
        (b"%PDF-1.7", "map.not-geojson"),
    ):
        wrong.write_bytes(content)
        assert f"[{code}]" in loa("import", wrong, *BY)
    assert "text.no_file" in loa("import", tmp_path / "none", *BY)
    assert "not-allowed" in loa("import", home / "whole.geojson", "--as", "canbo")
    assert "not-allowed" in loa("remove", "--as", "canbo")
    assert loa("show", "--json") == before
    loa("remove", *BY)


def test_places_are_tried_then_imported_and_again_change_nothing(loa, station, tmp_path):
    settings = Settings(home=station[0])
    store = Store(settings.database, signer=StationSeal(station_key(settings)))
    node = NewNode(NodeId("kh-1"), AreaCode("22366"), "Chợ Đầm")
    with store.write() as session:
        enrol_nodes(session, [node], by=None, now=utc_now())
    store.close()
    file = tmp_path / "places.csv"
    file.write_text("kh-1;12,2451;109,1943\nkh-2;12,3;109,2\n", "utf-8")
    tried = loa("import-positions", file, "--dry-run", *BY)
    assert "1\tkh-1\tChợ Đầm\tsẽ có vị trí: 12.245100, 109.194300" in tried
    assert "SAI: Không có cụm loa nào mang mã kh-2." in tried
    assert "Chưa biết vị trí" in loa("positions")
    assert "dòng 2" in loa("import-positions", file, *BY)
    assert json.loads(loa("import-positions", file, "--only-good", "--json", *BY))["positions"] == 1
    again = loa("import-positions", file, "--only-good", *BY)
    assert "Đã ghi vị trí của 0 cụm loa; 1 cụm không đổi gì. Bỏ qua 1 dòng sai: 2." in again
