"""Programmes in the browser's words: put in order by buttons, saved, mended, scheduled; without a script."""

import re

import pytest

from controller.features.bulletins.queries import get_bulletin, items_of
from tests.integration.web.access_forms import WHEN
from tests.integration.web.site_world import Made
from tests.integration.web.test_pages import text_of
from tests.support.brought_sounds import packed, speech_like
from tests.support.stored_rows import bulletins
from tests.support.swelling_tone import mp3

PLACE = "/chuong-trinh/tao"
MADE = Made(mp3(), 8_000)


def approved(world, title):
    bulletin, _ = world.submitted(title, made=MADE)
    world.approve(bulletin, MADE)
    return bulletin


def fields_of(page):
    """The form as a browser would send it: each field by its name, in order."""
    form = page[page.index('<form method="post" action="/chuong-trinh/') :]
    form = form[: form.index("</form>")]
    found = []
    for tag, name in re.findall(r'(<(?:input|textarea|select)[^>]*\bname="([^"]+)"[^>]*>)', form):
        if 'type="file"' in tag or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        if tag.startswith("<textarea"):
            value = form[form.index(tag) + len(tag) :].split("</textarea>")[0]
        else:
            value = (re.findall(r'\bvalue="([^"]*)"', tag) or [""])[0]
        form = form.replace(tag, "", 1)
        found.append((name, value))
    return found


def press(client, page, act, place=PLACE, file=None, **changes):
    data = {}
    for name, value in fields_of(page):
        data.setdefault(name, []).append(value)
    data |= {name: [value] for name, value in (changes | {"viec": act}).items()}
    files = {"file": ("tin.mp3", file)} if file else None
    return client.post(place, data=data, files=files)


def order_of(page):
    return re.findall(r'<div class="item-main"><span class="quiet small">\d+\. ([^<]+)</span>', page)


def kept(reply):
    """The programme that a saved form leads to."""
    return re.fullmatch(r"/ban-tin/(\w+)\?xong=(?:gui|nhap)", reply.headers["location"])[1]


def test_a_programme_is_put_together_by_buttons_and_handed_in(world, officer):
    first, second = approved(world, "Tin một"), approved(world, "Tin hai")
    page = officer.get(PLACE).text
    page = press(officer, page, "them-ban-tin", ban_tin=first, tieu_de="Tin chiều").text
    page = press(officer, page, "them-lang").text
    page = press(officer, page, "them-ban-tin", ban_tin=second).text
    assert order_of(page) == ["Bản tin", "Khoảng lặng", "Bản tin"]
    assert "các bản tin dài 16 giây" in page
    page = press(officer, page, "len-2").text
    page = press(officer, page, "len-1").text
    assert re.findall(r"<strong>(Tin \w+)</strong>", page) == ["Tin hai", "Tin một"]
    page = press(officer, page, "bo-2").text
    sound = packed(speech_like(3), "mp3")
    page = press(officer, page, "them-ghi-am", file=sound, chu_tep="Lời chủ tịch.").text
    assert order_of(page) == ["Bản tin", "Bản tin", "Tệp ghi âm"]
    saved = press(officer, page, "gui", loi_mo="Kính chào bà con.", loi_ket="Xin cảm ơn.")
    assert saved.status_code == 303, text_of(saved)
    programme = kept(saved)
    rows = world.ask(items_of, programme, 1)
    assert [row.kind.value for row in rows] == [
        *("chime", "speech", "bulletin", "bulletin", "recording", "speech", "chime"),
    ]
    assert [row.item for row in rows if row.item] == [second, first]
    shown = text_of(officer.get(f"/ban-tin/{programme}"))
    assert "Các mục theo thứ tự 7 mục" in shown
    assert "Tạo bản sao" not in shown
    assert "Tin chiều 7 mục" in text_of(officer.get("/chuong-trinh"))


def test_a_draft_is_opened_with_its_items_and_saved_in_another_order(world, officer):
    first, second = approved(world, "Tin một"), approved(world, "Tin hai")
    page = officer.get(PLACE).text
    for one in (first, second):
        page = press(officer, page, "them-ban-tin", ban_tin=one, tieu_de="Tin chiều").text
    programme = kept(press(officer, page, "nhap"))
    place = f"/chuong-trinh/{programme}/sua"
    assert officer.get(f"/ban-tin/{programme}/sua").headers["location"] == place
    page = press(officer, officer.get(place).text, "xuong-0", place).text
    assert press(officer, page, "nhap", place).status_code == 303
    rows = world.ask(items_of, programme, 2)
    assert [row.item for row in rows if row.item] == [second, first]
    assert world.ask(get_bulletin, programme).revision == 2


@pytest.mark.parametrize(
    ("act", "changes", "words"),
    [
        ("gui", {}, "chưa có mục nào"),
        ("them-ban-tin", {}, "Hãy chọn bản tin muốn thêm"),
        ("them-ghi-am", {}, "Hãy chọn tệp ghi âm"),
        ("gui", {"muc_loai": "silence", "muc_giay": "99"}, "Khoảng lặng phải từ 1 đến 60 giây"),
        ("gui", {"muc_loai": "bulletin", "muc_ban_tin": "khong-co"}, "Không có bản tin này"),
        ("gui", {"muc_loai": "recording", "muc_tep": "x", "muc_chu": "Lời."}, "không còn trên máy chủ"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(world, officer, act, changes, words):
    blank = dict.fromkeys(("muc_chu", "muc_ban_tin", "muc_tep", "muc_giay"), "") if changes else {}
    reply = press(officer, officer.get(PLACE).text, act, tieu_de="Tin chiều", **(blank | changes))
    assert 400 <= reply.status_code < 500
    assert words in reply.text
    assert 'value="Tin chiều"' in reply.text
    assert world.ask(bulletins) == []


def test_a_schedule_offers_programmes_apart_and_they_are_planned_like_bulletins(world, officer):
    first = approved(world, "Tin một")
    page = press(officer, officer.get(PLACE).text, "them-ban-tin", ban_tin=first, tieu_de="Tin chiều").text
    programme = kept(press(officer, page, "gui"))
    form = officer.get(f"/lich/tao?ban_tin={programme}").text
    assert re.search(rf'<optgroup label="Chương trình"><option value="{programme}" selected>Tin chiều', form)
    assert re.search(rf'<optgroup label="Bản tin"><option value="{first}">Tin một', form)
    assert officer.post(f"/ban-tin/{programme}/dat-lich", data=WHEN).status_code == 303


def test_a_programme_has_a_topic_that_goes_with_it(world, officer):
    page = press(officer, officer.get(PLACE).text, "them-ban-tin", ban_tin=approved(world, "Tin một")).text
    programme = kept(press(officer, page, "nhap", tieu_de="Tin chiều", chu_de="y-te"))
    assert world.ask(get_bulletin, programme).topic == "y-te"
    again = officer.get(f"/chuong-trinh/{programme}/sua").text
    assert '<option value="y-te" selected>' in again
    press(officer, again, "nhap", f"/chuong-trinh/{programme}/sua", chu_de="giao-duc")
    assert world.ask(get_bulletin, programme).topic == "giao-duc"


def test_what_is_typed_of_a_programme_is_kept_and_given_back_with_its_items(world, officer):
    first = approved(world, "Tin một")
    page = press(officer, officer.get(PLACE).text, "them-ban-tin", ban_tin=first, tieu_de="Dở dang").text
    assert "Đã lấy lại bản bạn đang soạn dở" not in page
    back = officer.get(PLACE).text
    assert "Đã lấy lại bản bạn đang soạn dở" in back
    assert order_of(back) == ["Bản tin"]
    assert 'value="Dở dang"' in back
    fields = {}
    for name, value in fields_of(back):
        fields.setdefault(name, []).append(value)
    typed = officer.post("/nhap/chuong-trinh-moi/chuong-trinh", data=fields | {"loi_mo": ["Kính chào."]})
    assert typed.status_code == 204
    assert ">Kính chào.</textarea>" in officer.get(PLACE).text
    dropped = officer.post("/nhap/chuong-trinh-moi/bo")
    assert dropped.headers["location"] == PLACE
    assert order_of(officer.get(PLACE).text) == []


def test_a_programme_that_is_saved_leaves_nothing_half_typed_behind(world, officer):
    page = press(officer, officer.get(PLACE).text, "them-ban-tin", ban_tin=approved(world, "Tin một")).text
    programme = kept(press(officer, page, "nhap", tieu_de="Tin chiều"))
    assert "Đã lấy lại" not in officer.get(PLACE).text
    place = f"/chuong-trinh/{programme}/sua"
    world.later(minutes=1)
    press(officer, officer.get(place).text, "them-lang", place)
    assert order_of(officer.get(place).text) == ["Bản tin", "Khoảng lặng"]
    press(officer, officer.get(place).text, "nhap", place)
    assert "Đã lấy lại" not in officer.get(place).text
