"""The page of an archived year: what it says, and the order that its receipts leave the database."""

import pytest

from controller.features.archives.queries import CHANGED, WAITS
from controller.features.archives.removal import note_waiting
from controller.model.archives import ReceiptRemoval
from tests.integration.web.site_world import PASSWORDS
from tests.integration.web.test_pages import text_of
from tests.support.archived_year import SHA256, archived_year
from tests.support.stored_rows import newest_entries

YEAR = 2024
PAGE, CALL = f"/cai-dat/luu-tru/{YEAR}", f"/api/v1/archives/{YEAR}/removal"
PROOF = {"xac_nhan": PASSWORDS["quantri"]}


@pytest.fixture
def administrator(world, sign_in):
    archived_year(world.store, YEAR)
    return sign_in("quantri")


def removal(client):
    [archive] = client.get("/api/v1/archives").json()
    return archive["removal"]


def test_an_administrator_orders_it_with_the_digest_of_a_copy_and_a_password(world, administrator):
    assert PAGE in administrator.get("/cai-dat").text
    page = text_of(administrator.get(PAGE, params={"dem": "1"}))
    assert "sẽ xóa 0 của 0 lượt phát, giữ 0." in page
    pressed = administrator.post(PAGE, data={"sha256": f"{SHA256}  loa-56-2024.jsonl.gz", **PROOF})
    assert (pressed.status_code, pressed.headers["location"]) == (303, PAGE)
    assert "Đang xóa dần" in text_of(administrator.get(PAGE))
    assert "Đang xóa biên nhận khỏi cơ sở dữ liệu" in text_of(administrator.get("/cai-dat"))
    [entry] = [one for one in world.ask(newest_entries) if one.act == "archive.removal-ordered"]
    assert (entry.by, entry.subject) == (world.people["quantri"].id, str(YEAR))


@pytest.mark.parametrize(
    ("sends", "says"),
    [
        ({"sha256": SHA256}, "Việc này cần mật khẩu của bạn"),
        ({"sha256": SHA256, "xac_nhan": "sai"}, "Mật khẩu"),
        ({"sha256": "77", **PROOF}, "Bản sao này không giống tệp lưu trữ năm 2024"),
    ],
)
def test_without_proof_or_copy_nothing_is_ordered_and_what_was_typed_stays(administrator, sends, says):
    refused = administrator.post(PAGE, data=sends)
    assert refused.status_code in {403, 422}
    assert says in refused.text
    assert f'value="{sends["sha256"]}"' in refused.text
    assert removal(administrator) is None


def test_a_program_orders_it_too_and_reads_how_far_it_is(world, administrator):
    told = administrator.get(CALL).json()
    assert (told["refused"], told["there"], told["going"], told["airings"]) == (None, 0, 0, 0)
    sent = administrator.post(CALL, json={"copy_sha256": SHA256, "proof": PASSWORDS["quantri"]})
    assert (sent.status_code, sent.json()["removal"]["removed"]) == (202, 0)
    again = administrator.post(CALL, json={"copy_sha256": SHA256, "proof": PASSWORDS["quantri"]})
    assert (again.status_code, again.json()["code"]) == (409, "archive.removal-ordered")
    with world.store.write() as session:
        note_waiting(session, YEAR, CHANGED)
    assert removal(administrator)["waits"] == WAITS[CHANGED]
    for page in (PAGE, "/cai-dat"):
        assert "Chưa xóa tiếp được" in text_of(administrator.get(page))


def test_a_year_that_the_settings_keep_has_no_button(world, administrator):
    world.settings = world.settings.model_copy(update={"receipts_kept_years": None})
    page = administrator.get(PAGE)
    assert "chưa đặt LOA_RECEIPTS_KEPT_YEARS" in text_of(page)
    assert f'action="{PAGE}"' not in page.text


def test_the_page_of_an_airing_names_the_file_once_its_receipts_went(world, administrator):
    airing = world.aired()
    year = archived_year(world.store, world.now().year)
    page, proof = f"/phat/{airing}", f"/phat/{airing}/bang-chung"
    assert proof in administrator.get(page).text
    with world.store.write() as session:
        session.add(
            ReceiptRemoval(year=year, asked_by=world.people["quantri"].id, asked_at=world.now(), removed=0)
        )
    assert f"loa archive prove loa-56-{year}.jsonl.gz {airing}" in text_of(administrator.get(page))
    refused = administrator.get(proof)
    assert (refused.status_code, "chỉ còn trong tệp lưu trữ" in refused.text) == (409, True)
    assert administrator.get(f"/api/v1/airings/{airing}/proof").json()["code"] == "evidence.archived"
    with world.store.write() as session:
        session.delete(session.get_one(ReceiptRemoval, year))
