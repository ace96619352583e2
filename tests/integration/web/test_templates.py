"""Templates of bulletins: who keeps them, who sees them, how a bulletin begins with one, and by JSON."""

import re

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.service import submit_bulletin
from controller.features.journal.queries import entries_of
from controller.features.templates.queries import BUILT_IN, templates_offered
from controller.features.templates.service import (
    add_template,
    add_template_of,
    change_template,
    remove_template,
)
from controller.model.bulletin_states import BulletinState, ItemKind
from controller.model.templates import BulletinTemplate
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE
from tests.integration.web.test_admin_pages import queries_of
from tests.integration.web.test_pages import text_of

MARKET = {"title": "Chợ phiên", "text": "Chợ phiên họp ngày [ngày], tại [địa điểm]."}
FORM = {
    "tieu_de": "Họp thôn",
    "noi_dung": "Họp ngày [ngày], lúc [giờ].",
    "noi": "tat-ca",
    "ca_vung": "1",
    "luc": "ngay",
}


def keep(world, by=None, **more):
    return world.do(add_template, **(MARKET | more), by=by or world.approver)


def own(world, *areas):
    found = world.ask(templates_offered, areas or (PROVINCE,))
    return [one.title for one in found if not one.is_builtin]


@pytest.mark.parametrize("name", ["duyet", "quantri"])
def test_a_template_is_kept_with_who_added_it_and_is_in_the_journal(world, name):
    person = world.people[name]
    row = keep(world, by=person, title="  Chợ   phiên ")
    assert (row.title, row.area, row.added_by, row.added_at) == (
        "Chợ phiên",
        PROVINCE,
        person.id,
        world.now(),
    )
    changed = world.do(change_template, row.id, title="Chợ tết", text="Ngày [ngày].", by=world.approver)
    assert (changed.changed_by, changed.changed_at) == (world.approver.id, world.now())
    world.do(remove_template, row.id, by=person)
    acts = [entry.act for entry in world.ask(entries_of, row.id)]
    assert acts == ["template.removed", "template.changed", "template.added"]
    assert own(world) == []
    with world.store.read() as session:
        assert session.get_one(BulletinTemplate, row.id).removed_by == person.id


@pytest.mark.parametrize("name", ["canbo", "kythuat"])
def test_nobody_else_keeps_templates(world, name):
    row, person = keep(world), world.people[name]
    with pytest.raises(NotAllowed, match="mẫu bản tin"):
        keep(world, by=person, title="Khác")
    with pytest.raises(NotAllowed):
        world.do(change_template, row.id, title="Khác", text="Khác.", by=person)
    with pytest.raises(NotAllowed):
        world.do(remove_template, row.id, by=person)
    assert own(world) == ["Chợ phiên"]


def test_a_title_is_taken_once_in_an_area_until_it_is_removed(world):
    row = keep(world)
    with pytest.raises(Conflict, match="Đã có mẫu"):
        keep(world)
    other = keep(world, title="Chợ tết")
    with pytest.raises(Conflict, match="Đã có mẫu"):
        world.do(change_template, other.id, **MARKET, by=world.approver)
    keep(world, area=NHA_TRANG)
    world.do(remove_template, row.id, by=world.approver)
    with pytest.raises(NotFound, match="đã được xóa"):
        world.do(remove_template, row.id, by=world.approver)
    keep(world)
    assert own(world, PROVINCE, NHA_TRANG) == ["Chợ phiên", "Chợ phiên", "Chợ tết"]


@pytest.mark.parametrize("wrong", [{"title": " "}, {"text": " "}, {"title": "a" * 301}])
def test_what_could_be_no_bulletin_is_no_template(world, wrong):
    with pytest.raises(BadInput):
        keep(world, **wrong)


def test_the_same_words_again_change_nothing(world):
    row = keep(world)
    world.do(change_template, row.id, **MARKET, by=world.approver)
    assert [entry.act for entry in world.ask(entries_of, row.id)] == ["template.added"]


# --- Thư viện


def test_the_library_shows_the_built_in_ones_to_everybody(officer):
    page = text_of(officer.get("/thu-vien"))
    assert f"Mẫu có sẵn: {len(BUILT_IN)}" in page
    assert all(one.title in page for one in BUILT_IN)
    assert "Thêm mẫu bản tin" not in page


def test_a_template_is_added_changed_and_removed_on_the_page(approver):
    sent = {"ten": "Chợ phiên", "loi": "Ngày [ngày].", "dia_ban": PROVINCE}
    assert approver.post("/thu-vien/mau", data=sent).headers["location"] == "/thu-vien?xong=mau#mau-ban-tin"
    page = approver.get("/thu-vien?xong=mau")
    assert "Đã lưu mẫu bản tin." in text_of(page)
    (place,) = re.findall(r'action="(/thu-vien/mau/[^"]+)/sua"', page.text)
    refused = approver.post(f"{place}/sua", data={"ten": "", "loi": "Chữ đang gõ."})
    assert refused.status_code == 422
    assert "Chữ đang gõ." in refused.text
    assert approver.post(f"{place}/sua", data={"ten": "Chợ tết", "loi": "Ngày [ngày]."}).status_code == 303
    assert "Chợ tết" in approver.get("/thu-vien").text
    assert approver.post(f"{place}/xoa").status_code == 303
    assert "Chợ tết" not in approver.get("/thu-vien").text


def test_what_cannot_be_added_is_shown_again_with_what_is_wrong(approver):
    twice = {"ten": "Chợ phiên", "loi": "Ngày [ngày].", "dia_ban": NHA_TRANG}
    approver.post("/thu-vien/mau", data=twice)
    reply = approver.post("/thu-vien/mau", data=twice)
    assert reply.status_code == 409
    assert "Đã có mẫu tên «Chợ phiên»" in reply.text
    assert reply.text.count("Ngày [ngày].</textarea>") == 2


def test_an_officer_sees_those_of_the_own_area_and_above(world, sign_in):
    for title, area in (("Của tỉnh", PROVINCE), ("Của phường", NHA_TRANG), ("Của nơi khác", BAC_NHA_TRANG)):
        keep(world, title=title, area=area)
    commune = sign_in("xanhatrang")
    for page in (commune.get("/thu-vien").text, commune.get("/tao-ban-tin").text):
        assert "Của tỉnh" in page
        assert "Của phường" in page
        assert "Của nơi khác" not in page
    province = sign_in("canbo")
    assert "Của nơi khác" in province.get("/thu-vien").text
    assert "Của nơi khác" not in province.get("/tao-ban-tin").text


def test_a_bulletin_becomes_a_template_of_its_area(world, approver, officer):
    bulletin, _ = world.submitted("Chợ đêm", "Chợ đêm mở lúc 18h.")
    assert "Lưu làm mẫu" not in officer.get(f"/ban-tin/{bulletin}").text
    assert "Lưu làm mẫu" in approver.get(f"/ban-tin/{bulletin}").text
    assert approver.post(f"/ban-tin/{bulletin}/mau").status_code == 303
    assert own(world) == ["Chợ đêm"]
    twice = approver.post(f"/ban-tin/{bulletin}/mau")
    assert twice.status_code == 409
    assert "Đã có mẫu tên «Chợ đêm»" in twice.text


def test_a_programme_becomes_no_template(world):
    items = [Item(ItemKind.SPEECH, "Kính chào bà con."), Item(ItemKind.SPEECH, "Hết.")]
    programme = world.do(draft_programme, title="Tin", items=items, by=world.officer).id
    with pytest.raises(Conflict, match="bằng chữ"):
        world.do(add_template_of, programme, by=world.approver)


@pytest.mark.parametrize("address", ["/thu-vien", "/tao-ban-tin"])
def test_a_page_asks_the_same_however_many_templates_there_are(world, approver, address):
    few = queries_of(world, approver, address)
    for number in range(5):
        keep(world, title=f"Mẫu {number}")
    assert queries_of(world, approver, address) == few


# --- Tạo bản tin


def test_a_bulletin_begins_with_a_template(world, officer):
    page = officer.get("/tao-ban-tin")
    assert 'href="/tao-ban-tin?mau=hop-thon"' in page.text
    begun = officer.get("/tao-ban-tin?mau=hop-thon")
    assert 'value="Mời họp thôn, tổ dân phố"' in begun.text
    assert "Hãy điền những chỗ trong ngoặc vuông: [tên thôn, tổ dân phố], [giờ]" in text_of(begun)
    row = keep(world)
    assert MARKET["text"] in officer.get(f"/tao-ban-tin?mau={row.id}").text


def test_a_template_that_is_gone_or_of_another_commune_is_not_there(world, sign_in):
    commune = sign_in("xanhatrang")
    row = keep(world, area=BAC_NHA_TRANG)
    assert commune.get(f"/tao-ban-tin?mau={row.id}").status_code == 404
    assert commune.post("/tao-ban-tin/dung-mau", data={"mau": row.id}).status_code == 404
    world.do(remove_template, row.id, by=world.approver)
    assert sign_in("canbo").get(f"/tao-ban-tin?mau={row.id}").status_code == 404
    assert sign_in("canbo").get("/tao-ban-tin?mau=khong-co").status_code == 404


def test_words_that_were_begun_stay_until_the_person_says_otherwise(officer):
    typed = {"tieu_de": "Một nửa", "noi_dung": "Đang gõ dở", "noi": "tinh", "am_luong": "80"}
    officer.post("/nhap/moi", data=typed)
    asked = officer.get("/tao-ban-tin?mau=hop-thon")
    assert "Đang gõ dở" in asked.text
    assert "Bạn đang soạn dở «Một nửa»" in text_of(asked)
    reply = officer.post("/tao-ban-tin/dung-mau", data={"mau": "hop-thon"})
    assert reply.headers["location"] == "/tao-ban-tin?xong=mau"
    page = officer.get("/tao-ban-tin?xong=mau")
    assert "Đang gõ dở" not in page.text
    assert 'value="80" selected' in page.text
    assert "Hãy điền những chỗ trong ngoặc vuông" in text_of(page)


# --- open places are not handed in


def test_a_bulletin_with_an_open_place_stays_a_draft(world, officer):
    refused = officer.post("/tao-ban-tin", data=FORM)
    assert refused.status_code == 409
    assert "Còn chỗ chưa điền: [ngày], [giờ]." in refused.text
    assert FORM["noi_dung"] in refused.text
    bulletin = officer.post("/tao-ban-tin", data=FORM | {"viec": "nhap"}).headers["location"].split("?")[0]
    sent = officer.post(f"{bulletin}/gui")
    assert sent.status_code == 409
    assert "[ngày], [giờ]" in sent.text
    mended = FORM | {"noi_dung": "Họp ngày 30/11/2026, lúc 19h30."}
    assert officer.post(f"{bulletin}/sua", data=mended).status_code == 303
    assert world.ask(get_bulletin, bulletin.rpartition("/")[2]).state is BulletinState.SUBMITTED


@pytest.mark.parametrize("change", [{"tieu_de": "Họp [thôn]"}, {"ben_bao": "Trưởng thôn [tên]"}])
def test_titles_and_issuers_are_said_too(officer, change):
    assert officer.post("/tao-ban-tin", data=FORM | {"noi_dung": "Họp."} | change).status_code == 409


def test_what_a_programme_says_itself_has_no_open_place(world):
    items = [Item(ItemKind.SPEECH, "Kính chào [ai]."), Item(ItemKind.SPEECH, "Hết.")]
    programme = world.do(draft_programme, title="Tin", items=items, by=world.officer).id
    with pytest.raises(Conflict, match=r"\[ai\]"):
        world.do(submit_bulletin, programme, by=world.officer)


# --- JSON


def test_programs_keep_templates_too(approver):
    made = approver.post("/api/v1/templates", json=MARKET)
    assert made.status_code == 201
    assert made.json()["places"] == ["[ngày]", "[địa điểm]"]
    assert (made.json()["area"], made.json()["added_by"], made.json()["is_builtin"]) == (
        PROVINCE,
        "duyet",
        False,
    )
    place = f"/api/v1/templates/{made.json()['id']}"
    changed = approver.put(place, json={"title": "Chợ tết", "text": "Ngày [ngày]."}).json()
    assert (changed["title"], changed["changed_by"]) == ("Chợ tết", "duyet")
    found = approver.get("/api/v1/templates").json()
    assert [one["title"] for one in found] == ["Chợ tết", *(one.title for one in BUILT_IN)]
    assert [one["is_builtin"] for one in found] == [False] + [True] * len(BUILT_IN)
    assert approver.delete(place).status_code == 200
    assert approver.delete(place).status_code == 404
    assert len(approver.get("/api/v1/templates").json()) == len(BUILT_IN)


def test_a_built_in_template_is_nobodys_to_change(approver):
    assert approver.delete("/api/v1/templates/hop-thon").status_code == 404
    assert approver.put("/api/v1/templates/hop-thon", json=MARKET).status_code == 404


def test_a_program_is_told_which_places_are_open(officer):
    made = officer.post("/api/v1/bulletins", json={"title": "Họp", "text": "Ngày [ngày]."}).json()
    refused = officer.post(f"/api/v1/bulletins/{made['id']}/submit")
    assert refused.status_code == 409
    assert refused.json()["code"] == "bulletin.unfilled"
    assert refused.json()["facts"] == {"places": ["[ngày]"]}
