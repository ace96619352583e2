import re
from datetime import time, timedelta
from io import BytesIO
from xml.etree.ElementTree import fromstring

import pytest
from icalendar import Calendar
from PIL import Image
from sqlalchemy import update

from controller.features.airings.queries import get_airing
from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.service import draft_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import set_reference
from controller.features.listeners.queries import reports_in
from controller.features.schedules.service import cancel_occurrence, move_occurrence, schedule_bulletin
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinState, ItemKind
from controller.model.bulletins import Bulletin
from controller.model.listeners import ListenerReport
from schedules.recurrence import Daily
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, TITLE, Made
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3

NODE = f"loa-{NHA_TRANG}-1"
PLACE = f"/cong-khai/{NHA_TRANG}"


def reported(client, **changes):
    """Report a trouble as anybody may; return the code that the page shows."""
    reply = client.post(f"/cong-khai/bao/{NODE}", data={"viec": "too-loud", "ke": "Sáng nay."} | changes)
    return re.search(r"<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>", reply.text).group(1)


# --- what anybody may read and hear


def test_a_commune_shows_its_timetable_and_what_was_aired(world, client, aired):
    world.approved_airing(title="Lịch tiêm phòng", areas=[NHA_TRANG], seconds=3600)
    page = text_of(client.get(PLACE))
    assert "Loa truyền thanh Phường Nha Trang" in page
    assert "Lịch tiêm phòng Thứ Tư, 25/11/2026" in page
    assert f"{TITLE} 11:40 hôm nay · dài 8 giây" in page
    assert "Lịch tiêm phòng" not in text_of(client.get(f"/cong-khai/{BAC_NHA_TRANG}"))
    act = Reference("1322/UBND-VP", "Công văn", in_force_until=world.now().date())
    world.do(set_reference, world.ask(get_airing, aired).bulletin, act, by=world.officer)
    one = client.get(f"{PLACE}/ban-tin/{aired}")
    assert "Công văn số 1322/UBND-VP · hiệu lực đến hết Thứ Tư, 25/11/2026" in text_of(one)
    assert "đưa tàu thuyền vào nơi tránh trú" in text_of(one)
    (sound,) = re.findall(r'src="(/cong-khai/tep/\w+\.mp3)"', one.text)
    assert client.get(sound).content == mp3()


def test_nothing_unapproved_withdrawn_or_unheard_is_public(world, client):
    waiting, _ = world.submitted("Chưa duyệt")
    world.plan(waiting, areas=[NHA_TRANG], seconds=3600)
    made = Made(mp3(3, 500), 3_000)
    planned, _ = world.approved_airing(title="Chưa phát", areas=[NHA_TRANG], seconds=7200, made=made)
    assert "Chưa duyệt" not in text_of(client.get(PLACE))
    assert client.get(f"{PLACE}/ban-tin/{planned}").status_code == 404
    assert client.get(f"/cong-khai/tep/{made.recording}.mp3").status_code == 404
    assert client.get(f"/cong-khai/tep/{made.recording}/hinh-am").status_code == 404


def test_what_is_taken_back_is_gone_for_everybody(world, client, aired):
    assert client.get(f"{PLACE}/ban-tin/{aired}").status_code == 200
    bulletin = world.ask(get_airing, aired).bulletin
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    assert client.get(f"{PLACE}/ban-tin/{aired}").status_code == 404
    assert TITLE not in text_of(client.get(PLACE))
    assert client.get(f"/cong-khai/tep/{Made(mp3(), 8_000).recording}.mp3").status_code == 404


def test_a_telephone_follows_the_calendar(world, client):
    world.approved_airing(title="Họp, dân; xã", areas=[NHA_TRANG], seconds=3600)
    feed = client.get(f"{PLACE}/lich.ics")
    assert feed.headers["content-type"].startswith("text/calendar")
    lines = feed.text.split("\r\n")
    assert "DTSTART:20261125T054000Z" in lines
    assert "SUMMARY:Họp\\, dân\\; xã" in lines
    assert max(len(line.encode()) for line in lines) <= 75


def entries(client):
    feed = Calendar.from_ical(client.get(f"{PLACE}/lich.ics").text)
    return {str(one["UID"]): one for one in feed.walk("VEVENT")}


def test_a_calendar_is_subscribed_to_and_shows_what_was_moved_or_cancelled(world, client):
    assert f'href="webcal://loa.example{PLACE}/lich.ics"' in client.get(PLACE).text
    by = world.people["xanhatrang"]  # the commune's own: nobody has to agree
    bulletin, _ = world.submitted("Lịch tiêm phòng")
    world.approve(bulletin)
    rule = Daily(at=time(17), first=world.now().date())
    schedule = world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=by).id
    before = entries(client)
    assert len(before) == 14
    world.later(minutes=5)
    first, second, *_ = sorted(one["DTSTART"].dt for one in before.values())
    world.do(move_occurrence, schedule, first, to=first + timedelta(hours=1), by=by)
    world.do(cancel_occurrence, schedule, second, by=by)
    after = entries(client)
    assert after.keys() == before.keys()
    moved, cancelled = (after[f"{schedule}-{at:%Y%m%dT%H%M%SZ}@loa"] for at in (first, second))
    assert moved["DTSTART"].dt == first + timedelta(hours=1)
    assert moved["DESCRIPTION"] == "Dời từ 17:00, Thứ Tư, 25/11/2026."
    assert (cancelled["STATUS"], cancelled["SUMMARY"]) == ("CANCELLED", "Đã hủy: Lịch tiêm phòng")
    for one in (moved, cancelled):
        assert one["SEQUENCE"] > before[str(one["UID"])]["SEQUENCE"]
    untouched = [one for uid, one in after.items() if one is not moved and one is not cancelled]
    assert all(one.to_ical() == before[str(one["UID"])].to_ical() for one in untouched)
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    assert entries(client) == {}


def test_an_emergency_is_as_long_as_its_recording_to_hear_again(world, client, aired):
    """On air it went on for an hour, over and over; what is heard again is told once."""
    with world.store.write() as session:
        get_airing(session, aired).duration_ms = 3_600_000
    assert f"{TITLE} 11:40 hôm nay · dài 8 giây" in text_of(client.get(PLACE))
    assert "duration>8<" in client.get(f"{PLACE}/podcast.xml").text


@pytest.mark.usefixtures("aired")
def test_a_podcast_names_each_sound_with_its_size(client):
    feed = fromstring(client.get(f"{PLACE}/podcast.xml").content)
    (item,) = feed.findall("channel/item")
    sound = item.find("enclosure").attrib
    assert item.findtext("title") == TITLE
    assert sound["url"].startswith("http://loa.example/cong-khai/tep/")
    assert int(sound["length"]) == len(client.get(sound["url"].removeprefix("http://loa.example")).content)


def test_a_podcast_says_whose_it_is_and_has_a_picture(world, client, aired):
    world.settings = world.settings.model_copy(update={"contact_mail": "loa@tinh.gov.vn"})
    itunes = {"i": "http://www.itunes.com/dtds/podcast-1.0.dtd"}
    channel = fromstring(client.get(f"{PLACE}/podcast.xml").content).find("channel")
    assert channel.findtext("i:author", None, itunes) == "Loa truyền thanh Phường Nha Trang"
    assert channel.findtext("i:owner/i:name", None, itunes) == "Tỉnh Khánh Hòa"
    assert channel.findtext("i:owner/i:email", None, itunes) == "loa@tinh.gov.vn"
    assert channel.findtext("language") == "vi"
    address = channel.find("i:image", itunes).get("href").removeprefix("http://loa.example")
    picture = Image.open(BytesIO(client.get(address).content))
    assert (picture.size, picture.format) == ((1400, 1400), "PNG")
    assert aired


def test_an_episode_keeps_its_id_and_its_day_however_often_it_is_aired(world, client, aired):
    (before,) = fromstring(client.get(f"{PLACE}/podcast.xml").content).findall("channel/item")
    world.plan(world.ask(get_airing, aired).bulletin, seconds=3600)
    world.advance()
    world.publish()
    world.later(hours=1)
    world.advance()
    (after,) = fromstring(client.get(f"{PLACE}/podcast.xml").content).findall("channel/item")
    assert after.findtext("link") != before.findtext("link")
    for name in ("guid", "pubDate"):
        assert after.findtext(name) == before.findtext(name)


def test_programs_ask_for_the_size_of_a_sound_and_for_a_part_of_it(client, aired):
    (item,) = fromstring(client.get(f"{PLACE}/podcast.xml").content).findall("channel/item")
    sound = item.find("enclosure").get("url").removeprefix("http://loa.example")
    assert client.head(sound).headers["content-length"] == item.find("enclosure").get("length")
    part = client.get(sound, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, mp3()[10:20])
    assert client.head(f"{PLACE}/podcast.xml").status_code == 200
    assert aired


def test_a_call_is_no_episode(world, client, aired):
    with world.store.write() as session:
        get_airing(session, aired).every_ms = 10_000
    assert fromstring(client.get(f"{PLACE}/podcast.xml").content).findall("channel/item") == []


def test_links_and_printed_codes_say_where_the_station_is_whatever_a_request_calls_it(client, officer):
    feed = client.get(f"{PLACE}/podcast.xml", headers={"Host": "evil.example"}).text
    assert "evil.example" not in feed
    assert f"<link>http://loa.example{PLACE}</link>" in feed
    codes = officer.get(f"/phan-anh/ma-dan?xa={NHA_TRANG}", headers={"Host": "evil.example"}).text
    assert "evil.example" not in codes
    assert f"http://loa.example/cong-khai/bao/{NODE}" in codes


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://127.0.0.1:8056", "chỉ dùng trên chính máy chủ"), ("http://10.1.2.3:8056", "mạng nội bộ")],
)
def test_codes_that_no_telephone_can_open_are_not_printed_without_a_warning(world, officer, address, said):
    place = f"/phan-anh/ma-dan?xa={NHA_TRANG}"
    assert "Chưa in được" not in officer.get(place).text
    world.settings = world.settings.model_copy(update={"address": address})
    held, still = officer.get(place).text, officer.get(f"{place}&van_xem=1").text
    for page in (held, still):
        assert "điện thoại của người dân không mở được các mã này" in page
        assert "LOA_ADDRESS=" in page
        assert said in page
    assert "cong-khai/bao/" not in held
    assert f"{address}/cong-khai/bao/{NODE}" in still


def test_pages_and_feed_say_that_a_machine_speaks_and_nothing_of_a_person_s_recording(world, client, aired):
    page = client.get(f"{PLACE}/ban-tin/{aired}")
    assert "Giọng đọc do máy tạo (AI)." in text_of(page)
    assert "trừ bản ghi âm của người" in text_of(client.get(PLACE))
    (item,) = fromstring(client.get(f"{PLACE}/podcast.xml").content).findall("channel/item")
    assert item.findtext("description").endswith("Giọng đọc do máy tạo (AI).")
    category = item.find("category")
    assert category.text == "trainedAlgorithmicMedia"
    assert category.get("domain") == "http://cv.iptc.org/newscodes/digitalsourcetype/"
    told = world.do(
        draft_bulletin, title="Bà Hai kể", text="Chuyện làng.", upload="ab" * 32, by=world.officer
    )
    in_place_of(world, aired, told.id)
    assert "máy tạo" not in text_of(client.get(f"{PLACE}/ban-tin/{aired}"))
    (item,) = fromstring(client.get(f"{PLACE}/podcast.xml").content).findall("channel/item")
    assert item.find("category") is None
    assert "máy tạo" not in item.findtext("description")


def in_place_of(world, airing, bulletin):
    """Have the airing be of another bulletin."""
    with world.store.write() as session:
        session.execute(update(Bulletin).where(Bulletin.id == bulletin).values(state=BulletinState.APPROVED))
        session.execute(update(Airing).where(Airing.id == airing).values(bulletin=bulletin, revision=1))


def test_a_programme_of_both_voices_says_so(world, client, aired):
    person = Item(ItemKind.RECORDING, "Bà Hai kể.", upload="ab" * 32)
    both = [
        Item(ItemKind.CHIME),
        Item(ItemKind.BULLETIN, bulletin=world.ask(get_airing, aired).bulletin),
        person,
    ]
    for items, said in ((both, True), ([Item(ItemKind.CHIME), person], False)):
        programme = world.do(draft_programme, title="Chiều", items=items, by=world.officer)
        in_place_of(world, aired, programme.id)
        page = text_of(client.get(f"{PLACE}/ban-tin/{aired}"))
        assert ("Có phần giọng đọc do máy tạo (AI)." in page) is said


def test_a_commune_that_is_not_there_is_an_error_in_words(client):
    assert client.get("/cong-khai/99999").status_code == 404
    assert "Phường Nha Trang" in text_of(client.get("/cong-khai"))


# --- reports


def test_a_report_is_kept_without_a_name_and_its_code_shows_the_answer(client, officer, aired):
    code = reported(client)
    assert "Chưa có trả lời" in text_of(client.get(f"/cong-khai/tra-loi?ma={code.lower()}"))
    page = officer.get("/phan-anh")
    assert "Chờ trả lời 11:41 hôm nay Loa quá to Cụm 1, Phường Nha Trang · lượt phát trước đó" in text_of(
        page
    )
    assert f"/phat/{aired}" in page.text
    place = re.search(r'action="(/phan-anh/\w+/tra-loi)"', page.text).group(1)
    reply = officer.post(place, data={"tra_loi": "Đã giảm âm lượng."})
    assert "Đã trả lời." in text_of(officer.get(reply.headers["location"]))
    assert "Đã giảm âm lượng." in text_of(client.get(f"/cong-khai/tra-loi?ma={code}"))


def test_an_answer_without_its_state_is_found_by_the_doctor(world, client):
    reported(client)
    assert world.ask(invariants, now=world.now()) == []
    with world.store.write() as session:
        session.execute(update(ListenerReport).values(answer="Ai đó đã ghi thẳng vào đây."))
    (fault,) = world.ask(invariants, now=world.now())
    assert "does not fit its answer" in fault


def test_a_report_without_a_choice_is_refused_and_its_words_are_kept(world, client):
    reply = client.post(f"/cong-khai/bao/{NODE}", data={"ke": "Loa rè."})
    assert reply.status_code == 422
    assert "Hãy chọn loa bị làm sao." in reply.text
    assert "Loa rè.</textarea>" in reply.text
    assert world.ask(reports_in, None) == []


def test_a_code_that_is_wrong_shows_nothing(client):
    reported(client)
    reply = client.get("/cong-khai/tra-loi?ma=AAAAA-AAAAA")
    assert reply.status_code == 404
    assert "Không có phản ánh nào mang mã này." in reply.text


def test_nobody_floods_the_reports_nor_tries_codes(world, client):
    for _ in range(10):
        reported(client)
    reply = client.post(f"/cong-khai/bao/{NODE}", data={"viec": "broken"})
    assert reply.status_code == 429
    assert len(world.ask(reports_in, None)) == 10
    statuses = [client.get(f"/cong-khai/tra-loi?ma=AAAAA-{n}").status_code for n in range(21)]
    assert statuses[-1] == 429


def test_a_report_is_its_own_communes_affair(client, sign_in, officer):
    other = client.post(f"/cong-khai/bao/loa-{BAC_NHA_TRANG}-1", data={"viec": "broken"})
    assert other.status_code == 200
    place = re.search(r'action="(/phan-anh/\w+/tra-loi)"', officer.get("/phan-anh").text).group(1)
    commune = sign_in("xanhatrang")
    assert "Chưa có phản ánh nào" in text_of(commune.get("/phan-anh"))
    assert commune.post(place, data={"tra_loi": "x"}).status_code == 404
    assert sign_in("kythuat").post(place, data={"tra_loi": "x"}).status_code == 403
    assert officer.post(place, data={"tra_loi": " "}).status_code == 422


def test_a_loudspeaker_that_is_not_there_takes_no_report(client):
    assert client.get("/cong-khai/bao/loa-0").status_code == 404
    assert client.post("/cong-khai/bao/loa-0", data={"viec": "broken"}).status_code == 404


def test_the_codes_for_the_poles_of_a_commune_lead_to_its_loudspeakers(officer):
    page = officer.get(f"/phan-anh/ma-dan?xa={NHA_TRANG}").text
    assert f"http://loa.example/cong-khai/bao/{NODE}" in page
    assert page.count('<img src="data:image/svg+xml') == 2
    assert BAC_NHA_TRANG not in re.findall(r"/cong-khai/bao/loa-(\d+)-", page)


def test_the_code_on_a_pole_leads_who_keeps_that_loudspeaker_to_its_page(client, sign_in):
    node = f"loa-{NHA_TRANG}-1"
    assert sign_in("kythuat").get(f"/cong-khai/bao/{node}").headers["location"] == f"/cum-loa/{node}#thu-loa"
    for somebody in (client, sign_in("xanhatrang")):
        assert somebody.get(f"/cong-khai/bao/{node}").status_code == 200


def test_reports_are_among_what_is_to_be_done_where_they_belong(client, sign_in, officer):
    reported(client)
    told = "1 phản ánh của người dân chờ trả lời"
    for name in ("xanhatrang", "canbo", "kythuat"):
        assert told in text_of(sign_in(name).get("/")), name
    (place,) = set(re.findall(r'action="(/phan-anh/[^"]+/tra-loi)"', officer.get("/phan-anh").text))
    officer.post(place, data={"tra_loi": "Đã sửa."})
    assert told not in text_of(officer.get("/"))


def test_what_loudspeakers_have_stopped_is_not_shown_as_sounding(world, client):
    airing, made = world.approved_airing(areas=(NHA_TRANG,))
    there = [node for node in world.nodes if node.startswith(f"loa-{NHA_TRANG}-")]
    start = world.later(seconds=60)
    world.advance()
    world.tell(airing, made, "started", there, at=start)
    assert "đang phát" in client.get(f"/cong-khai/{NHA_TRANG}").text
    world.later(seconds=3)
    world.tell(airing, made, "stopped", there, heard_ms=3000, reason="unknown-key")
    page = client.get(f"/cong-khai/{NHA_TRANG}").text
    assert "Giờ phát" in page
    assert "đang phát" not in page


def test_what_has_sounded_for_hours_is_still_shown_as_sounding(world, client):
    airing, made = world.approved_airing(areas=(NHA_TRANG,))
    there = [node for node in world.nodes if node.startswith(f"loa-{NHA_TRANG}-")]
    start = world.later(seconds=60)
    world.advance()
    world.tell(airing, made, "started", there, at=start)
    world.later(hours=2)
    assert "đang phát" in client.get(f"/cong-khai/{NHA_TRANG}").text
