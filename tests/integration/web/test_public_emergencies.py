"""An emergency stands in front of every public page of the communes that it concerns, until it is over."""

import re

from sqlalchemy import Engine, event, update

from controller.features.emergencies.preparation import prepare
from controller.features.emergencies.queries import get_emergency
from controller.features.emergencies.service import WantedCall, call_alone, sound_all_clear, start_test
from controller.features.emergencies.stopping import stop_in
from controller.model.bulletins import Bulletin
from controller.model.emergencies import Emergency
from controller.model.emergency_states import REPLACED, Kind
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS, PROVINCE, TEXT, Made
from tests.integration.web.test_emergency_pages import prepared_of
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3

ALARM, CLEAR = "Khẩn cấp: lũ về", "Báo yên: lũ đã rút"
PLACE = f"/cong-khai/{NHA_TRANG}"
ELSEWHERE = f"/cong-khai/{BAC_NHA_TRANG}"
IN_FRONT = 'class="emergency"'


def called(world, areas=(NHA_TRANG,), name=None):
    """Have one person call an alarm that sounds at once."""
    prepared = name or prepared_of(world, ALARM, Kind.ALARM, 500)
    how = {"password": PASSWORDS["duyet"], "times": world.times}
    row = world.do(call_alone, WantedCall(areas, prepared), "Lũ về.", by=world.approver, **how).row
    world.later(seconds=3)
    world.advance()
    return row


def cleared(world, row):
    name = prepared_of(world, CLEAR, Kind.ALL_CLEAR, 700)
    how = {"password": PASSWORDS["duyet"], "times": world.times}
    world.do(sound_all_clear, row.id, name, by=world.approver, **how)
    world.later(seconds=3)
    world.advance()


def drilled(world):
    """Have a test sound in the commune as an emergency would."""
    made = Made(mp3(8, 600), 8_000)
    bulletin, _ = world.submitted("Thử còi", made=made)
    with world.store.write() as session:
        session.get_one(Bulletin, bulletin).test = True
    world.approve(bulletin, made)
    name = world.do(prepare, bulletin, Kind.TEST, PROVINCE, by=world.officer).id
    row = world.do(start_test, WantedCall([NHA_TRANG], name), by=world.officer, times=world.times).row
    world.later(seconds=3)
    world.advance()
    return row


def test_it_stands_before_all_else_with_its_words_and_its_sound(world, client, aired):
    assert IN_FRONT not in client.get(PLACE).text
    called(world)
    report = client.post(f"/cong-khai/bao/loa-{NHA_TRANG}-1", data={"viec": "too-loud"})
    code = re.search(r"<code>([A-Z0-9-]+)</code>", report.text).group(1)
    places = (PLACE, f"{PLACE}/ban-tin/{aired}", f"/cong-khai/bao/loa-{NHA_TRANG}-1")
    for page in (*map(client.get, (*places, f"/cong-khai/tra-loi?ma={code}", f"{PLACE}/khan")), report):
        assert page.text.index(IN_FRONT) < page.text.find("<main") % len(page.text)
        assert text_of(page).index(ALARM) < text_of(page).index(TEXT.split("\n")[0])
        assert 'role="alert"' in page.text
        (sound,) = re.findall(r'<audio id="nghe-khan-\w+"[^>]*src="([^"]+)"', page.text)
    assert client.get(sound).status_code == 200
    for page in map(client.get, (ELSEWHERE, f"/cong-khai/bao/loa-{BAC_NHA_TRANG}-1")):
        assert ALARM not in page.text
    found = client.get("/cong-khai")
    assert f"{ALARM} Loa phát từ 11:41 hôm nay · Phường Nha Trang" in text_of(found)


def test_nobody_sees_one_that_waits_for_its_second_person_or_a_test(world, client, officer):
    name = prepared_of(world, ALARM, Kind.ALARM, 500)
    data = {"ban": name, "dia_ban": PROVINCE, "phut": "30", "mat_khau": PASSWORDS["canbo"]}
    assert officer.post("/khan/goi", data=data).status_code == 303
    assert ALARM not in client.get(PLACE).text
    drill = drilled(world)
    assert world.ask(get_emergency, drill.id).kind is Kind.TEST
    assert IN_FRONT not in client.get(PLACE).text


def test_afterwards_it_says_what_ended_it(world, client):
    row = called(world, (NHA_TRANG, BAC_NHA_TRANG))
    world.do(stop_in, [BAC_NHA_TRANG], by=world.approver, reason="Gọi nhầm số nhà ông Ba")
    assert f"{ALARM} : đã dừng. Loa không phát" in text_of(client.get(ELSEWHERE))
    assert IN_FRONT in client.get(PLACE).text
    cleared(world, row)
    page = client.get(PLACE)
    assert 'class="emergency all-clear"' in page.text
    assert IN_FRONT not in page.text
    assert f"{ALARM} : đã báo yên lúc 11:40 hôm nay." in text_of(page)
    world.later(hours=2)
    world.advance()
    later = client.get(PLACE)
    assert CLEAR in later.text
    assert "nhầm" not in later.text
    world.later(hours=12)
    assert "Khẩn cấp" not in client.get(PLACE).text


def test_who_stops_one_cannot_write_that_the_all_clear_was_given(world, client):
    called(world)
    world.do(stop_in, [NHA_TRANG], by=world.people["kythuat"], reason=f" {REPLACED[Kind.ALL_CLEAR]}")
    assert f"{ALARM} : đã dừng lúc" in text_of(client.get(PLACE))


def test_what_ended_it_is_known_whatever_words_are_stored_of_it(world, client):
    called(world, (BAC_NHA_TRANG,))
    second = called(world, (NHA_TRANG, BAC_NHA_TRANG))
    cleared(world, second)
    with world.store.write() as session:
        session.execute(update(Emergency).values(end_reason="Lời của bản cũ."))
    page = text_of(client.get(ELSEWHERE))
    assert page.count(ALARM) == page.count(f"{ALARM} : đã báo yên lúc 11:40 hôm nay.") == 1
    world.later(hours=2)
    world.advance()
    assert f"{ALARM} : đã có thông báo khẩn mới lúc 11:40 hôm nay." in text_of(client.get(ELSEWHERE))


def test_one_that_ends_by_its_own_time_or_by_another_is_not_in_front_any_more(world, client):
    name = prepared_of(world, ALARM, Kind.ALARM, 500)
    called(world, name=name)
    called(world, (PROVINCE,), name=name)
    page = client.get(PLACE).text
    assert page.count(IN_FRONT) == 1
    assert "đã có thông báo khẩn mới" not in page
    world.later(hours=1, minutes=1)
    page = client.get(PLACE)
    assert IN_FRONT not in page.text
    assert f"{ALARM} : đã hết giờ phát lúc 12:4" in text_of(page)


def test_a_cache_holds_a_page_for_everybody_for_seconds_and_what_a_person_writes_never(world, client, aired):
    called(world)
    for place in (PLACE, "/cong-khai", f"{PLACE}/khan", f"{PLACE}/ban-tin/{aired}"):
        held = client.get(place).headers["cache-control"]
        assert held == "public, max-age=0, s-maxage=5, must-revalidate"
    for place in (f"/cong-khai/bao/loa-{NHA_TRANG}-1", "/cong-khai/tra-loi"):
        assert client.get(place).headers["cache-control"] == "no-store"


def test_however_many_ask_the_database_is_asked_once(world, client):
    called(world)
    assert IN_FRONT in client.get(f"{PLACE}/khan").text
    asked = []

    def note(*given):
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert IN_FRONT in client.get(f"{PLACE}/khan").text
        assert asked == []
        world.do(stop_in, [NHA_TRANG], by=world.approver)
        assert IN_FRONT not in client.get(f"{PLACE}/khan").text
        assert asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert client.get("/cong-khai/99999/khan").status_code == 404
