"""A list of loudspeakers is checked line by line, then prepared; the same list again changes nothing."""

import unicodedata
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.accounts.secret_codes import typed_code
from controller.features.accounts.service import create_operator
from controller.features.enrolment.service import claim_code, make_code, open_codes
from controller.features.fleet.queries import get_node
from controller.features.fleet.service import NewNode, enrol_nodes, retire_node
from controller.features.maps.positions import positions_of
from controller.features.node_lists import service
from controller.features.node_lists.checking import LineState, check_list
from controller.features.node_lists.service import prepare_nodes
from controller.model.enrolment import Welcome
from controller.model.fleet import EnrolmentCode
from controller.model.journal import Entry
from controller.model.permissions import OperatorRole
from devices.ids import NodeId
from devices.node_key import NodeKey
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE

HEAD = "Mã cụm loa;Tên;Địa bàn;Vĩ độ;Kinh độ;Thiết bị;Điện thoại\n"
LIST = (
    HEAD + f";Cụm chợ Đầm;{NHA_TRANG};12,2551;109,1943;IP-60;0905 123 456\n"
    f";Cụm Xóm Mới;{NHA_TRANG};;;;\n"
    f"kh-9;Nhà văn hóa;{BAC_NHA_TRANG};;;;\n"
)


def check(world, text, by=None):
    return world.ask(check_list, text, by=by or world.technician, now=world.now, taken=())


def prepare(world, text, **options):
    return world.do(prepare_nodes, text, by=options.pop("by", world.technician), taken=(), **options)


def states(found):
    return [one.state for one in found.lines]


def everything(world):
    """What a list could change."""
    with world.store.read() as session:
        codes = session.scalars(select(EnrolmentCode).order_by(EnrolmentCode.id)).all()
        shown = [(row.node, row.name, row.code_hash, row.withdrawn_at, row.telephone) for row in codes]
        return shown, session.scalar(select(func.count()).select_from(Entry))


@pytest.mark.both_databases
def test_a_list_is_checked_then_done_then_changes_nothing(world):
    before = everything(world)
    found = check(world, LIST)
    assert states(found) == [LineState.NEW] * 3
    assert everything(world) == before, "a check writes nothing"
    done = prepare(world, LIST)
    assert [row.node for row, _ in done.made] == [one.node for one in found.lines]
    assert len({code for _, code in done.made}) == 3
    after = everything(world)
    assert states(check(world, LIST)) == [LineState.CODED] * 3
    assert prepare(world, LIST).made == []
    assert everything(world) == after, "the same list again changes nothing, the journal neither"


def test_what_the_list_says_is_the_loudspeakers_once_its_code_is_claimed_on_the_sixth_day(world):
    row, code = prepare(world, LIST).made[0]
    world.later(days=6, hours=23)
    welcome = Welcome("https://x.example", "mqtts://x.example", world.root_key.public_x, world.station_key)
    world.do(claim_code, NodeKey.generate().claim(typed_code(code), "board 1"), welcome)
    node = world.ask(get_node, row.node)
    assert (node.name, node.equipment, node.telephone) == ("Cụm chợ Đầm", "IP-60", "0905 123 456")
    assert world.ask(positions_of, [row.node])[row.node].latitude == 12.2551
    assert states(check(world, LIST))[0] is LineState.IN_USE


def test_letters_written_in_two_parts_are_the_same_name(world):
    prepare(world, LIST)
    assert states(check(world, unicodedata.normalize("NFD", LIST))) == [LineState.CODED] * 3


@pytest.mark.both_databases
def test_of_two_who_bring_the_same_list_at_once_one_makes_the_codes(world):
    start, made = Barrier(2), []

    def bring():
        start.wait()
        made.append(len(prepare(world, LIST).made))

    threads = [Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 3]


def test_a_half_wrong_list_changes_nothing_until_only_its_good_lines_are_asked_for(world):
    text = LIST + f";;{NHA_TRANG};;;;\n;Cụm chợ Đầm;{NHA_TRANG};;;;\n;Cụm xa;{NHA_TRANG};21,0;105,8;;\n"
    before = everything(world)
    found = check(world, text)
    assert states(found) == [LineState.NEW] * 3 + [LineState.WRONG] * 3
    faults = [one.listed.fault for one in found.of(LineState.WRONG)]
    assert "Thiếu tên" in faults[0]
    assert "Trùng với dòng 2" in faults[1]
    assert "nằm xa" in faults[2]
    with pytest.raises(BadInput, match="3 dòng sai, dòng đầu tiên là dòng 5"):
        prepare(world, text)
    assert everything(world) == before
    assert len(prepare(world, text, only_good=True).made) == 3


def test_what_is_in_use_is_changed_only_where_the_list_says_something_new(world):
    enrol_nodes_of(world, NewNode(NodeId("kh-5"), NHA_TRANG, "Cụm cũ"))
    named = HEAD + f";cụm  CU;{NHA_TRANG};;;;\n"
    assert states(check(world, named.replace("CU", "cũ"))) == [LineState.CHANGED], "its capital letter"
    text = HEAD + f"kh-5;Cụm cũ;{NHA_TRANG};12,2551;109,1943;;0905123456\n"
    (one,) = check(world, text).lines
    assert one.changes == ["điện thoại: chưa có → 0905123456", "vị trí: chưa có → 12.255100, 109.194300"]
    assert prepare(world, text).made == []
    assert world.ask(get_node, NodeId("kh-5")).telephone == "0905123456"
    assert world.ask(positions_of, [NodeId("kh-5")])[NodeId("kh-5")].longitude == 109.1943
    assert states(check(world, text)) == [LineState.IN_USE]


def enrol_nodes_of(world, *nodes):
    world.do(enrol_nodes, nodes, by=world.technician)


def test_a_line_of_a_waiting_code_may_be_corrected_and_the_printed_code_stays_good(world):
    prepare(world, LIST)
    before = world.ask(open_codes, world.now, frozenset({NHA_TRANG, BAC_NHA_TRANG}))
    text = HEAD + f";Cụm Xóm Mới;{NHA_TRANG};;;;0905999888\n"
    assert prepare(world, text).made == []
    after = world.ask(open_codes, world.now, frozenset({NHA_TRANG, BAC_NHA_TRANG}))
    assert {row.code_hash for row in after} == {row.code_hash for row in before}
    assert "0905999888" in {row.telephone for row in after}


def test_a_lost_sheet_is_made_anew_and_an_old_one_is_replaced_when_it_has_expired(world):
    first = {row.node: code for row, code in prepare(world, LIST).made}
    second = {row.node: code for row, code in prepare(world, LIST, renew=True).made}
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())
    assert len(world.ask(open_codes, world.now, frozenset({NHA_TRANG, BAC_NHA_TRANG}))) == 3
    world.later(days=8)
    assert [row.node for row, _ in prepare(world, LIST).made] == list(first), "the ids stay"


def test_a_new_code_says_what_the_lost_one_said_where_the_list_says_less(world):
    prepare(world, LIST)
    names = "Tên;Địa bàn\n" + f"Cụm chợ Đầm;{NHA_TRANG}\n"
    ((row, _),) = prepare(world, names, renew=True).made
    assert (row.equipment, row.telephone, row.latitude) == ("IP-60", "0905 123 456", 12.2551)


def test_a_code_that_waits_in_another_commune_is_neither_told_nor_touched(world):
    prepare(world, HEAD + f"kh-9;Nhà văn hóa;{BAC_NHA_TRANG};;;;0905111222\n")
    there = world.do(
        create_operator,
        name="kythuat.nt",
        display_name="Kỹ thuật",
        roles={OperatorRole.TECHNICIAN},
        area=NHA_TRANG,
        password=PASSWORD,
        by=None,
    )
    before, text = everything(world), HEAD + f"kh-9;Tên khác;{NHA_TRANG};;;;\n"
    (one,) = check(world, text, by=there).lines
    assert (one.state, one.changes, one.until) == (LineState.WRONG, (), None)
    assert "đã có cụm loa khác dùng" in one.listed.fault
    with pytest.raises(BadInput):
        prepare(world, text, by=there, renew=True)
    with pytest.raises(Conflict, match="đã có cụm loa khác dùng"):
        world.do(make_code, NewNode(NodeId("kh-9"), NHA_TRANG, "Tên khác"), by=there)
    assert everything(world) == before
    assert "đang có mã chờ gắn ở" in check(world, text).lines[0].listed.fault, "told to who sees both"


def test_ids_that_no_loudspeaker_may_have_or_another_place_has_are_wrong_lines(world):
    enrol_nodes_of(world, NewNode(NodeId("kh-5"), NHA_TRANG, "a"), NewNode(NodeId("kh-6"), NHA_TRANG, "Chợ"))
    enrol_nodes_of(world, NewNode(NodeId("kh-7"), NHA_TRANG, "Chợ"))
    lines = ["station;a", "sim-3;a", "a b;a", f"{PROVINCE};a", "KH-5;a", "kh-5;a", ";Chợ"]
    text = HEAD + "".join(
        f"{line};{BAC_NHA_TRANG if line == 'kh-5;a' else NHA_TRANG};;;;\n" for line in lines
    )
    found = check(world, text)
    assert states(found) == [LineState.WRONG] * len(lines)
    assert "đang dùng ở" in found.lines[5].listed.fault
    assert "kh-6, kh-7" in found.lines[6].listed.fault


def test_a_retired_loudspeaker_comes_back_by_its_id_with_a_code(world):
    enrol_nodes_of(world, NewNode(NodeId("kh-5"), NHA_TRANG, "Cụm cũ"))
    world.do(retire_node, NodeId("kh-5"), by=world.technician)
    done = prepare(world, HEAD + f"kh-5;Cụm cũ;{NHA_TRANG};;;;\n")
    assert [row.node for row, _ in done.made] == ["kh-5"]


def test_codes_that_wait_are_bounded_and_refused_all_together(world, monkeypatch):
    monkeypatch.setattr(service, "MOST_OPEN", 2)
    before = everything(world)
    with pytest.raises(Conflict, match="danh sách cần thêm 3"):
        prepare(world, LIST)
    assert everything(world) == before


def test_a_lost_sheet_of_all_codes_that_may_wait_is_made_anew(world, monkeypatch):
    monkeypatch.setattr(service, "MOST_OPEN", 3)
    prepare(world, LIST)
    assert len(prepare(world, LIST, renew=True).made) == 3


def test_who_keeps_no_loudspeakers_prepares_none(world):
    with pytest.raises((NotAllowed, BadInput)):
        prepare(world, LIST, by=world.officer)
    assert world.ask(open_codes, world.now, frozenset({NHA_TRANG})) == []
