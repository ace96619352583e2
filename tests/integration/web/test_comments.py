"""Comments of approvers at single sentences: written on the page of an approval, read by the author."""

from controller.features.bulletins.comments import written_sentences
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.service import revise_bulletin, submit_bulletin
from tests.integration.web.test_pages import text_of

TEXT = "Trạm y tế mời bà con đi tiêm. Tiêm ngày 26/11/2026; mang theo sổ.\nXin đừng đến muộn."


def comment(client, bulletin, sentence, text, revision=1):
    form = {"phien_ban": str(revision), "cau": str(sentence), "gop_y": text}
    return client.post(f"/duyet/{bulletin}/gop-y", data=form)


def test_a_text_is_divided_at_ends_of_sentences_and_of_lines():
    assert written_sentences(TEXT) == [
        "Trạm y tế mời bà con đi tiêm.",
        "Tiêm ngày 26/11/2026;",
        "mang theo sổ.",
        "Xin đừng đến muộn.",
    ]


def test_an_author_sees_each_comment_beside_its_sentence_when_it_comes_back(world, approver, officer):
    bulletin, _ = world.submitted("Lịch tiêm", TEXT)
    assert comment(approver, bulletin, 1, "Ngày 26 là thứ Năm, ghi thêm thứ.").status_code == 303
    world.later(seconds=1)
    assert comment(approver, bulletin, 3, "Bỏ câu này.").status_code == 303
    returned = approver.post(f"/duyet/{bulletin}/tra-lai", data={})  # the comments are the reason
    assert returned.status_code == 303
    assert world.ask(get_bulletin, bulletin).returned_reason == "Xem góp ý ở 2 câu."
    for page in (f"/ban-tin/{bulletin}", f"/ban-tin/{bulletin}/sua"):
        shown = text_of(officer.get(page))
        assert "Tiêm ngày 26/11/2026; Ngày 26 là thứ Năm, ghi thêm thứ." in shown
        assert "câu này đã sửa" not in shown

    world.do(revise_bulletin, bulletin, text=TEXT.replace("\nXin đừng đến muộn.", ""), by=world.officer)
    asked = officer.get(f"/api/v1/bulletins/{bulletin}/comments").json()
    assert [(one["sentence"], one["is_there"]) for one in asked] == [
        ("Tiêm ngày 26/11/2026;", True),
        ("Xin đừng đến muộn.", False),
    ]
    world.do(submit_bulletin, bulletin, by=world.officer, speech=world.speech)
    assert "câu này đã sửa" in text_of(approver.get(f"/duyet/{bulletin}"))
    assert "Góp ý một câu" in text_of(officer.get(f"/ban-tin/{bulletin}/lich-su"))


def test_what_cannot_be_kept_is_still_in_the_form(world, approver, officer):
    bulletin, _ = world.submitted("Lịch tiêm", TEXT)
    reply = comment(approver, bulletin, 2, "Sổ nào?", revision=2)
    assert (reply.status_code, "Sổ nào?</textarea>" in reply.text) == (409, True)
    assert comment(approver, bulletin, 99, "Sổ nào?").status_code == 404
    assert comment(approver, bulletin, 0, " ").status_code == 422
    asked = {"revision": 1, "sentence": 0, "text": "Sai."}
    assert officer.post(f"/api/v1/bulletins/{bulletin}/comments", json=asked).status_code == 403
    assert approver.post(f"/api/v1/bulletins/{bulletin}/comments", json=asked).status_code == 201
