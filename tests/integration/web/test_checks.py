"""Kiểm tra đài and Kiểm tra nhật ký: what takes seconds says what it reads, and its result comes after."""

import re

import pytest
from sqlalchemy import text

from controller.features.audit import pages as journal_page
from controller.features.doctor import pages as settings_page
from tests.integration.web.test_pages import text_of


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


def test_a_forged_entry_is_seen_at_once_and_by_the_whole_check(world, administrator):
    world.submitted()
    assert "Nguyên vẹn." in text_of(administrator.get("/nhat-ky/kiem-tra/ket-qua"))
    with world.store.write() as session:
        for (trigger,) in session.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'")).all():
            session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("UPDATE journal SET act='bulletin.approved' WHERE act='bulletin.submitted'"))
    assert "1 mục bị sửa hoặc thiếu" in text_of(administrator.get("/nhat-ky"))
    assert "không nguyên vẹn" in text_of(administrator.get("/nhat-ky/kiem-tra/ket-qua"))


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("/cai-dat/kiem-tra", r"[\d.]+ lượt phát, [\d.]+ cụm loa, [\d.]+ mục nhật ký"),
        ("/nhat-ky/kiem-tra", r"[\d.]+ mục"),
    ],
)
def test_a_check_says_what_it_reads_and_one_at_a_time_is_enough(world, administrator, place, what):
    world.submitted()
    shown = administrator.get(place).text
    assert re.search(f"Đang đọc [^<]*: {what}\\.", shown)
    assert f'hx-get="{place}/ket-qua"' in shown
    assert f'<noscript><p><a class="btn" href="{place}/ket-qua">' in shown
    lock = settings_page._asking if "cai-dat" in place else journal_page._checking
    with lock:
        refused = administrator.get(f"{place}/ket-qua")
    assert refused.status_code == 409
    assert "Hãy đợi một phút." in refused.text
    assert administrator.get(f"{place}/ket-qua").status_code == 200


def test_the_doctor_finds_nothing_wrong_in_what_was_made_properly(world, administrator):
    world.submitted()
    assert "Không có gì sai." in text_of(administrator.get("/cai-dat/kiem-tra/ket-qua"))
