import logging

import pytest

from controller.errors import Unavailable


def says_all(text):
    """What happened is the heading; the rest are the questions that an officer asks next."""
    return "Loa có đang phát không?" in text and "Cần làm gì?" in text and "Mã lỗi" in text


@pytest.mark.parametrize(
    ("name", "path", "status", "words"),
    [
        ("canbo", "/khong-co", 404, "Không tìm thấy trang"),
        ("canbo", "/phat/khong-co", 404, "Không có lượt phát này"),
        ("canbo", "/cum-loa/khong-co", 404, "Không có cụm loa nào mang mã"),
        ("xanhatrang", "/cum-loa/loa-22333-1", 404, "không thuộc địa bàn"),
        ("canbo", "/duyet", 403, "Chỉ cán bộ duyệt"),
        ("kythuat", "/tao-ban-tin", 403, "không có quyền soạn"),
        ("canbo", "/tep/zz.mp3", 422, "Thông tin chưa đúng"),
        ("canbo", f"/tep/{'0' * 64}.mp3", 404, "không còn trên máy chủ"),
    ],
)
def test_an_error_says_what_happened_whether_anything_sounds_and_what_to_do(
    sign_in, name, path, status, words
):
    reply = sign_in(name).get(path)
    assert reply.status_code == status
    assert words in reply.text
    assert says_all(reply.text)
    assert "Hiện không có bản tin nào đang phát." in reply.text


def test_a_part_of_an_open_page_is_no_way_to_the_sign_in_page(client):
    assert client.get("/tao-ban-tin").status_code == 303
    assert client.get("/tao-ban-tin", headers={"HX-Request": "true"}).status_code == 401


def test_a_method_that_is_not_there_is_answered_in_vietnamese(officer):
    reply = officer.post("/phat")
    assert reply.status_code == 405
    assert "không nhận yêu cầu như vậy" in reply.text


def test_an_error_names_what_is_sounding(world, officer):
    airing, made = world.approved_airing(seconds=10)
    world.tell(airing, made, "fetched")
    start = world.later(seconds=10)
    world.advance()
    world.tell(airing, made, "started", at=start)
    assert "Hiện đang phát: Phòng, chống bão số 13." in officer.get("/khong-co").text


def test_a_fault_of_ours_shows_a_code_that_the_log_knows_and_no_trace(world, officer, caplog, monkeypatch):
    monkeypatch.setattr(world, "rendering_progress", lambda _rendering: 1 / 0)
    world.submitted(rendered=False)
    with caplog.at_level(logging.ERROR):
        reply = officer.get("/")
    assert reply.status_code == 500
    assert says_all(reply.text)
    assert "Traceback" not in reply.text
    assert "ZeroDivision" not in reply.text
    code = reply.text.partition("<code>")[2].partition("</code>")[0]
    assert code.startswith("loi-")
    assert code in caplog.text


def test_a_database_that_is_gone_still_gets_an_answer_in_words(world, officer, monkeypatch):
    def gone():
        raise Unavailable("Không dùng được cơ sở dữ liệu.")

    monkeypatch.setattr(world.store, "read", gone)
    reply = officer.get("/")
    assert reply.status_code == 503
    assert "Không dùng được cơ sở dữ liệu." in reply.text
    assert "Các cụm loa vẫn phát theo kế hoạch đã nhận" in reply.text


def test_programs_get_code_and_sentence(client, officer):
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me").json()["code"] == "operator.not-signed-in"
    missing = officer.get("/api/v1/airings/khong-co")
    assert missing.status_code == 404
    assert missing.json().keys() == {"code", "sentence"}
    assert officer.get("/api/v1/khong-co").json()["sentence"] == "Không tìm thấy trang."
