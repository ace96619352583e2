"""Search finds what its pages would show, by the beginnings of words without accents, and nothing else."""

import re

import pytest

from controller.features.fleet.service import NewNode, enrol_nodes, retire_node
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import set_reference
from controller.features.search.queries import MOST_HITS
from controller.model.bulletins import Bulletin
from devices.ids import NodeId
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS
from tests.support.nightly import amount

QUERIES = ("nha trang", "tiêm chủng", "TIEM CH", "1322 qd", "loa", "cum 1", "tran v", "duyet", "b", "22366")


@pytest.fixture
def filled(world):
    """Bulletins of the province and of two communes, each aired at home; one tells of a legal act."""
    for title, by in (("Lịch tiêm chủng", world.officer), ("Tiêm chủng xã", world.people["xanhatrang"])):
        bulletin, _ = world.submitted(title, by=by)
        world.approve(bulletin)
        world.plan(bulletin, areas=[by.area], by=by if by.area == NHA_TRANG else world.approver)
    act = Reference("1322/QĐ-UBND", "Quyết định", "Ủy ban nhân dân tỉnh", None, None, None)
    world.do(set_reference, world.draft("Thủ tục hành chính"), act, by=world.officer)
    return world


def found(client, query):
    """The ids found, by kind."""
    groups = client.get("/api/v1/search", params={"q": query}).json()["groups"]
    return {group["kind"]: [hit["id"] for hit in group["hits"]] for group in groups}


@pytest.mark.usefixtures("filled")
def test_words_are_found_by_their_beginnings_whatever_their_accents(sign_in):
    technician = sign_in("kythuat")
    assert found(technician, "Bac nha TRANG")["area"] == [BAC_NHA_TRANG]
    assert f"loa-{BAC_NHA_TRANG}-1" in found(technician, "cụm 1 bắc nha")["node"]
    titles = [len(found(technician, query).get("bulletin", ())) for query in ("tiem", "tiêm chủ", "iem")]
    assert titles == [2, 2, 0]
    assert len(found(technician, "qđ-ubnd 1322")["legal_act"]) == 1
    assert len(found(technician, "lich tiem")["airing"]) == 1
    assert found(technician, "% _") == found(technician, "") == {}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", amount(["quantri", "xanhatrang"], sorted(PASSWORDS)))
def test_what_is_found_opens_for_who_found_it(sign_in, name):
    client, places = sign_in(name), {}
    for query in QUERIES:
        for group in client.get("/api/v1/search", params={"q": query}).json()["groups"]:
            assert len(group["hits"]) <= MOST_HITS
            for place in [hit["page"] for hit in group["hits"]] + ([group["more"]] if group["more"] else []):
                places[place] = query
    assert len(places) > 5
    assert {place: query for place, query in places.items() if client.get(place).status_code != 200} == {}


def test_a_commune_finds_its_own_and_what_it_hears_and_no_people(filled, sign_in):
    commune, province = sign_in("xanhatrang"), sign_in("quantri")
    other = filled.do(enrol_nodes, [NewNode(NodeId("kh-1"), BAC_NHA_TRANG, "Cụm kín")], by=None)
    assert other == 1
    assert found(province, "cum kin") == {"node": ["kh-1"]}
    assert found(commune, "cum kin") == {}
    assert found(commune, "bac nha trang") == {}
    assert all(node.startswith(f"loa-{NHA_TRANG}") for node in found(commune, "loa")["node"])
    assert found(province, "tran van b")["person"] == ["xanhatrang"]
    assert "person" not in found(commune, "tran van b")
    assert "person" not in found(sign_in("duyet"), "tran van b")
    hidden = filled.draft("Tiêm chủng kín", by=filled.officer)
    with filled.store.write() as session:
        session.get_one(Bulletin, hidden).area = BAC_NHA_TRANG
    assert hidden in found(province, "tiem chung kin")["bulletin"]
    assert found(commune, "tiem chung kin") == {}


def test_another_name_is_found_and_the_old_one_no_more(filled, sign_in):
    technician, bulletin = sign_in("kythuat"), filled.draft("Họp thôn")
    with filled.store.write() as session:
        session.get_one(Bulletin, bulletin).title = "Họp tổ dân phố"
    assert found(technician, "hop to dan pho") == {"bulletin": [bulletin]}
    assert found(technician, "hop thon") == {}
    node = NodeId(f"loa-{NHA_TRANG}-1")
    assert found(technician, node)["node"] == [node]
    filled.do(retire_node, node, by=filled.people["kythuat"])
    assert found(technician, node) == {}


@pytest.mark.usefixtures("filled")
def test_the_page_shows_what_was_typed_and_found_and_says_when_there_is_nothing(officer):
    page = officer.get("/tim", params={"q": "tiem chung"})
    assert 'value="tiem chung"' in page.text
    assert re.search(r'href="/ban-tin/[^"]+" data-hit><span class="line-main"><strong>Lịch tiêm', page.text)
    assert "Không thấy «xyz»" in officer.get("/tim/ket-qua", params={"q": "xyz"}).text
    assert 'data-seek="tim-nhanh"' in officer.get("/ban-tin").text
