"""A reading that an officer proposes from the editor: decided by who may teach, told, and in the lexicon."""

from controller.features.lexicon.queries import words_for
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE
from tests.integration.web.test_pages import text_of

USED = {"chu": "KDC", "doc_la": "khu dân cư"}


def proposals(person):
    return person.get("/api/v1/lexicon/proposals").json()


def test_an_officer_proposes_to_the_province_and_an_approvers_yes_teaches_it(world, sign_in):
    commune, approver = sign_in("xanhatrang"), sign_in("duyet")
    told = commune.post("/soan/cach-doc/dung", data=USED | {"pham_vi": "tinh"}).text
    assert "Đã đề nghị cho Tỉnh Khánh Hòa" in told
    assert 'data-written="KDC"' in told  # it holds in this bulletin at once
    assert dict(world.ask(words_for, NHA_TRANG)) == {}
    assert "chờ cán bộ duyệt xem" in text_of(commune.get("/thu-vien"))
    assert "1 cách đọc được đề nghị chờ bạn xem" in text_of(approver.get("/"))
    (one,) = proposals(approver)
    assert (one["area"], one["may_decide"]) == (PROVINCE, True)
    reply = approver.post(f"/thu-vien/de-nghi/{one['id']}/nhan")
    assert reply.headers["location"] == "/thu-vien?xong=nhan"
    assert dict(world.ask(words_for, BAC_NHA_TRANG)) == {"KDC": "khu dân cư"}
    assert "«KDC» đọc là «khu dân cư», đã vào từ điển." in text_of(commune.get("/"))
    assert proposals(approver) == []
    again = approver.post(f"/api/v1/lexicon/proposals/{one['id']}/refuse")
    assert (again.status_code, again.json()["code"]) == (409, "lexicon.decided")


def test_who_may_teach_in_the_own_area_teaches_at_once(world, sign_in):
    approver = sign_in("duyet")
    told = approver.post("/soan/cach-doc/dung", data=USED | {"pham_vi": "xa"}).text
    assert "Đã thêm vào từ điển của Tỉnh Khánh Hòa" in told
    assert dict(world.ask(words_for, NHA_TRANG)) == {"KDC": "khu dân cư"}


def test_for_the_own_commune_without_the_right_it_is_a_proposal_too(sign_in):
    commune = sign_in("xanhatrang")
    told = commune.post("/soan/cach-doc/dung", data=USED | {"pham_vi": "xa"}).text
    assert "Đã đề nghị cho Phường Nha Trang" in told
    commune.post("/soan/cach-doc/dung", data=USED | {"pham_vi": "xa"})
    assert [one["area"] for one in proposals(commune)] == [NHA_TRANG]  # the same again is the same
    assert [one["may_decide"] for one in proposals(commune)] == [False]
    refused = commune.post(f"/api/v1/lexicon/proposals/{proposals(commune)[0]['id']}/accept")
    assert refused.status_code == 403


def test_a_refused_one_is_told_and_teaches_nothing(world, sign_in):
    commune, approver = sign_in("xanhatrang"), sign_in("duyet")
    commune.post("/api/v1/lexicon/proposals", json={"written": "KDC", "spoken": "khu dân cư"})
    approver.post(f"/thu-vien/de-nghi/{proposals(approver)[0]['id']}/bo")
    assert dict(world.ask(words_for, NHA_TRANG)) == {}
    assert "không được đưa vào từ điển" in text_of(commune.get("/thong-bao"))


def test_nobody_proposes_for_others_nor_what_the_lexicon_cannot_hold(sign_in):
    commune = sign_in("xanhatrang")
    asked = {"written": "KDC", "spoken": "khu dân cư"}
    other = commune.post("/api/v1/lexicon/proposals", json=asked | {"area": BAC_NHA_TRANG})
    assert other.status_code in {403, 404}
    number = commune.post("/soan/cach-doc/dung", data=USED | {"chu": "115", "pham_vi": "tinh"})
    assert number.status_code == 422
    assert "Số do phần đọc số lo" in number.text
    assert commune.post("/soan/cach-doc/dung", data=USED | {"pham_vi": "nước"}).status_code == 422
