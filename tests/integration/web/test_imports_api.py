"""Files by JSON: who may send them, how much, and what comes back."""

from controller.model.limits import LARGEST_FILE
from tests.integration.web.site_world import TEXT
from tests.support.old_letters import vni

ADDRESS = "/api/v1/bulletins/import"


def test_a_file_comes_back_as_a_draft_and_nothing_is_saved(officer):
    content = f"THÔNG BÁO\nVề việc phòng, chống bão\n\nSố: 7/TB-UBND\n{TEXT}".encode()
    reply = officer.post(ADDRESS, files={"file": ("bao.txt", content)})
    assert reply.status_code == 200
    told = reply.json()
    assert told["title"] == "Thông báo: Về việc phòng, chống bão"
    assert told["reference"]["number"] == "7/TB-UBND"
    assert officer.get("/api/v1/bulletins").json() == []


def test_what_was_mended_is_shown_before_and_after(officer):
    reply = officer.post(ADDRESS, files={"file": ("bao.txt", vni(TEXT))})
    told = reply.json()
    assert (told["text"], told["encoding"]) == (TEXT, "VNI")
    assert {"kind": "legacy-encoding", "line": 1, "before": "baùo:", "after": "báo:"} in told["mended"]


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(officer):
    reply = officer.post(ADDRESS, files={"file": ("ảnh.pdf", b"%PDF-1.7 hong")})
    assert (reply.status_code, reply.json()["code"]) == (422, "import.broken")
    assert reply.json()["sentence"].startswith("Tệp PDF bị hỏng")


def test_a_form_without_a_file_is_refused(officer):
    for sent in ({"data": {"a": "b"}}, {"json": {}}, {"files": {"khac": ("a.txt", b"x")}}):
        reply = officer.post(ADDRESS, **sent)
        assert (reply.status_code, reply.json()["code"]) == (422, "upload.none")


def test_more_than_a_file_may_have_is_refused_by_its_length_and_without_one(officer):
    much = b"a" * (LARGEST_FILE + 200_000)
    assert officer.post(ADDRESS, files={"file": ("a.txt", much)}).status_code == 413
    pieces = (much[:1_000_000] for _ in range(25))
    reply = officer.post(ADDRESS, content=pieces, headers={"content-type": "multipart/form-data; boundary=x"})
    assert reply.status_code in {400, 413}
    assert officer.post("/api/v1/bulletins", content=b"a" * 1_100_000).status_code == 413


def test_who_may_not_write_is_refused_before_the_file_is_taken(client, sign_in):
    pieces = iter([b"--x\r\n", *([b"a" * 1000] * 5)])
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post(ADDRESS, content=pieces, headers=headers).status_code == 401
    assert sign_in("kythuat").post(ADDRESS, files={"file": ("a.txt", b"x")}).status_code == 403
