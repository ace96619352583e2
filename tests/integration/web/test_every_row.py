"""Every page with every kind of row that the wire and the tables allow: none fails for want of a word."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from controller.features.fleet.events import EventKind
from controller.features.fleet.pages.incidents import EVENT_SIGNS
from controller.features.fleet.signs import NODE_SIGNS
from controller.features.fleet.status import NodeStatus
from controller.features.journal.service import record
from controller.features.listeners.service import report_trouble
from controller.features.notices.service import notify
from controller.http.journal_words import ACTS
from controller.http.render import REASON_WORDS
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletin_states import BulletinState, RenderingState
from controller.model.bulletins import Bulletin, Rendering
from controller.model.emergencies import Emergency, Prepared
from controller.model.emergency_states import EmergencyState, Kind
from controller.model.fleet import Node, StateTurn
from controller.model.listener_report_states import Trouble
from controller.model.notices import NoticeKind
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule
from controller.runtime.receipt_ingestion import fold_receipts
from controller.runtime.receipt_judging import judge, node_keys
from controller.site import end_streams
from devices.ids import Grade
from devices.messages import ReceiptKind
from tests.integration.web.site_world import BAC_NHA_TRANG, Made
from tests.integration.web.test_pages import text_of
from tests.support.stored_rows import note_vitals
from tests.support.swelling_tone import mp3

MADE = Made(mp3(), 8_000)
REASONS = (None, *REASON_WORDS, "mouse-in-cabinet")
WHO = ("duyet", "kythuat", "quantri")
STATIONS_FAULTS = 500
NODE, BULLETIN, SCHEDULE = "/cum-loa/{node_id}", "/ban-tin/{bulletin_id}", "/lich/{schedule_id}"
AIRING = ("/phat/{airing_id}", "/phat/{airing_id}/cum-loa", "/phat/{airing_id}/phat-lai")


@pytest.fixture
def look(site, objects, sign_in):
    """Returns a function that opens pages, as an approver by default, and says which failed."""
    end_streams(site)
    clients = [sign_in(name) for name in WHO]

    def looked(*asked, clients=clients[:1]):
        failed = {}
        for path in asked:
            for name, value in objects.items():
                path = path.replace(name, value)  # noqa: PLW2901 - the same address, filled in
            for client in clients:
                status = client.get(path).status_code
                if status >= STATIONS_FAULTS:
                    failed[path] = status
        return failed

    looked.everybody = clients
    return looked


def set_all(world, table, **values):
    with world.store.write() as session:
        session.execute(update(table).values(**values))


def test_every_receipt_and_every_reason_of_the_wire(world, objects, look):
    node = objects["{node_id}"]
    world.bring_online()
    for named in (objects["{airing_id}"], objects["{prepared}"], "withdrawn-long-ago"):
        for kind in ReceiptKind:
            told = {
                "airing": named,
                "recording": MADE.recording,
                "kind": kind,
                "heard_ms": 3000,
                "volume": 70,
            }
            told["at"] = world.now()
            batch = [world.signer.message(node, *({"reason": one} | told for one in REASONS), session=3)]
            world.do(fold_receipts, judge(batch, world.ask(node_keys, {node})))
            assert look(NODE) == {}, kind
            world.later(seconds=1)  # so that the newest ones, which the page shows, are of one kind
    assert look(NODE, *AIRING, "/khan", "/") == {}


def test_a_loudspeaker_that_holds_a_prepared_alarm_has_a_page(world, objects, sign_in):
    world.bring_online()
    for kind in (ReceiptKind.KEPT, ReceiptKind.LOST):
        world.tell(objects["{prepared}"], MADE, kind, [objects["{node_id}"]])
    words = text_of(sign_in("kythuat").get(f"/cum-loa/{objects['{node_id}']}"))
    assert "Đã tải trước về giữ" in words
    assert "Bản đang giữ bị hỏng" in words


@pytest.mark.parametrize("state", AiringState)
def test_every_state_and_grade_of_an_airing_with_every_rung(world, look, state):
    world.bring_online()
    set_all(world, Airing, state=state, grade=Grade.PRIORITY)
    with world.store.write() as session:
        rows = session.scalars(select(Delivery)).all()
        for place, row in enumerate(rows):
            row.rung, row.reason = (
                int([*DeliveryStage][place % len(DeliveryStage)]),
                REASONS[place % len(REASONS)],
            )
    assert look(*AIRING, NODE, "/phat", "/lich", "/bao-cao", "/khan", "/") == {}
    set_all(world, Airing, grade=Grade.EMERGENCY)
    assert look(*AIRING, "/phat", "/lich", "/") == {}


def test_every_state_of_a_bulletin_its_recording_and_its_schedule(world, look):
    for state in BulletinState:
        set_all(world, Bulletin, state=state)
        assert look(BULLETIN, SCHEDULE, "/ban-tin", "/duyet", "/chuong-trinh", "/thu-vien", "/") == {}, state
    for state in RenderingState:
        set_all(world, Rendering, state=state)
        assert look(BULLETIN, "/duyet/{bulletin_id}", "/") == {}, state
    for state in ScheduleState:
        set_all(world, Schedule, state=state)
        assert look(SCHEDULE, "/lich/danh-sach") == {}, state


def test_every_kind_and_state_of_an_emergency(world, look):
    for kind in Kind:
        set_all(world, Emergency, kind=kind)
        set_all(world, Prepared, kind=kind)
        for state in EmergencyState:
            set_all(world, Emergency, state=state)
            assert look("/khan", "/khan/{emergency_id}") == {}, (kind, state)


def test_every_status_and_event_of_nodes(world, look, sign_in):
    technician = sign_in("kythuat")
    world.bring_online()
    world.lose(world.nodes[:2])
    world.later(minutes=20)
    world.bring_online(without=world.nodes[:9])
    _silent, faulty, sounding, quarantined, never, unsteady, lone = world.nodes[2:9]
    world.do(note_vitals, [world.vitals(faulty, clock_error_ms=90_000.0, amplifier_ok=False)])
    world.do(note_vitals, [world.vitals(sounding, sounding="x")])
    world.lose([lone])
    with world.store.write() as session:
        session.get(Node, quarantined).quarantined_at = world.now()
        session.get(Node, never).last_heard_at = None
        for turn in range(8):
            at = world.now() - timedelta(minutes=10 - turn)
            session.add(StateTurn(node=unsteady, at=at, online=bool(turn % 2)))
    assert look("/cum-loa", "/su-co", "/ban-do", "/") == {}
    words = text_of(technician.get("/cum-loa"))
    told = {status for status in NodeStatus if NODE_SIGNS[status].word in words}
    assert set(NodeStatus) - told == {NodeStatus.RETIRED}
    events = text_of(technician.get("/su-co"))
    assert {kind for kind in EventKind if EVENT_SIGNS[kind].word not in events} == set()
    for node in world.nodes[:9]:
        assert technician.get(f"/cum-loa/{node}").status_code == 200


def test_every_act_of_the_journal_and_one_that_is_newer(world, objects, look, sign_in):
    with world.store.write() as session:
        for act in (*ACTS, "later.act"):
            for subject in (objects["{node_id}"], objects["{bulletin_id}"]):
                record(session, world.officer, act, subject, world.now(), detail={"reason": "thử"})
    assert look("/nhat-ky", NODE, BULLETIN, clients=look.everybody) == {}
    assert "later.act" in text_of(sign_in("quantri").get("/nhat-ky"))


def test_every_notice_and_every_trouble_of_listeners(world, look):
    people = [person.id for person in world.people.values()]
    with world.store.write() as session:
        for kind in NoticeKind:
            notify(session, people, kind, "khong-co", "Thử.", now=world.now())
    for trouble in Trouble:
        world.do(report_trouble, f"loa-{BAC_NHA_TRANG}-1", trouble=trouble, words="Ồn.")
    assert look("/thong-bao", "/phan-anh", "/su-co", "/") == {}
