"""The page Văn bản từ trung tâm: what a person reads and takes there, and what an administrator sees."""

import pytest

from controller.model.hub import HubDocument
from controller.settings import Settings
from tests.integration.web.one_of_each import hub_document
from tests.integration.web.site_world import PROVINCE, Made
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3


@pytest.fixture
def document(world):
    """A document for the whole province, whose approver the province accepts for drafts alone."""
    return hub_document(world, PROVINCE, Made(mp3(), 8_000))


def test_an_officer_takes_a_document_as_a_draft_and_lands_on_it(world, officer, document):
    page = text_of(officer.get("/trung-tam"))
    assert "nhận về làm bản nháp. Tỉnh chỉ nhận văn bản của người này làm bản nháp." in page
    assert "Liên lạc" not in page
    taken = officer.post(f"/trung-tam/nhan/{document}")
    assert taken.status_code == 303
    assert officer.get(taken.headers["location"]).status_code == 200
    assert "đã nhận về" in text_of(officer.get("/trung-tam"))
    again = officer.post(f"/trung-tam/nhan/{document}")
    assert (again.status_code, "Văn bản này đã được nhận về rồi." in again.text) == (409, True)
    with world.store.read() as session:
        assert session.get(HubDocument, document).taken_by == world.officer.id


def test_an_administrator_sees_that_there_is_no_hub_and_ends_an_approver(sign_in, document):
    administrator = sign_in("quantri")
    assert Settings().hub_keys == ()
    page = administrator.get("/trung-tam")
    assert "Chưa đặt địa chỉ trung tâm" in text_of(page)
    assert f"/trung-tam/nhan/{document}" not in page.text
    (approver,) = administrator.get("/api/v1/hub").json()["approvers"]
    assert (approver["grade"], approver["is_trusted"]) == (None, False)
    ended = administrator.post("/trung-tam/nguoi-duyet/thoi", data={"khoa": approver["kid"]})
    assert ended.status_code == 303
    assert "thôi nhận" in text_of(administrator.get("/trung-tam"))
    unknown = administrator.post("/trung-tam/nguoi-duyet", data={"khoa": "x", "muc": "routine"})
    assert (unknown.status_code, "Trung tâm không nêu người duyệt này" in unknown.text) == (404, True)
