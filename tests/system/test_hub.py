"""A ministry, its hub and two provinces: a document down, figures and a drill up, the hub killed."""

import json
from contextlib import ExitStack
from datetime import timedelta
from urllib.request import urlopen

import pytest

from controller.features.accounts.queries import operator_named
from controller.features.accounts.scope import scope_of
from controller.features.accounts.service import create_operator, unlock_key
from controller.features.airings.planning import BroadcastRequest
from controller.features.airings.queries import deliveries_of
from controller.features.airings.service import plan_airing
from controller.features.bulletins.listening_proof import note_served
from controller.features.bulletins.queries import rendering_of
from controller.features.bulletins.service import approve_bulletin, draft_bulletin, submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.drills import results
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.service import plan_drill
from controller.features.fleet.service import NewNode
from controller.features.hub.publishing import publish_documents
from controller.features.hub.queries import documents_shown, hub_shown
from controller.features.hub.schemas import ApproverAsked
from controller.features.hub.service import accept_approver, take_document
from controller.features.plans.key_set_signing import sign_key_sets
from controller.host.station_keys import Secrets, root_key_at
from controller.model.airing_states import DeliveryStage
from controller.model.airings import Airing
from controller.model.bulletin_states import RenderingState
from controller.model.bulletins import Approved
from controller.model.first_people import ADMINISTRATOR, APPROVER, OFFICER
from controller.model.permissions import OperatorRole
from controller.runtime import housekeeping, hub_exchange
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from controller.trial.simulated import enrol_fleet, fleet_of
from devices.ids import AreaCode, Grade, NodeId, Role
from tests.architecture.source import ROOT
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.running_station import running
from tests.support.waiting import wait_until

MINISTER, PASSWORD = "btp.nguyen-van-an", "một mật khẩu đủ dài"
NATION = """province_code,code,name,type,parent
vn,vn,Bộ Tư pháp,Toàn quốc,
vn,vung,Vùng thử,Vùng,vn
vn,56,Tỉnh Khánh Hòa,Tỉnh,vung
vn,79,Thành phố Hồ Chí Minh,Thành phố,vung
"""
CITY = """province_code,code,name,type
79,79,Thành phố Hồ Chí Minh,Thành phố
79,26734,Phường Sài Gòn,Phường
"""
PATIENCE_S = 240


class Place:
    """One running station and its people."""

    def __init__(self, station):
        self.station, self.store, self.now = station, station.store, station.now

    def person(self, name):
        with self.store.read() as session:
            return operator_named(session, name)

    def do(self, operation, *args, by, **told):
        with self.store.write() as session:
            return operation(session, *args, by=self.person(by), now=self.now(), **told)

    def sign_keys(self):
        root = root_key_at(Secrets(self.station.settings.home).root_key)
        with self.store.write() as session:
            sign_key_sets(session, root_key=root, now=self.now())

    def rendered(self, bulletin):
        def is_ready():
            with self.store.read() as session:
                made = rendering_of(session, bulletin, 1)
            return made is not None and made.state is RenderingState.READY

        self.station.wake()
        assert wait_until(is_ready, PATIENCE_S)
        with self.store.read() as session:
            return rendering_of(session, bulletin, 1).recording

    def approve(self, bulletin, approver, password):
        recording, person = self.rendered(bulletin), self.person(approver)
        opened = unlock_key(self.store, person, role=Role.APPROVER, password=password, now=self.now())
        self.do(note_served, recording, by=approver)
        told = {"revision": 1, "recording": recording, "password": opened, "declared": True}
        self.do(approve_bulletin, bulletin, **told, highest_grade=Grade.ROUTINE, by=approver)

    def first_password(self, name):
        return Secrets(self.station.settings.home).passwords()[name]

    def documents(self):
        with self.store.read() as session:
            return documents_shown(session, scope_of(session, operator_named(session, OFFICER)), self.now())

    def hub(self):
        with self.store.read() as session:
            return hub_shown(session, self.station.settings, self.now())

    def air(self, bulletin):
        """Air it everywhere in three seconds; return how far each loudspeaker came, and by whose approval."""
        starts_at = self.now() + timedelta(seconds=3)
        area = AreaCode(self.station.settings.province)
        airing = self.do(plan_airing, bulletin, areas=[area], starts_at=starts_at, by=APPROVER).id
        self.station.wake()

        def is_heard():
            with self.store.read() as session:
                return {one.rung for one in deliveries_of(session, airing)} == {int(DeliveryStage.FINISHED)}

        assert wait_until(is_heard, PATIENCE_S)
        with self.store.read() as session:
            assert session.get(Airing, airing).recording
            return session.get(Approved, (bulletin, 1)).approver


def publish(ministry, folder, *bulletins):
    station = ministry.station
    told = {"key": station.key, "by": ministry.person(ADMINISTRATOR), "now": ministry.now()}
    publish_documents(station.store, station.recordings, folder, bulletins, **told)


def drilled(place):
    """Have the province's test aired as a drill; return when it is judged."""
    TrialRun(place.station, Stages(quiet=True)).make_test()
    area = AreaCode(place.station.settings.province)
    request = BroadcastRequest((area,), place.now() + timedelta(seconds=5), grade=Grade.PRIORITY)
    place.do(plan_drill, "Diễn tập", request, DrillCriteria(5, 95, needs_level=False), by=APPROVER)
    place.station.wake()


def founded_ministry(enter, home):
    """Start a ministry's station with an approver of its own."""
    ministry = Place(enter(running(home, enrolled=False, province="vn")))
    minister = {"display_name": "Bộ Tư pháp", "roles": {OperatorRole.APPROVER}, "area": AreaCode("vn")}
    with ministry.store.write() as session:
        create_operator(session, name=MINISTER, password=PASSWORD, by=None, now=ministry.now(), **minister)
    ministry.sign_keys()
    return ministry


def join(parts, place, area, grade):
    """Enrol two loudspeakers that play, wait for the hub, and accept the ministry's approver."""
    nodes = [NewNode(NodeId(f"n{n}-{area}"), AreaCode(area), f"Cụm {n}") for n in range(2)]
    with place.store.write() as session:
        enrol_fleet(session, place.station, nodes)
    fleet = fleet_of(place.station, nodes)
    fleet.start()
    parts.callback(fleet.stop)
    fleet.wait_ready()
    assert wait_until(lambda: place.hub().offered, PATIENCE_S)
    kid = next(each.kid for each in place.hub().offered if each.holder == MINISTER)
    place.do(accept_approver, ApproverAsked(kid=kid, grade=grade), by=ADMINISTRATOR)
    place.sign_keys()


def routine(ministry):
    """Have a text for the region of both provinces approved as routine; return its id."""
    told = {"title": "Luật mới", "text": "Từ ngày mai có luật mới.", "area": AreaCode("vung")}
    text = ministry.do(draft_bulletin, by=OFFICER, **told).id
    ministry.do(submit_bulletin, text, by=OFFICER, highest_grade=Grade.ROUTINE)
    ministry.approve(text, MINISTER, PASSWORD)
    return text


@pytest.fixture
def hurried(monkeypatch):
    """What is done each five minutes or each hour is done each second."""
    monkeypatch.setattr(hub_exchange, "_EVERY", timedelta(seconds=1))
    monkeypatch.setattr(hub_exchange, "_REPORT_EVERY", timedelta(seconds=1))
    monkeypatch.setattr(results, "JUDGED_AFTER", timedelta(seconds=4))
    monkeypatch.setattr(housekeeping, "_NOTE_AIRED_EVERY", timedelta(seconds=1))


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("hurried")
def test_a_nation_of_two_provinces_and_a_hub(tmp_path):
    folder, port = tmp_path / "hub", free_port()
    address = f"http://127.0.0.1:{port}"
    for name, units in (("ministry", NATION), ("city", CITY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "units.csv").write_text(units, "utf-8")
    with ExitStack() as parts:
        enter = parts.enter_context
        ministry = founded_ministry(enter, tmp_path / "ministry")
        folder.mkdir()
        publish(ministry, folder)
        asks = {"hub_url": address, "hub_key": ministry.station.key.public_x, "enrolled": False}
        province = Place(enter(running(tmp_path / "province", **asks)))
        city = Place(enter(running(tmp_path / "city", province="79", **asks)))
        known = [
            {"code": code, "name": code, "keys": [one.station.key.public_x]}
            for code, one in (("56", province), ("79", city))
        ]
        (folder / "provinces.json").write_text(json.dumps(known))
        said = ["hub", "serve", "--folder", str(folder), "--port", str(port)]
        hub = Program(ROOT, said, {}, tmp_path / "hub.log")
        parts.callback(hub.end, at_once=True)
        join(parts, province, "22366", "routine")
        join(parts, city, "26734", None)
        text = routine(ministry)
        publish(ministry, folder, text)
        drilled(province)
        assert wait_until(lambda: any(one.counts for one in province.documents()), PATIENCE_S)
        assert wait_until(city.documents, PATIENCE_S)
        taken = province.do(take_document, province.documents()[0].sha256, by=OFFICER)
        draft = city.do(take_document, city.documents()[0].sha256, by=OFFICER)
        assert (taken.counts, taken.bulletin, draft.counts) == (True, text, False)
        assert province.air(taken.bulletin) == province.person(MINISTER).id
        assert wait_until(lambda: drills_at(address), PATIENCE_S)
        assert [(one["name"], one["counted"], one["heard"]) for one in drills_at(address)] == [
            ("Diễn tập", 2, 2)
        ]
        assert wait_until(lambda: shown_at(address)["56"]["days"][-1]["heard_at"] == 2, PATIENCE_S)
        assert shown_at(address)["79"]["reported"]
        hub.end(at_once=True)
        assert wait_until(lambda: city.hub().fault, PATIENCE_S)
        city.do(submit_bulletin, draft.bulletin, by=OFFICER, highest_grade=Grade.ROUTINE)
        city.approve(draft.bulletin, APPROVER, city.first_password(APPROVER))
        assert city.air(draft.bulletin) == city.person(APPROVER).id
        assert province.air(taken.bulletin) == province.person(MINISTER).id
        for one in (ministry, province, city):
            with one.store.read() as session:
                assert invariants(session, now=one.now()) == []


def shown_at(address):
    with urlopen(f"{address}/provinces", timeout=PATIENCE_S) as reply:
        return {one["code"]: one for one in json.load(reply)}


def drills_at(address):
    return shown_at(address)["56"].get("drills", ())
