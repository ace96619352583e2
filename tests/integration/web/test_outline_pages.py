"""Bản đồ with imported outlines, and Ranh giới where an administrator imports them."""

import html
import json
import re

import pytest

from controller.features.area_changes.changes import NewArea, merge_areas, split_area
from controller.features.doctor.invariants import invariants
from controller.features.maps import uploads as bringing
from controller.features.maps.outlines import (
    communes_to_outline,
    edition_of,
    keep_outlines,
    outlines,
    prepare_outlines,
)
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS
from tests.integration.web.test_attacks import ATTACK, Elements
from tests.integration.web.test_pages import queries_of, text_of
from tests.support.made_outlines import collection, made_outlines, square

PLACE = "/ban-do/ranh-gioi"
CALL = "/api/v1/map/outlines"
TRUONG_SA = "22736"


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


@pytest.fixture
def technician(sign_in):
    return sign_in("kythuat")


@pytest.fixture
def centres(world):
    return {code: one.centre for code, one in world.ask(communes_to_outline).items()}


@pytest.fixture
def bring(world, centres):
    def brought(**how):
        prepared = prepare_outlines(made_outlines(centres, **how), world.ask(communes_to_outline))
        world.do(keep_outlines, prepared, by=world.people["quantri"])

    return brought


def send(client, content, name="xa.geojson"):
    return client.post(PLACE, files={"file": (name, content)})


def paths_of(page):
    return dict(re.findall(r'<path id="o-([\d.]+)" d="([^"]+)"/>', page.text))


def test_an_administrator_brings_outlines_and_takes_them_away(world, administrator, centres):
    sketch = paths_of(administrator.get("/ban-do"))
    assert f'href="{PLACE}"' in administrator.get("/ban-do").text
    assert "Chưa nhập ranh giới nào." in text_of(administrator.get(PLACE))
    sent = send(administrator, made_outlines(centres))
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PLACE}?xong=nhap")
    assert "Đã nhập ranh giới." in text_of(administrator.get(f"{PLACE}?xong=nhap"))
    assert "65/65 xã, phường, nhập ngày 25/11/2026" in text_of(administrator.get(PLACE))
    page = administrator.get("/ban-do")
    assert "Ranh giới do tỉnh nhập ngày 25/11/2026" in text_of(page)
    drawn = paths_of(page)
    assert set(drawn) == set(sketch) == set(centres)
    assert all(drawn[code] != sketch[code] for code in drawn)
    assert administrator.post(f"{PLACE}/bo").headers["location"] == f"{PLACE}?xong=bo"
    assert paths_of(administrator.get("/ban-do")) == sketch
    assert "Bản đồ sơ lược" in text_of(administrator.get("/ban-do"))
    assert administrator.post(f"{PLACE}/bo").status_code == 404
    said = text_of(administrator.get("/nhat-ky"))
    assert "nhập ranh giới lên bản đồ" in said
    assert "ranh giới của 65 địa bàn" in said
    assert "bỏ ranh giới khỏi bản đồ" in said
    with world.store.read() as session:
        assert not invariants(session, now=world.now())


def test_with_outlines_the_map_says_and_links_what_the_sketch_does(world, technician, bring):
    world.bring_online()
    world.lose(world.nodes[:3])
    cell = re.compile(r'<a id="v-\d+" class="cell[^>]+>')
    before = technician.get("/ban-do")
    bring()
    after = technician.get("/ban-do")
    assert cell.findall(after.text) == cell.findall(before.text)
    assert len(cell.findall(after.text)) == 65
    assert before.text.count("<tr id=") == after.text.count("<tr id=") == 65
    assert "Đặc khu Trường Sa ở ngoài khơi" in text_of(after)
    assert 'class="cell-name inset"' in after.text
    assert PLACE not in after.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04", "không phải GeoJSON"),
        (collection({}), "không có ranh giới nào"),
        (collection({"01234": [square(109.2, 12.3)]}), "Không phải mã xã, phường hiện có của tỉnh: 01234."),
        (collection({BAC_NHA_TRANG: [square(12.3, 109.2)]}), "viết ngược"),
        (collection({BAC_NHA_TRANG: [square(105.8, 21.0)]}), "nằm xa Phường Bắc Nha Trang"),
        (b"", "Hãy chọn một tệp GeoJSON"),
    ],
)
def test_a_wrong_file_is_told_and_what_was_in_use_stays(world, administrator, bring, content, says):
    bring()
    before = world.ask(edition_of)
    sent = send(administrator, content)
    assert sent.status_code == 422
    assert says in sent.text
    assert world.ask(edition_of) == before
    assert len(world.ask(outlines)) == 65


def test_a_file_beyond_all_bounds_is_refused_before_it_is_read(administrator):
    assert send(administrator, b" " * 41_000_000).status_code == 413


def test_only_who_rules_the_province_comes_there(world, sign_in, centres):
    for name in ("canbo", "xanhatrang", "duyet", "kythuat"):
        client = sign_in(name)
        assert client.get(PLACE).status_code == 403
        assert send(client, made_outlines(centres)).status_code == 403
        assert client.post(f"{PLACE}/bo").status_code == 403
        assert PLACE not in client.get("/ban-do").text
    assert world.ask(edition_of) is None


def test_another_file_takes_the_place_of_the_first(world, administrator, centres):
    send(administrator, made_outlines(centres))
    first = world.ask(edition_of)
    send(administrator, made_outlines(centres, without=(NHA_TRANG,)))
    second = world.ask(edition_of)
    assert (first.count, second.count) == (65, 64)
    assert first.mark != second.mark
    assert NHA_TRANG not in world.ask(outlines)


def test_what_the_file_lacks_is_a_round_cell_and_named(technician, administrator, bring):
    bring(without=(NHA_TRANG, TRUONG_SA))
    page = technician.get("/ban-do")
    assert "Chưa có ranh giới: Phường Nha Trang, Đặc khu Trường Sa." in text_of(page)
    assert {NHA_TRANG, TRUONG_SA} <= set(paths_of(page))
    assert f'id="v-{NHA_TRANG}"' in page.text
    assert 'class="map-frame"' in page.text
    assert "Chưa có ranh giới: Phường Nha Trang, Đặc khu Trường Sa." in text_of(administrator.get(PLACE))


def test_merged_communes_are_drawn_as_one_and_a_split_one_is_said_to_lack_an_outline(
    world, technician, bring
):
    bring()
    before = paths_of(technician.get("/ban-do"))
    ruled = {"by": world.people["quantri"], "password": PASSWORDS["quantri"]}
    world.do(merge_areas, [NHA_TRANG, BAC_NHA_TRANG], NewArea("22400", "Phường Mới", "Phường"), **ruled)
    merged = technician.get("/ban-do")
    assert NHA_TRANG not in paths_of(merged)
    assert paths_of(merged)["22400"].count("M") == sum(
        before[code].count("M") for code in (NHA_TRANG, BAC_NHA_TRANG)
    )
    assert "Chưa có ranh giới" not in text_of(merged)
    node = f"loa-{NHA_TRANG}-1"
    world.do(split_area, "22400", {NewArea("22401", "Xã Tách", "Xã"): [node]}, **ruled)
    split = technician.get("/ban-do")
    assert "Chưa có ranh giới: Xã Tách." in text_of(split)
    assert "22401" not in paths_of(split)
    assert '<tr id="h-22401"' in split.text


def test_a_pages_stream_knows_which_drawing_the_page_has(world, technician, bring):
    def hinh():
        (stream,) = re.findall(r'hx-sse:connect="/song/ban-do\?hinh=(\w+)"', technician.get("/ban-do").text)
        return stream

    sketch = hinh()
    assert hinh() == sketch
    bring()
    drawn = hinh()
    assert drawn != sketch
    world.bring_online()
    assert hinh() == drawn


def test_outlines_cost_no_query_more(world, administrator, bring):
    world.bring_online()
    few = queries_of(world, administrator, "/ban-do")
    bring()
    administrator.get("/ban-do")
    assert queries_of(world, administrator, "/ban-do") == few


def test_one_file_is_prepared_at_a_time(administrator, centres):
    with bringing._preparing:
        sent = send(administrator, made_outlines(centres))
    assert sent.status_code == 503
    assert "Đang nhập một tệp ranh giới khác." in sent.text
    assert send(administrator, made_outlines(centres)).status_code == 303


def test_a_files_name_and_codes_are_text_wherever_they_are_shown(administrator, centres):
    sent = send(administrator, collection({ATTACK: [square(109.2, 12.3)]}))
    assert sent.status_code == 422
    assert not Elements(sent.text).handlers
    assert "<script>alert" not in sent.text
    name = "<script>alert(1)</script>.geojson"
    assert send(administrator, made_outlines(centres), name).status_code == 303
    journal = administrator.get("/nhat-ky").text
    assert html.escape(name) in journal
    assert "<script>alert" not in journal


def test_a_program_brings_outlines_and_takes_them_away(world, administrator, officer, centres):
    sketch = officer.get(CALL).json()
    assert (sketch["outlines"], sketch["imported_at"], len(sketch["missing"])) == (0, None, len(centres))
    nothing = administrator.put(CALL, files={"field": (None, "code")})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "map.nothing")
    sent = administrator.put(CALL, files={"file": ("xa.geojson", made_outlines(centres))})
    assert sent.status_code == 200, sent.text
    taken = sent.json()
    assert (taken["outlines"], taken["missing"], taken["islands_left_out"]) == (len(centres), [], 0)
    assert taken["corners"] == sum(
        len(ring) for one in world.ask(outlines).values() for polygon in one.polygons for ring in polygon
    )
    assert officer.get(CALL).json() == {key: taken[key] for key in ("outlines", "imported_at", "missing")}
    assert officer.delete(CALL).status_code == 403
    assert administrator.delete(CALL).json() == sketch
    again = administrator.delete(CALL)
    assert (again.status_code, again.json()["code"]) == (404, "map.none")


def test_a_program_names_the_property_that_holds_the_codes(administrator):
    made = json.loads(collection({NHA_TRANG: [square(109.19, 12.25)]}))
    made["features"][0]["properties"] = {"so_hieu": made["features"][0].pop("id")}
    file = json.dumps(made).encode()
    without = administrator.put(CALL, files={"file": ("xa.geojson", file)})
    assert without.status_code == 422
    named = administrator.put(CALL, files={"file": ("xa.geojson", file)}, data={"field": "so_hieu"})
    assert (named.status_code, named.json()["outlines"]) == (200, 1)
