"""Phát khẩn in the browser: told before the click, by two people or one with a reason; stop, all-clear."""

import re

import pyotp
import pytest

from controller.features.accounts.second_factor import begin_second_factor, confirm_second_factor
from controller.features.emergencies.preparation import prepare
from controller.model.emergency_states import Kind
from devices.ids import Grade
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS, PROVINCE, Made
from tests.integration.web.test_pages import sounding, text_of
from tests.support.swelling_tone import mp3


def prepared_of(world, title, kind, hertz):
    made = Made(mp3(8, hertz), 8_000)
    highest = None if kind is Kind.TEST else Grade.EMERGENCY
    bulletin, _ = world.submitted(title, made=made, highest=highest)
    world.approve(bulletin, made)
    found = world.do(prepare, bulletin, kind, PROVINCE, by=world.officer).id
    world.tell(found, made, "kept", world.nodes[20:])
    return found


@pytest.fixture
def alarm(world):
    world.bring_online(without=world.nodes[:30])
    return prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500)


@pytest.fixture
def phone(world):
    enrolment = world.do(begin_second_factor, by=world.approver, place="")
    totp = pyotp.TOTP(enrolment.secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=world.approver)
    world.later(seconds=90)
    return lambda: totp.at(world.now())


def call(client, alarm, **form):
    password = PASSWORDS["duyet" if "cach" in form else "canbo"]
    data = {"ban": alarm, "dia_ban": PROVINCE, "phut": "30", "mat_khau": password}
    return client.post("/khan/goi", data=data | form)


def test_what_stops_and_how_many_it_reaches_is_told_before_the_click(world, approver, alarm):
    sounding(world)
    assert "100/130 cụm loa giữ sẵn và đang nối" in text_of(approver.get("/khan"))
    words = text_of(approver.get(f"/khan/goi?ban={alarm}"))
    assert "Sẽ dừng ngay: Phòng, chống bão số 13." in words
    assert "Tới 100/130 cụm loa" in words
    one = text_of(approver.get(f"/khan/goi?ban={alarm}&dia_ban={BAC_NHA_TRANG}&dia_ban={NHA_TRANG}"))
    assert "Tới 0/4 cụm loa" in one
    assert world.hurried == []


def test_two_people_call_and_everybody_sees_it_on_every_page(world, officer, approver, sign_in, alarm):
    place = call(officer, alarm).headers["location"]
    waiting = text_of(officer.get(place))
    assert "Chờ người thứ hai xác nhận" in waiting
    assert "Xác nhận, phát ngay" not in waiting
    assert "Xác nhận, phát ngay" in text_of(approver.get(place))
    sign = {"mat_khau": PASSWORDS["duyet"]}
    assert approver.post(f"{place}/xac-nhan", data=sign).headers["location"] == place
    assert world.hurried
    for client, page in (
        (officer, "/ban-tin"),
        (sign_in("kythuat"), "/cum-loa"),
        (sign_in("quantri"), "/cai-dat"),
    ):
        words = text_of(client.get(page))
        assert "Đang phát khẩn: Khẩn cấp: lũ · Toàn tỉnh Khánh Hòa" in words
        assert f'href="{place}/dung"' in client.get(page).text


def test_one_person_alone_gives_a_code_and_a_reason(world, approver, alarm, phone):
    assert 'name="ma"' in approver.get(f"/khan/goi?ban={alarm}").text
    lacking = call(approver, alarm, cach="mot", ma=phone())
    assert lacking.status_code == 422
    assert "phải ghi lý do" in lacking.text
    world.later(seconds=60)
    wrong = call(approver, alarm, cach="mot", ly_do="Đập tràn", ma="000000")
    assert wrong.status_code == 403
    assert 'value="Đập tràn"' in wrong.text
    assert world.hurried == []
    started = call(approver, alarm, cach="mot", ly_do="Đập tràn", ma=phone())
    words = text_of(approver.get(started.headers["location"]))
    assert "Đang phát khẩn" in words
    assert "Phát một mình, lý do: Đập tràn." in words


def test_a_page_that_was_open_offers_what_the_new_state_allows(world, approver, officer, alarm):
    """Forms are not sent anew, so that nothing typed is lost: the state's classes hide what it rules out."""
    prepared_of(world, "Báo yên", Kind.ALL_CLEAR, 540)
    place = call(officer, alarm).headers["location"]
    waiting = approver.get(place).text
    assert 'id="khan-tinh-trang" class="card now waits"' in waiting
    for part in (
        'card call-card while-waiting" aria-label="Xác nhận"',
        'once-sounded" aria-label="Báo yên"',
    ):
        assert part in waiting
    approver.post(f"{place}/xac-nhan", data={"mat_khau": PASSWORDS["duyet"]})
    assert 'class="card now tone-live has-sounded"' in officer.get(place).text
    styles = approver.get(re.findall(r'href="([^"]+admin\.[^"]+)"', waiting)[0]).text
    for rule in (
        ":not(.waits) ~ .while-waiting",
        ":not(.has-sounded) ~ .once-sounded",
        ".is-cleared ~ .once-sounded",
    ):
        assert f"#khan-tinh-trang{rule}" in styles


def test_who_stopped_or_declined_a_call_is_told(world, officer, approver, sign_in, alarm):
    place = call(approver, alarm, cach="mot", ly_do="Lũ").headers["location"]
    sign_in("kythuat").post(f"{place}/dung", data={"ly_do": "Đê không vỡ"})
    assert re.search(r"\w dừng \d\d:\d\d:\d\d\. Lý do: Đê không vỡ", text_of(officer.get(place)))
    declined, withdrawn = (call(officer, alarm).headers["location"] for _ in range(2))
    approver.post(f"{declined}/tu-choi")
    officer.post(f"{withdrawn}/tu-choi")
    assert f"{world.approver.display_name} từ chối" in text_of(officer.get(declined))
    assert f"{world.officer.display_name} rút lại" in text_of(officer.get(withdrawn))


def test_anybody_there_stops_it_in_two_clicks(officer, approver, sign_in, alarm):
    place = call(approver, alarm, cach="mot", ly_do="Lũ").headers["location"]
    technician = sign_in("kythuat")
    silence_it = "bấm Dừng để loa im"
    assert silence_it in text_of(approver.get(place))
    (stop,) = set(re.findall(r'href="(/khan/[^"]+/dung)"', technician.get("/").text))
    assert stop == f"{place}/dung"
    assert "Dừng ngay" in text_of(technician.get(stop))
    assert technician.post(stop).headers["location"] == place
    assert "Đã dừng" in text_of(technician.get(place))
    assert silence_it not in text_of(approver.get(place))
    assert (
        "/dung" not in re.findall(r'<div id="thanh-khan".*?</div>\s*<', officer.get("/").text, re.DOTALL)[0]
    )
    over = technician.post(stop)
    assert over.status_code == 409
    assert "không còn phát nữa" in over.text


def test_an_emergency_ends_by_an_all_clear(world, approver, alarm):
    clear = prepared_of(world, "Báo yên", Kind.ALL_CLEAR, 540)
    place = call(approver, alarm, cach="mot", ly_do="Lũ").headers["location"]
    made = approver.post(f"{place}/bao-yen", data={"ban": clear, "mat_khau": PASSWORDS["duyet"]})
    assert "Đang báo yên" in text_of(approver.get(made.headers["location"]))
    assert "Đã dừng" in text_of(approver.get(place))
    over = approver.get(place).text
    assert "/bao-yen" not in over  # a second one would begin the first anew
    assert 'class="card now has-sounded is-cleared"' in over  # hides the form of a page that was open
    approver.post(f"{made.headers['location']}/dung")  # cut short: many have not heard it
    assert "Tin khẩn đã dừng. Đọc bản báo yên hai lần." in text_of(approver.get(place))


def test_a_call_is_declined_and_nothing_sounds(world, officer, approver, alarm):
    place = call(officer, alarm).headers["location"]
    approver.post(f"{place}/tu-choi")
    assert "Đã bị từ chối" in text_of(officer.get(place))
    assert world.hurried == []
    again = approver.post(f"{place}/xac-nhan")
    assert again.status_code == 409


def test_a_built_in_text_is_prepared_and_waits_for_approval(approver):
    made = approver.post("/khan/soan-san", data={"mau": "storm", "dia_ban": NHA_TRANG})
    assert made.status_code == 303
    words = text_of(approver.get("/khan"))
    assert "Khẩn cấp: bão mạnh Phường Nha Trang Chờ duyệt, chưa phát được" in words
    (drop,) = set(re.findall(r'action="(/khan/soan-san/[^"]+/bo)"', approver.get("/khan").text))
    assert approver.post(drop).status_code == 303
    assert "bão mạnh Phường Nha Trang" not in text_of(approver.get("/khan"))


def test_a_bulletin_that_is_there_is_held_ready_for_a_kind(world, approver):
    bulletin, _ = world.submitted("Sơ tán thôn Đông", highest=Grade.EMERGENCY)
    chosen = {"ban_tin": bulletin, "loai": "all_clear", "dia_ban": NHA_TRANG}
    made = approver.post("/khan/giu-san", data=chosen)
    assert made.status_code == 303, text_of(made)
    assert "Sơ tán thôn Đông Phường Nha Trang · 0/" in text_of(approver.get("/khan"))
    refused = approver.post("/khan/giu-san", data=chosen | {"loai": "test"})
    assert (refused.status_code, "Bản phát thử phải được soạn là bản thử" in refused.text) == (409, True)


def test_the_approver_is_told_that_it_is_held_ready_and_sounds_nothing(officer, approver):
    """The answer comes at the head of the page, so the page is not scrolled past it."""
    made = officer.post("/khan/soan-san", data={"mau": "storm", "dia_ban": NHA_TRANG})
    assert made.headers["location"] == "/khan?xong=soan"
    queue = approver.get("/duyet")
    assert "Soạn sẵn để phát khẩn: duyệt xong thì loa giữ, chưa phát" in text_of(queue)
    assert "Chưa đặt giờ phát" not in queue.text
    (place,) = set(re.findall(r'href="(/duyet/[^"]+)"', queue.text))
    assert "chỉ phát khi có người gọi ở trang Phát khẩn" in text_of(approver.get(place))


def test_a_commune_sees_how_many_of_its_own_loudspeakers_began(approver, sign_in, alarm):
    place = call(approver, alarm, cach="mot", ly_do="Lũ").headers["location"]
    assert "Đã bắt đầu phát 0/130 cụm loa" in text_of(approver.get(place))
    assert "Đã bắt đầu phát 0/2 cụm loa" in text_of(sign_in("xanhatrang").get(place))


def test_a_commune_sees_nothing_of_an_emergency_elsewhere(approver, sign_in, alarm):
    data = {"ban": alarm, "dia_ban": BAC_NHA_TRANG, "cach": "mot", "ly_do": "Lũ"}
    data |= {"mat_khau": PASSWORDS["duyet"]}
    place = approver.post("/khan/goi", data=data).headers["location"]
    elsewhere = sign_in("xanhatrang")
    assert "Đang phát khẩn" not in text_of(elsewhere.get("/"))
    assert elsewhere.get(place).status_code == 404


def test_an_officer_of_a_commune_stops_a_provincial_alarm_in_the_own_commune_alone(approver, sign_in, alarm):
    place = call(approver, alarm, cach="mot", ly_do="Lũ").headers["location"]
    commune, other = sign_in("xanhatrang"), sign_in("canbo")
    assert "Dừng ở Phường Nha Trang" in text_of(commune.get("/"))
    assert "xã chỉ dừng ở xã mình, nơi khác vẫn phát" in text_of(commune.get("/tro-giup"))
    asked = text_of(commune.get(f"{place}/dung"))
    assert "ở Phường Nha Trang?" in asked
    assert "nơi khác vẫn phát" in asked
    assert commune.post(f"{place}/dung").headers["location"] == place
    words = text_of(commune.get(place))
    assert "Ở địa bàn của bạn đã dừng; nơi khác vẫn đang phát." in words
    assert f'href="{place}/dung"' not in commune.get(place).text
    assert "Đang phát khẩn" not in text_of(commune.get("/ban-tin"))
    assert "Đang phát khẩn: Khẩn cấp: lũ · 64 xã, phường" in text_of(other.get("/ban-tin"))
    assert other.post(f"{place}/dung").headers["location"] == place
    assert "Đang phát khẩn" not in text_of(other.get("/ban-tin"))
