"""Bản đồ, Cụm loa, Nhật ký, Người dùng, Quy định, Ngày nghỉ, Thư viện and Cài đặt, as a browser gets them."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from controller.features.accounts.queries import held_key, operator_named
from controller.features.doctor.settings_words import WORDS
from controller.features.journal.export import verify_export
from controller.features.keys.service import retire_one_key
from controller.features.maps.sketch import Centre, centres_of, sketch
from controller.features.plans.policy_signing import sign_policy
from controller.features.reports.service import note_aired
from controller.http.words import number
from controller.model.plain_text import plain
from controller.settings import Settings
from devices.ids import Role
from devices.statements import QuietHours
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS, PROVINCE
from tests.integration.web.test_pages import queries_of, text_of

OWN = {"xac_nhan": PASSWORDS["quantri"]}

CONTROLLER = Path(__file__).parents[3] / "controller"


@pytest.fixture
def technician(sign_in):
    return sign_in("kythuat")


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


# --- the map


def test_the_map_shows_each_commune_as_a_link_with_its_state_in_words(world, technician):
    world.bring_online()
    world.lose(world.nodes[:3])
    page = technician.get("/ban-do").text
    cells = dict(re.findall(r'<a id="v-(\d+)" class="cell tone-\w+" href="[^"]+" aria-label="([^"]+)"', page))
    assert len(cells) == 65
    assert cells[NHA_TRANG].startswith("Phường Nha Trang: thiếu kết nối, 1 trên 2")
    assert cells[BAC_NHA_TRANG] == "Phường Bắc Nha Trang: mất kết nối, 0 trên 2 cụm loa trực tuyến"
    assert len(re.findall(r'<tr id="h-\d+"', page)) == 65
    assert "Đặc khu Trường Sa" in page
    assert 'fill="url(#ke-bad)"' in page


def test_a_commune_sees_the_province_but_only_its_own_state(world, sign_in):
    world.bring_online()
    page = sign_in("xanhatrang").get("/ban-do").text
    assert not re.findall(r'<a id="v-(\d+)"', page)
    assert f'<g id="v-{NHA_TRANG}" class="cell own">' in page
    assert page.count('class="cell elsewhere"') == 64


def test_no_two_communes_of_the_sketch_share_a_place_and_each_has_a_finger_of_room(world):
    with world.store.read() as session:
        rows = session.execute(text("SELECT code, latitude, longitude FROM areas WHERE parent IS NOT NULL"))
        places = {code: (latitude, longitude) for code, latitude, longitude in rows}
    atlas = sketch(centres_of(places))
    assert {cell.code for cell in atlas.cells} == set(places)
    assert [cell.code for cell in atlas.cells if cell.is_inset] == ["22736"]
    spots = [(cell.x, cell.y) for cell in atlas.cells if not cell.is_inset]
    nearest = min((x - u) ** 2 + (y - v) ** 2 for n, (x, y) in enumerate(spots) for u, v in spots[:n])
    assert nearest**0.5 > 24
    assert all(0 <= x <= atlas.width and 0 <= y <= atlas.height for x, y in spots)


def test_a_sketch_can_be_drawn_of_one_place_of_none_and_of_two_at_the_same_spot():
    assert sketch(()).cells == ()
    assert len(sketch((Centre("1", 12.0, 109.0),)).cells) == 1
    same = sketch((Centre("1", 12.0, 109.0), Centre("2", 12.0, 109.0))).cells
    assert same[0].path != same[1].path


# --- nodes


def test_the_tree_counts_by_state_and_leads_to_the_nodes(world, technician):
    world.bring_online()
    world.lose(world.nodes[:3])
    words = text_of(technician.get("/cum-loa"))
    assert "Tất cả 130" in words
    assert "Mất kết nối 3" in words
    assert "Phường Nha Trang 1/2 trực tuyến 1 mất kết nối" in words
    lost = technician.get("/cum-loa?trang_thai=offline").text
    assert set(re.findall(r'id="loa-(loa-[^"]+)"', lost)) == set(world.nodes[:3])


@pytest.mark.parametrize("typed", ["dien khanh", "DIÊN KHÁNH", "diên  khanh"])
def test_a_node_is_found_without_accents(world, technician, typed):
    page = technician.get("/cum-loa", params={"tim": typed}).text
    found = set(re.findall(r'href="/cum-loa/(loa-[^"]+)"', page))
    with world.store.read() as session:
        rows = session.execute(text("SELECT code FROM areas WHERE name LIKE '%Diên Khánh%'"))
        expected = {f"loa-{code}-{number}" for (code,) in rows for number in (1, 2)}
    assert found == expected
    assert len(found) == 2


def test_d_with_a_stroke_is_typed_as_d(technician):
    assert plain("Đông Hải") == "dong hai"
    assert "Đông Hải" in technician.get("/cum-loa?tim=dong hai").text


def test_what_fits_no_filter_says_so_and_a_state_that_is_none_asks_for_nothing(technician):
    assert "Không có cụm loa nào như vậy" in text_of(technician.get("/cum-loa?tim=zzz"))
    assert "Tất cả 130" in text_of(technician.get("/cum-loa?trang_thai=nonsense"))
    assert technician.get("/cum-loa?trang=0").status_code == 422


# --- journal


def test_the_journal_speaks_in_words_and_filters(world, administrator):
    world.approved_airing(areas=(NHA_TRANG,), seconds=600)
    words = text_of(administrator.get("/nhat-ky"))
    assert "Lê Minh Đức duyệt bản tin: Phòng, chống bão số 13" in words
    assert "Trang này nguyên vẹn" in words
    mine = text_of(administrator.get(f"/nhat-ky?nguoi={world.approver.id}&viec=phat"))
    assert "đặt lượt phát" in mine
    assert "duyệt bản tin:" not in mine
    assert "đặt lượt phát" not in text_of(administrator.get(f"/nhat-ky?dia_ban={BAC_NHA_TRANG}"))
    assert "Không có mục nào" in text_of(administrator.get("/nhat-ky?tu=2030-01-01"))
    wrong = administrator.get("/nhat-ky?tu=31/02/2026")
    assert wrong.status_code == 422
    assert "Ngày lọc chưa đúng, nên chưa lọc theo ngày." in wrong.text
    assert "duyệt bản tin" in wrong.text


def test_the_journals_file_proves_itself(world, administrator):
    world.submitted()
    reply = administrator.get("/nhat-ky/tep")
    assert "attachment" in reply.headers["content-disposition"]
    checked = verify_export(reply.text.splitlines(), world.key.public_x)
    assert checked.entries > 5


# --- people


def test_a_person_is_added_with_a_password_that_is_shown_once_and_opens_the_door(
    world, administrator, client
):
    form = {"ten": "hoa.nt", "ho_ten": "Nguyễn Thị Hòa", "vai_tro": "officer", "dia_ban": NHA_TRANG} | OWN
    page = administrator.post("/nguoi-dung/them", data=form).text
    password = re.search(r'id="mat-khau-moi">([^<]+)<', page).group(1)
    assert password not in administrator.get("/nguoi-dung/hoa.nt").text
    entered = client.post("/dang-nhap", data={"ten": "hoa.nt", "mat_khau": password})
    assert entered.headers["location"] == "/"
    assert world.ask(operator_named, "hoa.nt").area == NHA_TRANG


def test_what_is_wrong_with_a_new_account_is_said_and_nothing_typed_is_lost(administrator):
    form = {"ten": "Có dấu", "ho_ten": "Nguyễn Thị Hòa", "vai_tro": "technician", "dia_ban": NHA_TRANG} | OWN
    reply = administrator.post("/nguoi-dung/them", data=form)
    assert reply.status_code == 422
    assert "chữ thường không dấu" in reply.text
    assert 'value="Nguyễn Thị Hòa"' in reply.text
    assert re.search(r'value="technician" checked', reply.text)


def test_roles_area_lock_and_password_are_changed_by_forms_without_script(world, administrator, sign_in):
    away = administrator.post("/nguoi-dung/canbo/vai-tro", data=OWN | {"vai_tro": ["officer", "technician"]})
    assert away.headers["location"] == "/nguoi-dung/canbo?xong=vai-tro"
    assert sorted(world.ask(operator_named, "canbo").roles) == ["officer", "technician"]
    administrator.post("/nguoi-dung/canbo/dia-ban", data=OWN | {"dia_ban": NHA_TRANG})
    assert world.ask(operator_named, "canbo").area == NHA_TRANG
    administrator.post("/nguoi-dung/canbo/khoa", data=OWN)
    assert "Đã khóa" in text_of(administrator.get("/nguoi-dung"))
    assert sign_in("canbo").get("/").status_code == 303
    administrator.post("/nguoi-dung/canbo/mo", data=OWN)
    assert "Mật khẩu của Nguyễn Thị Hoa" in text_of(
        administrator.post("/nguoi-dung/canbo/mat-khau", data=OWN)
    )


def test_nobody_rules_over_the_own_account(administrator):
    for act in ("vai-tro", "khoa", "mat-khau"):
        reply = administrator.post(f"/nguoi-dung/quantri/{act}", data=OWN | {"vai_tro": "officer"})
        assert (reply.status_code, "một quản trị khác" in reply.text) == (409, True)


# --- policies and days off


def sign(world, area=PROVINCE, **limits):
    night = (QuietHours(begins="21:30", ends="04:45"),)
    limits = limits or {"quiet_hours": night, "loudest_volume": 90, "minutes_a_day": 120}
    world.do(
        sign_policy, area=area, administrator=world.people["quantri"], password=PASSWORDS["quantri"], **limits
    )


def test_what_binds_a_commune_names_the_area_that_it_comes_from(world, sign_in):
    sign(world)
    sign(world, NHA_TRANG, quiet_hours=(QuietHours(begins="11:30", ends="13:30"),), loudest_volume=70)
    words = text_of(sign_in("xanhatrang").get(f"/quy-dinh/{NHA_TRANG}"))
    assert "Giờ yên lặng 21:30–04:45 Tỉnh Khánh Hòa" in words
    assert "Giờ yên lặng 11:30–13:30 Phường Nha Trang" in words
    assert "Âm lượng lớn nhất 70% Phường Nha Trang" in words
    assert "Ký và áp dụng" not in words


def test_only_a_policy_whose_key_was_stolen_is_to_be_signed_again(world, sign_in):
    sign(world)
    kid = world.ask(held_key, world.people["quantri"].id, Role.ADMINISTRATOR, world.now()).kid
    administrator = world.people["quantri"]
    world.do(retire_one_key, kid, by=administrator)
    assert "Cần ký lại" not in text_of(sign_in("canbo").get("/quy-dinh"))
    page = text_of(sign_in("quantri").get(f"/cai-dat/khoa/{kid}"))
    assert "Quy định của: Tỉnh Khánh Hòa" in page
    assert sign_in("quantri").post(f"/cai-dat/khoa/{kid}/bi-lo", data=OWN).status_code == 303
    assert "Bị lộ, đã hủy" in text_of(sign_in("quantri").get(f"/cai-dat/khoa/{kid}"))
    assert "Cần ký lại" in text_of(sign_in("canbo").get("/quy-dinh"))
    assert "Hãy xem có đúng không và ký lại." in text_of(sign_in("canbo").get(f"/quy-dinh/{PROVINCE}"))


FORM = {"tu": ["00:00", "12:00"], "den": ["12:00", "00:00"], "am_luong": "60", "phut": "30"}


def test_the_form_of_an_area_without_a_policy_proposes_no_limit(administrator):
    form = administrator.get(f"/quy-dinh/{NHA_TRANG}").text
    assert 'max="100" value="100"' in form
    assert ('max="1440" value="1440"' in form, 'value="21:30"' in form) == (True, False)


def test_a_policy_is_tried_before_it_is_signed_and_signed_with_the_own_key(world, administrator):
    world.approved_airing(areas=(NHA_TRANG,), seconds=7200)
    tried = administrator.post(f"/quy-dinh/{NHA_TRANG}", data=FORM | {"viec": "xem"})
    assert "Sẽ không phát được" in text_of(tried)
    assert "chưa có quy định riêng" in text_of(administrator.get(f"/quy-dinh/{NHA_TRANG}"))
    wrong = administrator.post(f"/quy-dinh/{NHA_TRANG}", data=FORM | {"viec": "ky", "mat_khau": "sai"})
    assert wrong.status_code == 403
    assert "Mật khẩu không đúng, nên chưa ký." in wrong.text
    assert 'value="60"' in wrong.text
    right = FORM | {"viec": "ky", "mat_khau": PASSWORDS["quantri"]}
    assert administrator.post(f"/quy-dinh/{NHA_TRANG}", data=right).status_code == 303
    assert "00:00–12:00 Phường Nha Trang" in text_of(administrator.get(f"/quy-dinh/{NHA_TRANG}"))


def test_half_a_quiet_time_is_refused(administrator):
    reply = administrator.post(f"/quy-dinh/{NHA_TRANG}", data={"tu": "25:00", "den": "", "viec": "xem"})
    assert reply.status_code == 422
    assert "cả giờ bắt đầu và giờ kết thúc" in reply.text


def test_a_day_off_is_added_and_taken_away_again(administrator, officer):
    assert "Quốc khánh" in text_of(officer.get("/ngay-nghi?nam=2026"))
    form = {"ngay": "2026-12-24", "ten": "Ngày hội làng", "nghi": "co"}
    assert administrator.post("/ngay-nghi", data=form).status_code == 303
    assert "Thứ Năm, 24/12/2026 Ngày hội làng Nghỉ, tỉnh đặt" in text_of(officer.get("/ngay-nghi?nam=2026"))
    assert administrator.post("/ngay-nghi/2026-12-24/bo").status_code == 303
    assert "Ngày hội làng" not in officer.get("/ngay-nghi?nam=2026").text
    assert administrator.post("/ngay-nghi", data={"ngay": "", "ten": "x"}).status_code == 422


# --- library


def test_a_word_is_taught_heard_and_removed(world, approver):
    added = approver.post("/thu-vien", data={"viet": "KDC", "doc": "khu dân cư", "dia_ban": PROVINCE})
    assert added.headers["location"] == "/thu-vien?xong=them&thu=KDC#nghe-thu"
    page = approver.get("/thu-vien?thu=Họp KDC số 5")
    assert "Loa sẽ đọc: Họp khu dân cư số năm" in text_of(page)
    (address,) = re.findall(r'<audio[^>]+src="([^"]+)"', page.text)
    sound = approver.get(address)
    assert sound.headers["content-type"] == "audio/mpeg"
    assert world.samples == [("Họp KDC số 5", PROVINCE)]
    (place,) = re.findall(r'action="(/thu-vien/[^"]+/xoa)"', page.text)
    assert approver.post(place).status_code == 303
    assert "khu dân cư" not in text_of(approver.get("/thu-vien"))


def test_samples_are_bounded_in_length_and_rate(approver):
    assert approver.get("/thu-vien/nghe.mp3", params={"chu": "dài " * 200}).status_code == 422
    assert approver.get("/thu-vien/nghe.mp3", params={"chu": ""}).status_code == 422
    told = [approver.get("/thu-vien/nghe.mp3?chu=một").status_code for _ in range(13)]
    assert told == [200] * 12 + [429]


def test_who_may_not_teach_sees_the_words_and_no_form(officer, approver):
    approver.post("/thu-vien", data={"viet": "KDC", "doc": "khu dân cư", "dia_ban": PROVINCE})
    page = officer.get("/thu-vien").text
    assert "khu dân cư" in page
    assert "Thêm vào từ điển" not in page
    assert "/xoa" not in page


# --- settings


def test_every_setting_has_its_words():
    assert WORDS.keys() == Settings.model_fields.keys()


def test_the_settings_page_tells_of_the_backup_and_leads_to_what_is_changed_at_run_time(administrator):
    words = text_of(administrator.get("/cai-dat"))
    assert "Chưa thấy bản sao lưu nào" in words
    assert "Chỉ dùng lúc lập đài. Đổi ở trang Quy định" in words


# --- all of them


PATHS = (
    "/ban-do",
    "/cum-loa",
    "/cum-loa?tim=nha",
    "/cum-loa?trang_thai=ready",
    "/nhat-ky",
    "/nguoi-dung",
    "/quy-dinh/22366",
    "/thu-vien",
    "/cai-dat",
)


def test_a_page_takes_the_same_number_of_queries_however_much_there_is(world, administrator):
    world.bring_online()
    world.aired()
    few = {path: queries_of(world, administrator, path) for path in PATHS}
    for _ in range(3):
        world.aired()
        world.submitted()
    many = {path: queries_of(world, administrator, path) for path in PATHS}
    assert many == few
    assert max(few.values()) <= 20


def test_a_reports_page_says_the_same_totals_as_its_files(world, officer):
    world.aired(without=world.nodes[:13])
    while world.do(note_aired):
        pass
    page = officer.get("/bao-cao?thang=2026-11")
    shown = dict(re.findall(r'id="tong-(\w+)">([^<]+)<', page.text))
    told = officer.get("/api/v1/reports/coverage?area=56&month=2026-11").json()["rows"][0]
    assert shown["nodes"] == number(told["nodes"]) == "130"
    assert shown["nodes_heard"] == number(told["nodes_heard"]) == "117"
    assert shown["minutes_heard"] == number(told["minutes_heard"], 1)
    (foot,) = re.findall(r"<tfoot>.*?</tfoot>", page.text, re.DOTALL)
    assert re.findall(r'num">([^<]+)<', foot) == list(shown.values())
    sums = [
        row["nodes"] for row in officer.get("/api/v1/reports/coverage?area=56&month=2026-11").json()["rows"]
    ]
    assert sum(sums[2:67]) == 130
    assert page.text.count("<rect") == 65
    assert "không bản tin nào nói về một văn bản" in text_of(
        officer.get("/bao-cao?thang=2026-11&theo=legal-act")
    )
    for form in ("csv", "xlsx", "pdf"):
        assert f"/api/v1/reports/coverage.{form}?area=56&amp;month=2026-11" in page.text


def test_a_month_without_airings_and_a_month_that_is_none_are_said(officer):
    assert "Chưa có lượt phát nào" in text_of(officer.get("/bao-cao?thang=2020-01"))
    assert officer.get("/bao-cao?thang=gibberi").status_code == 422


def test_softer_hours_are_kept_when_another_limit_is_signed(administrator):
    form = FORM | {"nho_tu": "05:00", "nho_den": "06:30", "nho_muc": "50", "viec": "ky"}
    sent = administrator.post(f"/quy-dinh/{NHA_TRANG}", data=form | {"mat_khau": PASSWORDS["quantri"]})
    assert sent.status_code == 303
    page = administrator.get(f"/quy-dinh/{NHA_TRANG}")
    assert "Giờ phát nhỏ hơn 05:00–06:30: tối đa 50%" in text_of(page)
    assert 'name="nho_muc"' in page.text
    assert 'value="50"' in page.text
