import re

import pytest

from tests.support.stored_rows import bulletins

EVERY_KIND = ["/", "/dang-nhap", "/khong-co", "/api/v1/me", "/tinh/x/app.css", "/song/phat/khong-co"]


def count_bulletins(world):
    return len(world.ask(bulletins))


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://xau.test"},
        {"Origin": "null"},
        {"Origin": "http://testserver:81"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_a_write_that_another_site_sends_is_refused(world, officer, headers):
    form = {"tieu_de": "Tin", "noi_dung": "Nội dung", "viec": "nhap"}
    reply = officer.post("/tao-ban-tin", data=form, headers=headers)
    assert reply.status_code == 403
    assert "một trang khác" in reply.text
    assert count_bulletins(world) == 0


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "none"}, {}],
)
def test_a_write_of_our_own_page_or_of_a_program_passes(world, officer, headers):
    form = {"tieu_de": "Tin", "noi_dung": "Nội dung", "viec": "nhap"}
    assert officer.post("/tao-ban-tin", data=form, headers=headers).status_code == 303
    assert count_bulletins(world) == 1


@pytest.mark.parametrize("path", EVERY_KIND)
def test_every_answer_carries_the_headers_that_keep_it_safe(officer, path):
    headers = officer.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/api/v1/bulletins/{bulletin}"])
def test_a_fault_of_ours_leaves_with_the_headers_that_keep_it_safe(world, officer, monkeypatch, path):
    bulletin, _ = world.submitted(rendered=False)
    monkeypatch.setattr(world, "rendering_progress", lambda _rendering: 1 / 0)
    reply = officer.get(path.format(bulletin=bulletin))
    assert reply.status_code == 500
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-store"


def test_pages_are_not_kept_and_files_are_kept_for_ever(officer):
    page = officer.get("/")
    assert page.headers["cache-control"] == "no-store"
    file = re.search(r"/tinh/\w+/app\.css", page.text).group()
    assert "immutable" in officer.get(file).headers["cache-control"]


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(officer):
    reply = officer.post("/tao-ban-tin", data={"noi_dung": "a" * 1_100_000})
    assert reply.status_code == 413
    assert "quá lớn" in reply.text


def test_a_body_that_hides_its_size_is_cut_off_too(officer):
    pieces = (b"noi_dung=" if n == 0 else b"a" * 100_000 for n in range(12))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    reply = officer.post("/tao-ban-tin", content=pieces, headers=headers)
    assert reply.status_code == 413


@pytest.mark.parametrize(
    "name", ["..%2fsite.py", "%2e%2e%2fsite.py", "vendor%2f..%2f..%2fsite.py", "khong-co.css"]
)
def test_no_file_outside_the_static_folder_can_be_asked_for(client, name):
    assert client.get(f"/tinh/x/{name}").status_code == 404


def test_no_page_holds_a_style_or_a_script_of_its_own(world, officer, approver):
    airing = world.aired(without=world.nodes[:2])
    bulletin, _ = world.submitted()
    for client in (officer, approver):
        for path in (
            "/",
            "/phat",
            f"/phat/{airing}",
            "/cum-loa",
            f"/cum-loa/{world.nodes[3]}",
            "/tao-ban-tin",
        ):
            text = client.get(path).text
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path
            assert not re.search(r"(src|href)=\"(https?:)?//", text), path
    assert not re.search(r"\sstyle=|\son\w+=", approver.get(f"/duyet/{bulletin}").text)


def test_what_people_write_is_shown_as_text_and_never_as_a_page(world, officer):
    world.submitted("<script>alert(1)</script>", 'Nồng độ < 5 & "an toàn" > 3.')
    found = world.ask(bulletins)[0]
    for path in ("/", "/ban-tin", f"/ban-tin/{found.id}"):
        text = officer.get(path).text
        assert "<script>alert" not in text
        assert "độ < 5" not in text
    assert "&lt;script&gt;alert(1)" in officer.get("/ban-tin").text


def test_only_a_form_of_parts_may_be_as_large_as_a_file(officer):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for path in ("/chuong-trinh/tao", "/tao-ban-tin/ghi-am", "/api/v1/programmes/sounds"):
        told = officer.post(path, content=b"tieu_de=" + b"a" * 1_100_000, headers=headers)
        pieces = (b"tieu_de=" if n == 0 else b"a" * 100_000 for n in range(12))
        hidden = officer.post(path, content=pieces, headers=headers)
        assert (told.status_code, hidden.status_code) == (413, 413), path


@pytest.mark.parametrize("path", ["/chuong-trinh/tao", "/tao-ban-tin/ghi-am"])
def test_the_fields_beside_a_file_may_be_no_more_than_a_form_without_one(officer, path):
    fields = {f"f{n}": (None, "a" * 400_000) for n in range(3)}
    assert officer.post(path, files=fields).status_code == 413
    assert officer.post(path, files={"f": (None, "a" * 600_000)}).status_code == 400
