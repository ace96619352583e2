"""Named groups of communes: kept by the province, chosen in the forms of bulletins and schedules."""

from sqlalchemy import select

from controller.features.area_groups.queries import area_groups
from controller.features.area_groups.service import set_area_group
from controller.model.airings import Target
from controller.model.journal import Entry
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG
from tests.integration.web.test_pages import text_of


def test_an_administrator_keeps_a_group_and_changes_it(world, sign_in, officer):
    admin = sign_in("quantri")
    form = {"ten": " Ven  biển ", "dia_ban": [NHA_TRANG, BAC_NHA_TRANG]}
    assert admin.post("/nhom-xa", data=form).status_code == 303
    assert "Ven biển 2 xã, phường: " in text_of(officer.get("/nhom-xa"))
    assert officer.post("/nhom-xa", data=form).status_code == 403
    asked = {"name": "Ven biển", "areas": [NHA_TRANG]}
    assert admin.post("/api/v1/area-groups", json=asked).status_code == 201
    (one,) = officer.get("/api/v1/area-groups").json()
    assert (one["name"], one["areas"]) == ("Ven biển", [NHA_TRANG])
    for wrong in ({"ten": "", "dia_ban": NHA_TRANG}, {"ten": "Núi"}, {"ten": "Núi", "dia_ban": "00000"}):
        reply = admin.post("/nhom-xa", data=wrong)
        assert (reply.status_code, len(world.ask(area_groups))) == (422, 1)
    assert 'value="Núi"' in reply.text  # nothing that was typed is lost
    assert admin.delete("/api/v1/area-groups/Ven biển").status_code == 204
    assert admin.delete("/api/v1/area-groups/Ven biển").status_code == 404
    with world.store.read() as session:
        acts = [one.act for one in session.scalars(select(Entry)) if one.act.startswith("area_group")]
    assert acts == ["area_group.set", "area_group.set", "area_group.removed"]


def test_a_group_is_chosen_as_one_and_means_its_communes(world, officer):
    world.do(set_area_group, "Ven biển", [BAC_NHA_TRANG, NHA_TRANG], by=world.people["quantri"])
    (group,) = world.ask(area_groups)
    value = ",".join(group.areas)
    for place in ("/tao-ban-tin", "/lich/tao"):
        assert f'name="nhom" value="{value}"' in officer.get(place).text
    form = {"tieu_de": "Bão", "noi_dung": "Mời bà con neo thuyền.", "noi": "chon", "nhom": value}
    form |= {"luc": "gio-khac", "ngay": "30/11/2026", "gio": "17:00", "dia_ban": NHA_TRANG}
    assert officer.post("/tao-ban-tin", data=form).status_code == 303
    with world.store.read() as session:
        assert set(session.scalars(select(Target.area))) == {NHA_TRANG, BAC_NHA_TRANG}


def test_a_form_that_comes_back_has_its_group_chosen_still(world, officer):
    world.do(set_area_group, "Ven biển", [BAC_NHA_TRANG, NHA_TRANG], by=world.people["quantri"])
    (group,) = world.ask(area_groups)
    value = ",".join(group.areas)
    reply = officer.post("/tao-ban-tin", data={"noi": "chon", "nhom": value, "luc": "ngay"})
    assert f'name="nhom" value="{value}" checked' in reply.text
