"""Bản đồ: one commune with its loudspeakers at their places, and how these become known."""

import re

import pytest

from controller.features.maps.outlines import communes_to_outline, keep_outlines, prepare_outlines
from controller.features.maps.positions import positions_of
from controller.model.fleet import PositionSource
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG
from tests.integration.web.test_pages import queries_of, text_of
from tests.support.made_outlines import made_outlines

NODE, OTHER = f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"
PLACE = f"/cum-loa/{NODE}/vi-tri"


@pytest.fixture
def technician(sign_in):
    return sign_in("kythuat")


def poles(page):
    return re.findall(
        r'<a class="speaker tone-(\w+)" href="/cum-loa/([\w-]+)" transform="translate\(([^)]+)\)"', page.text
    )


def brought(technician, text):
    """Places set by a list."""
    done = technician.post("/ban-do/vi-tri", data={"danh_sach": text, "viec": "lam"})
    assert done.headers["location"] == "/ban-do/vi-tri?xong=nhap"


def test_a_commune_is_shown_with_its_loudspeakers_where_they_stand(world, technician):
    world.bring_online()
    world.lose([OTHER])
    page = technician.get(f"/ban-do?xa={NHA_TRANG}")
    assert "2 cụm loa, 0 cụm đã có vị trí" in text_of(page)
    assert text_of(page).count("chưa có vị trí") == 2
    brought(technician, f"{NODE},12.2451,109.1943\n{OTHER},12.2500,109.1900")
    page = technician.get(f"/ban-do?xa={NHA_TRANG}")
    drawn = {node: (tone, *map(float, at.split())) for tone, node, at in poles(page)}
    assert {node: tone for node, (tone, *_) in drawn.items()} == {NODE: "good", OTHER: "bad"}
    assert drawn[NODE][1] > drawn[OTHER][1]  # farther east
    assert drawn[NODE][2] > drawn[OTHER][2]  # farther south
    assert '<use href="#loa-bad"/>' in page.text  # a shape, not a colour alone
    left, top, wide, tall = map(
        float, re.search(r'map-picture near" viewBox="([^"]+)"', page.text)[1].split()
    )
    assert all(left < x < left + wide and top < y < top + tall for _, x, y in drawn.values())
    assert "Hình tròn thay cho xã" in text_of(page)


def test_with_outlines_loudspeakers_are_drawn_to_scale(world, technician):
    centres = {code: one.centre for code, one in world.ask(communes_to_outline).items()}
    prepared = prepare_outlines(made_outlines(centres), world.ask(communes_to_outline))
    world.do(keep_outlines, prepared, by=world.people["quantri"])
    east, north = centres[NHA_TRANG]
    brought(technician, f"{NODE},{north},{east}\n{OTHER},{north - 0.01},{east}")
    page = technician.get(f"/ban-do?xa={NHA_TRANG}")
    assert "Hình tròn thay cho xã" not in page.text
    drawn = {node: tuple(map(float, at.split())) for _, node, at in poles(page)}
    assert drawn[NODE][0] == drawn[OTHER][0]
    assert 1 < drawn[OTHER][1] - drawn[NODE][1] < 3  # a hundredth of a degree


def test_who_belongs_to_a_commune_sees_it_first_and_not_a_grey_province(world, sign_in):
    world.bring_online()
    client = sign_in("xanhatrang")
    page = client.get("/ban-do")
    assert "<h1>Phường Nha Trang</h1>" in page.text
    assert f'<g id="v-{NHA_TRANG}" class="cell own">' in page.text
    assert page.text.count(f'href="/cum-loa/loa-{NHA_TRANG}') == 2
    assert client.get(f"/ban-do?xa={BAC_NHA_TRANG}").status_code == 404
    # the neighbours have their names, and nothing of their state
    assert "Bắc Nha" in page.text
    assert f"loa-{BAC_NHA_TRANG}" not in page.text


def test_every_commune_has_its_name_on_the_drawing(technician):
    page = technician.get("/ban-do").text
    labels = re.findall(r'class="label[^"]*"[^>]*data-cell="v-(\d+)">', page)
    assert len(set(labels)) == 64  # the one in a frame of its own always has its name
    assert page.count('class="cell-name"') == 64


def test_a_pole_is_placed_by_the_phone_with_its_accuracy_and_by_hand(world, technician):
    form = technician.get(PLACE)
    assert "Lấy vị trí điện thoại" in text_of(form)
    sent = {"vi_do": "12.2451", "kinh_do": "109.1943", "sai_so": "8"}
    assert technician.post(PLACE, data=sent).headers["location"] == f"/cum-loa/{NODE}?xong=vi-tri"
    row = world.ask(positions_of, [NODE])[NODE]
    assert (row.latitude, row.longitude, row.accuracy_m, row.source) == (
        12.2451,
        109.1943,
        8,
        PositionSource.PHONE,
    )
    assert "đúng trong 8 m" in text_of(technician.get(f"/cum-loa/{NODE}"))
    technician.post(PLACE, data={"vi_do": "12,25", "kinh_do": "109,19"})
    row = world.ask(positions_of, [NODE])[NODE]
    assert (row.latitude, row.accuracy_m, row.source) == (12.25, None, PositionSource.MAP)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Chưa có vị trí."),
        ({"vi_do": "12.24", "kinh_do": "x"}, "Chưa có vị trí."),
        ({"vi_do": "109.19", "kinh_do": "12.24"}, "Chưa có vị trí."),
        ({"vi_do": "21.03", "kinh_do": "105.85"}, "nằm xa Phường Nha Trang"),
        ({"vi_do": "12.24", "kinh_do": "109.19", "sai_so": "900"}, "trong khoảng 900 m"),
        ({"vi_do": "12.24", "kinh_do": "109.19", "sai_so": "nan"}, "phải là số mét"),
    ],
)
def test_a_place_that_cannot_be_is_refused_and_what_was_typed_stays(world, technician, sent, says):
    refused = technician.post(PLACE, data=sent)
    assert refused.status_code == 422
    assert says in refused.text
    assert f'value="{sent.get("vi_do", "")}"' in refused.text
    assert not world.ask(positions_of, [NODE])


def test_a_program_sets_and_reads_places(technician, sign_in):
    call = "/api/v1/map/positions"
    asked = {"positions": [{"node": NODE, "latitude": 12.2451, "longitude": 109.1943, "accuracy_m": 12}]}
    assert technician.put(call, json=asked).json() == {"positions": 1}
    (shown,) = sign_in("xanhatrang").get(call).json()
    assert (shown["node"], shown["latitude"], shown["accuracy_m"]) == (NODE, 12.2451, 12)
    assert technician.get(call, params={"area": BAC_NHA_TRANG}).json() == []
    assert sign_in("canbo").put(call, json=asked).status_code == 403
    asked["positions"].append({"node": "khong-co", "latitude": 12.3, "longitude": 109.1})
    same, wrong = technician.post(f"{call}/check", json=asked).json()
    assert (same["state"], same["was"], same["fault"]) == ("same", "12.245100, 109.194300", "")
    assert (wrong["state"], "Không có cụm loa" in wrong["fault"]) == ("wrong", True)


def test_a_commune_of_any_size_costs_the_same_queries(world, technician):
    world.bring_online()
    few = queries_of(world, technician, f"/ban-do?xa={NHA_TRANG}")
    brought(technician, f"{NODE},12.2451,109.1943\n{OTHER},12.2500,109.1900")
    assert queries_of(world, technician, f"/ban-do?xa={NHA_TRANG}") == few
