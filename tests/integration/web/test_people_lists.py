"""Many accounts by a list: every line is checked first, then all are opened, or none."""

import re

import pytest
from sqlalchemy import func, select

from controller.features.accounts.people_list import MOST_AT_ONCE
from controller.features.accounts.queries import operators
from controller.model.journal import Entry
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS
from tests.integration.web.test_pages import text_of

GOOD = (
    "Tên đăng nhập\tHọ tên\tVai trò\tĐịa bàn\n"
    "hoa.nt\tNguyễn Hoa\tsoạn\tphuong nha trang\n"
    f"ba\tLê Ba\tDuyệt+Kỹ thuật\t{BAC_NHA_TRANG}\n"
)
DO = {"lam": "1", "xac_nhan": PASSWORDS["quantri"]}


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


def count(world):
    with world.store.read() as session:
        return len(operators(session)), session.scalar(select(func.count()).select_from(Entry))


def test_a_list_is_checked_before_anything_is_written(world, administrator):
    before = count(world)
    page = administrator.post("/nguoi-dung/nhap", data={"danh_sach": GOOD})
    assert "Cả 2 người đều tạo được" in text_of(page)
    assert GOOD.split("\n")[1] in page.text  # what was typed is still there
    assert count(world) == before


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("canbo; A; soạn; 22333", "Đã có tài khoản tên canbo."),
        ("x; A; soạn; 22333", "2–40 chữ thường"),
        ("moi; A; giám đốc; 22333", "Không rõ vai trò"),
        ("moi; A; soạn; Hà Nội", "Không có địa bàn"),
        ("moi; A; duyệt+quản trị; 22333", "vừa duyệt vừa quản trị"),
        ("moi; A; soạn", "Cần đủ bốn cột"),
        ("tot; B; soạn; 22333", "Đã có tài khoản tên tot."),
    ],
)
def test_each_wrong_line_says_what_is_wrong_and_nobody_is_made(world, administrator, line, fault):
    text, before = f"tot; Tốt; soạn; 22333\n{line}\n", count(world)
    page = text_of(administrator.post("/nguoi-dung/nhap", data={"danh_sach": text}))
    assert "1 dòng sai" in page
    assert fault in page
    refused = administrator.post("/nguoi-dung/nhap", data={"danh_sach": text} | DO)
    assert refused.status_code == 422
    assert "Dòng 2:" in refused.text
    assert count(world) == before


def test_only_the_good_lines_are_made_when_that_is_asked_for(world, administrator):
    text, before = "tot; Tốt; soạn; 22333\ncanbo; A; soạn; 22333\n", count(world)[0]
    assert "Bỏ qua 1 dòng sai, tạo 1 tài khoản" in text_of(
        administrator.post("/nguoi-dung/nhap", data={"danh_sach": text})
    )
    page = administrator.post("/nguoi-dung/nhap", data={"danh_sach": text, "chi_dung": "1"} | DO)
    assert "Đã tạo 1 tài khoản" in text_of(page)
    assert count(world)[0] == before + 1
    none = administrator.post("/nguoi-dung/nhap", data={"danh_sach": text, "chi_dung": "1"} | DO)
    assert none.status_code == 422
    assert count(world)[0] == before + 1


def test_all_are_made_with_passwords_that_open_the_door_once(world, administrator, client):
    page = administrator.post("/nguoi-dung/nhap", data={"danh_sach": GOOD} | DO)
    words = re.findall(r"<code>([a-z.]+)</code></td><td><code>([a-z-]+)</code>", page.text)
    assert [name for name, _ in words] == ["hoa.nt", "ba"]
    name, password = words[0]
    entered = client.post("/dang-nhap", data={"ten": name, "mat_khau": password})
    assert entered.status_code == 303
    with world.store.read() as session:
        made = {one.name: one for one in operators(session)}
    assert (made["hoa.nt"].area, made["ba"].area) == (NHA_TRANG, BAC_NHA_TRANG)
    assert made["ba"].roles == ["approver", "technician"]
    assert made["ba"].first_password


def test_without_the_proof_of_who_acts_nobody_is_made(world, administrator):
    before = count(world)
    wrong = DO | {"xac_nhan": "sai mật khẩu rồi"}
    assert administrator.post("/nguoi-dung/nhap", data={"danh_sach": GOOD} | wrong).status_code == 403
    assert count(world) == before


def test_a_list_has_its_most(administrator):
    text = "".join(f"nguoi{n}; N; soạn; 22333\n" for n in range(MOST_AT_ONCE + 1))
    assert administrator.post("/nguoi-dung/nhap", data={"danh_sach": text}).status_code == 422


def test_the_lexicon_is_given_as_a_file(administrator):
    file = administrator.get("/thu-vien/tu-dien.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.content.startswith("\ufeffviết,đọc,địa bàn".encode())
