"""An airing that was split: by whatever id a page or program still has, each button acts on the own part."""

import pytest

from controller.features.airings.precedence import order_airings
from controller.features.airings.queries import get_airing, targets_of
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from devices.ids import Grade
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE, Made
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3


@pytest.fixture
def commune(sign_in):
    return sign_in("xanhatrang")


@pytest.fixture
def split(world):
    """An airing an hour ahead that one commune needs no yes for: the other's part waits for its word."""
    bulletin, _ = world.submitted("Lịch tiêm chủng")
    world.approve(bulletin)
    root = world.plan(bulletin, areas=[NHA_TRANG, BAC_NHA_TRANG], seconds=3600, agreed=False)
    world.advance()
    part = part_of(world, root)
    assert world.ask(targets_of, [root, part]) == {root: (BAC_NHA_TRANG,), part: (NHA_TRANG,)}
    return {"root": root, "part": part}


def part_of(world, root):
    with world.store.read() as session:
        return session.query(Airing.id).where(Airing.linked_to == root).scalar()


def state(world, airing):
    return world.ask(get_airing, airing).state


NAMES = pytest.mark.parametrize("name", ["root", "part"])
SEEN = [
    "/phat/{}",
    "/phat/{}/cum-loa",
    "/phat/{}/dung",
    "/phat/{}/doi",
    "/api/v1/airings/{}",
    "/api/v1/airings/{}/deliveries",
    "/api/v1/airings/{}/answers",
]


@NAMES
def test_the_commune_sees_its_own_part_by_either_name(commune, split, name):
    pages = {place: commune.get(place.format(split[name])) for place in SEEN}
    assert {place: page.status_code for place, page in pages.items() if page.status_code != 200} == {}
    assert [place for place, page in pages.items() if BAC_NHA_TRANG in page.text] == []
    assert f'action="/phat/{split["part"]}/tra-loi"' in pages["/phat/{}"].text
    assert pages["/api/v1/airings/{}"].json()["id"] == split["part"]


def test_what_hom_nay_asks_is_what_can_be_answered(commune, split):
    assert f'action="/phat/{split["part"]}/tra-loi"' in commune.get("/").text
    (asked,) = commune.get("/api/v1/questions").json()
    assert asked["id"] == split["part"]


@NAMES
@pytest.mark.parametrize("word", ["dong-y", "khong"])
def test_the_commune_answers_by_either_name(world, commune, split, name, word):
    reply = commune.post(f"/phat/{split[name]}/tra-loi", data={"tra_loi": word, "ve": "hom-nay"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/?xong=tra-loi")
    world.later(minutes=56)
    world.advance()
    meant = AiringState.DELIVERING if word == "dong-y" else AiringState.MISSED
    assert state(world, split["part"]) is meant


@NAMES
def test_programs_answer_by_either_name(commune, split, name):
    said = commune.post(f"/api/v1/airings/{split[name]}/answer", json={"agrees": True})
    assert said.status_code == 200
    told = commune.get(f"/api/v1/airings/{split[name]}/answers").json()
    assert told["agreed"] == [NHA_TRANG]


@NAMES
@pytest.mark.parametrize("by_json", [False, True])
def test_a_stop_in_the_commune_leaves_the_others_alone(world, commune, split, name, by_json):
    if by_json:
        done = commune.post(f"/api/v1/airings/{split[name]}/stop", json={"reason": "Có tang."})
        assert (done.status_code, done.json()["id"]) == (200, split["part"])
    else:
        done = commune.post(f"/phat/{split[name]}/dung", data={"ly_do": "Có tang."})
        assert (done.status_code, done.headers["location"]) == (303, f"/phat/{split['part']}")
    assert state(world, split["part"]) is AiringState.CANCELLED
    assert state(world, split["root"]) is AiringState.DELIVERING


def test_a_stop_from_above_ends_every_part_and_signs_every_plan_at_once(world, commune, approver, split):
    commune.post(f"/phat/{split['part']}/tra-loi", data={"tra_loi": "dong-y"})
    world.advance()
    world.publish()
    world.hurried.clear()
    assert approver.post(f"/phat/{split['root']}/dung", data={"ly_do": "Đính chính."}).status_code == 303
    assert {state(world, one) for one in split.values()} == {AiringState.CANCELLED}
    signed = {one.topic.rpartition("/")[2] for one in world.hurried}
    assert {NHA_TRANG, BAC_NHA_TRANG} <= signed


@NAMES
def test_a_stop_from_above_of_one_part_is_of_that_part(world, approver, split, name):
    assert approver.post(f"/phat/{split['part']}/dung").status_code == 303
    assert state(world, split["root"]) is AiringState.DELIVERING
    assert approver.get(f"/phat/{split[name]}").status_code == 200


@NAMES
def test_a_commune_moves_its_own_part_alone(world, commune, split, name):
    before = world.ask(get_airing, split["root"]).starts_at
    moved = commune.post(f"/phat/{split[name]}/doi", data={"ngay": "2026-12-20", "gio": "17:00"})
    assert moved.status_code == 303
    there = moved.headers["location"].removeprefix("/phat/").partition("?")[0]
    assert world.ask(targets_of, [there]) == {there: (NHA_TRANG,)}
    assert state(world, split["root"]) is AiringState.DELIVERING
    assert world.ask(get_airing, split["root"]).starts_at == before


@NAMES
def test_what_is_not_over_is_not_replayed(commune, split, name):
    assert commune.get(f"/phat/{split[name]}/phat-lai").headers["location"] == f"/phat/{split['part']}"


@NAMES
def test_the_commune_replays_its_part_to_who_missed_it(world, commune, split, name):
    commune.post(f"/phat/{split['part']}/tra-loi", data={"tra_loi": "dong-y"})
    world.advance()
    world.publish()
    world.later(minutes=61)
    world.advance()
    heard, missed = f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"
    for kind in ("fetched", "started", "finished"):
        world.tell(split["part"], Made(mp3(), 8_000), kind, [heard], heard_ms=8_000)
    world.later(minutes=5)
    world.advance()
    assert state(world, split["part"]) is AiringState.AIRED
    page = commune.get(f"/phat/{split[name]}/phat-lai")
    assert missed in page.text
    assert "loa-22333-" not in page.text
    again = commune.post(f"/phat/{split[name]}/phat-lai", data={"loa": [missed], "luc": "ngay"})
    assert again.status_code == 303
    assert world.ask(targets_of, [again.headers["location"].removeprefix("/phat/")])


def test_the_order_of_two_airings_is_turned_by_the_names_that_a_page_still_has(world, commune):
    made = []
    for title, areas, by in (
        ("Cấm biển", [PROVINCE], world.approver),
        ("Họp dân", [NHA_TRANG], world.people["xanhatrang"]),
    ):
        bulletin, _ = world.submitted(title, by=world.people["canbo"])
        world.approve(bulletin)
        made.append(world.plan(bulletin, areas=areas, seconds=8 * 3600, grade=Grade.PRIORITY, by=by))
    wide, own = made
    part = world.do(order_airings, own, wide, by=world.people["xanhatrang"]).id
    assert part != wide
    assert commune.post("/phat/thu-tu", data={"truoc": wide, "sau": own}).status_code == 303
    assert world.ask(get_airing, own).follows == part
    turned = commune.post("/api/v1/collisions/order", json={"first": own, "then": wide})
    assert (turned.status_code, turned.json()["airing"]) == (200, part)
    assert world.ask(get_airing, part).follows == own


def test_nobody_sees_by_the_name_of_a_part_what_is_not_for_them(sign_in, world, approver):
    bulletin, _ = world.submitted("Chỉ Bắc Nha Trang")
    world.approve(bulletin)
    other = world.plan(bulletin, areas=[BAC_NHA_TRANG], seconds=3600)
    assert sign_in("xanhatrang").get(f"/phat/{other}").status_code == 404
    assert "Chỉ Bắc Nha Trang" in text_of(approver.get(f"/phat/{other}"))
