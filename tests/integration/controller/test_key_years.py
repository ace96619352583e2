"""Years of virtual time: keys and sets are renewed when the station says so, and loudspeakers go on."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from controller.errors import Conflict
from controller.features.accounts.queries import held_key, operator_named
from controller.features.accounts.second_factor import begin_second_factor
from controller.features.accounts.service import change_password, open_key
from controller.features.doctor.invariants import invariants
from controller.features.expiries.endings import endings, tell_of_endings
from controller.features.keys.requests import accept_request, make_request, sign_request, successor_of
from controller.features.keys.service import compromise_key
from controller.features.keys.station_key_renewal import OVERLAP, TO_SIGN, renew_station_key, take_due_key
from controller.features.notices.queries import notices_of
from controller.features.plans.key_set import keys_to_name
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import retained_state
from controller.features.plans.service import refresh_plans
from controller.features.provisioning.service import found
from controller.host.station_keys import Secrets, root_key_at, station_key, station_seal
from controller.model.first_people import ADMINISTRATOR, OFFICER
from controller.model.notices import NoticeKind
from controller.settings import Settings
from controller.store import Store
from devices import topics
from devices.approvals import verify_approval
from devices.ids import AreaCode, Grade, NodeId, Role
from devices.messages import Kept, TimeReply
from devices.node.identity import NodeIdentity
from devices.node.trust import Trust
from devices.roots import RootHolder
from devices.signing import sign
from devices.statements import Approval
from devices.wire_types import text_digest
from tests.support.node_keys import key_of
from tests.support.root_sets import root_key
from tests.support.station_world import NHA_TRANG, PROVINCE

BEGIN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@dataclass
class Station:
    """A founded station without threads, whose clock the test moves."""

    store: Store
    settings: Settings
    now: datetime = BEGIN

    def __post_init__(self):
        found(self.store, self.settings, now=self.now)
        self.take_up()
        self.root = root_key_at(Secrets(self.settings.home).root_key)
        self.passwords = Secrets(self.settings.home).passwords()

    def do(self, use_case, *args, **kwargs):
        with self.store.write() as session:
            return use_case(session, *args, now=self.now, **kwargs)

    def ask(self, query, *args, **kwargs):
        with self.store.read() as session:
            return query(session, *args, **kwargs)

    def person(self, name):
        return self.ask(operator_named, name)

    def take_up(self):
        self.store.signer = station_seal(self.settings)
        self.key = take_due_key(self.store, self.settings, now=self.now) or station_key(self.settings)

    def day(self, days=1):
        """What the station's beats do, some days later."""
        self.now += timedelta(days=days)
        self.take_up()
        self.do(tell_of_endings)
        self.do(refresh_plans, station_key=self.key)

    def renew(self, **how):
        return renew_station_key(self.store, self.settings, self.root, now=self.now, **how)


@pytest.fixture
def station(tmp_path):
    settings = Settings(home=tmp_path)
    store = Store(settings.database)
    store.upgrade()
    station = Station(store, settings)
    yield station
    store.close()


class Loudspeaker:
    """What a real node believes; it hears what the broker retains when it is there."""

    def __init__(self, station):
        self.station = station
        identity = NodeIdentity(NodeId("kh-1"), (PROVINCE, NHA_TRANG), station.root.public_x, key_of("kh-1"))
        self.trust = Trust(identity)

    def hears(self):
        now = self.station.now
        for document in self.station.ask(retained_state):
            topic = topics.parse(document.topic)
            match topic:
                case topics.RootsTopic():
                    self.trust.take_roots(document.payload, now)
                case topics.KeysTopic(area):
                    self.trust.take_keys(area, document.payload, now, now)
                case topics.PlanTopic(target):
                    self.trust.take_plan(target, document.payload, now)
                case topics.PolicyTopic(area):
                    self.trust.take_policy(AreaCode(area), document.payload, now)

    def believes_the_clock(self):
        """Whether it takes a clock reply that the station signs now."""
        now_us = int(self.station.now.timestamp() * 1_000_000)
        reply = TimeReply(node=NodeId("kh-1"), sent_us=1, received_us=now_us, replied_us=now_us)
        return self.trust.read_time(sign(reply, self.station.key).encode(), self.station.now) is not None


def told(station, name=ADMINISTRATOR):
    return [
        notice
        for notice in station.ask(notices_of, station.person(name).id)
        if notice.kind is NoticeKind.ENDS_SOON
    ]


FORTNIGHTS, ROOT_REPLACED = 215, 120
"""To day 3,010; the root gets a successor on day 1,680."""


def replace_root(station):
    """What `loa keys request`, `sign` and `accept` do: the present root signs its successor."""
    first = Secrets(station.settings.home).root_public.read_text("utf-8").strip()
    new = root_key(station.now)
    holders = [RootHolder.of("chi", new.public_x)]
    request = station.do(make_request, first, station.ask(successor_of, first, holders, 1, now=station.now))
    for key in (station.root, new):
        request = sign_request(request, key)
    station.do(accept_request, request, first_public=first)
    station.root = new


def sounds(station, node):
    """Whether the node would sound an airing that the approver approves now."""
    approver = station.person("duyet")
    key = station.do(open_key, approver, role=Role.APPROVER, password=station.passwords["duyet"])
    approval = Approval(
        bulletin="b1",
        revision=1,
        text_sha256="0" * 64,
        recording="1" * 64,
        author="canbo",
        approver=approver.name,
        approved_at=station.now,
        valid_from=station.now,
        expires_at=station.now + timedelta(days=9),
        areas=(NHA_TRANG,),
        grade=Grade.PRIORITY,
    )
    text = sign(approval, key)
    kept = Kept(name="keep-1", recording="1" * 64, approval=text_digest(text))
    trusted = node.trust.ring.trusted
    return verify_approval(kept, text, (PROVINCE, NHA_TRANG), trusted, station.now) == approval


def test_for_eight_years_whoever_does_what_the_notices_say_keeps_every_loudspeaker(station):
    node, done, kids = Loudspeaker(station), set(), set()
    for fortnight in range(FORTNIGHTS):
        station.day(14)
        if fortnight == ROOT_REPLACED:
            replace_root(station)
        kids.add(station.key.kid)
        for notice in told(station):
            if notice.id in done or notice.at < station.now - timedelta(days=1):
                continue
            done.add(notice.id)
            do_what_it_says(station, notice)
        node.hears()
        assert node.believes_the_clock(), station.now
        assert fortnight % 26 or sounds(station, node), station.now
        assert node.trust.policies[PROVINCE].expires_at > station.now
        assert station.ask(endings, station.now, timedelta()) == []
    assert sounds(station, node)
    assert len(kids) == 5
    assert node.trust.ring.roots.version == 1
    assert station.ask(invariants, now=station.now) == []
    for name in ("duyet", ADMINISTRATOR):
        role = Role.APPROVER if name == "duyet" else Role.ADMINISTRATOR
        assert station.ask(held_key, station.person(name).id, role, station.now)


def do_what_it_says(station, notice):
    """One act for each kind of notice, as its sentence asks."""
    if notice.subject == "station":
        station.renew()
    elif notice.subject == "keys":
        station.do(sign_key_sets, root_key=station.root)
    elif notice.subject.startswith("policy."):
        administrator = station.person(ADMINISTRATOR)
        password = station.passwords[ADMINISTRATOR]
        station.do(sign_policy, area=PROVINCE, administrator=administrator, password=password)
    else:
        role, _, holder = notice.subject.partition(".")
        assert role in {"approver", "administrator", "caller"}
        name = next(n for n in station.passwords if station.person(n).id == holder)
        new = f"{station.passwords[name]}-nữa"
        old = station.passwords[name]
        change_password(station.store, by=station.person(name), old=old, new=new, now=station.now)
        station.passwords[name] = new
        station.do(sign_key_sets, root_key=station.root)


def test_an_end_is_told_once_at_each_of_its_days_and_once_more_when_it_has_come(station):
    days = []
    for day in (1, 639, 640, 641, 700, 701, 723, 724, 729, 730, 731):
        station.now = BEGIN + timedelta(days=day)
        station.do(tell_of_endings)
        days += [day for n in told(station) if n.subject == "station" and n.at == station.now]
    assert days == [640, 700, 723, 730]
    first = [notice for notice in told(station) if notice.subject == "station"][-1]
    assert "còn 90 ngày" in first.sentence
    assert "loa keys renew-station" in first.sentence
    assert {notice.subject.partition(".")[0] for notice in told(station, OFFICER)} == {"caller"}
    assert {n.subject.partition(".")[0] for n in told(station, "duyet")} == {"approver"}


def test_the_new_key_is_published_a_day_before_it_signs_and_the_old_one_stays_for_a_while(station):
    node = Loudspeaker(station)
    station.day(600)
    old = station.key.kid
    made = station.renew()
    assert made.signs_from == station.now + OVERLAP
    node.hears()
    station.take_up()
    assert station.key.kid == old
    with pytest.raises(Conflict, match=r"được dùng từ \d\d:\d\d:\d\d ngày"):
        station.renew()
    station.day()
    assert station.key.kid == made.kid != old
    assert node.believes_the_clock()  # by the key set that it had from before
    assert {old, made.kid} <= {key.kid for key in station.ask(keys_to_name, station.now)}
    station.day(20)
    assert old not in {key.kid for key in station.ask(keys_to_name, station.now)}
    assert station.ask(invariants, now=station.now) == []


def test_a_key_that_the_roots_sign_elsewhere_is_not_taken_up_before_they_have(station):
    node = Loudspeaker(station)
    node.hears()
    old, made = station.key.kid, renew_station_key(station.store, station.settings, None, now=station.now)
    assert made.signs_from == station.now + TO_SIGN + OVERLAP
    station.day(30)
    assert station.key.kid == old
    assert node.believes_the_clock()
    first = Secrets(station.settings.home).root_public.read_text("utf-8").strip()
    request = sign_request(station.do(make_request, first, None), station.root)
    station.do(accept_request, request, first_public=first)
    node.hears()
    station.day(0)
    assert station.key.kid == made.kid
    assert node.believes_the_clock()


def test_a_loudspeaker_that_was_away_meanwhile_comes_back(station):
    node = Loudspeaker(station)
    node.hears()
    station.day(300)
    station.renew()
    station.day(30)
    node.hears()
    assert node.believes_the_clock()


def test_a_switch_that_was_broken_off_is_begun_again(station):
    made = station.renew()
    station.now += OVERLAP
    files = Secrets(station.settings.home)
    waiting = files.next_station_key.read_text()
    station.take_up()
    files.next_station_key.write_text(waiting)  # as if the power had gone before the file had its name
    station.take_up()
    assert (station.key.kid, files.next_station_key.exists()) == (made.kid, False)
    assert json.loads(files.sealing_key.read_text())["d"] != json.loads(files.station_key.read_text())["d"]


def test_what_was_sealed_before_is_opened_afterwards(station):
    person = station.person("duyet")
    secret = station.do(begin_second_factor, by=person, place="Khánh Hòa").secret
    for _ in range(2):
        station.renew()
        station.day()
    assert station.do(begin_second_factor, by=person, place="Khánh Hòa").secret == secret


def test_a_stolen_station_key_is_replaced_at_once_and_voided(station):
    old, by = station.key.kid, station.person(ADMINISTRATOR)
    with pytest.raises(Conflict):
        station.do(compromise_key, old, by=by)
    station.renew()
    with pytest.raises(Conflict):  # the next one does not sign yet
        station.do(compromise_key, old, by=by)
    made = station.renew(at_once=True)
    station.take_up()
    assert station.key.kid == made.kid
    station.do(compromise_key, old, by=by)
    station.do(sign_key_sets, root_key=station.root)
    assert old not in {key.kid for key in station.ask(keys_to_name, station.now)}


def test_a_key_that_has_ended_is_renewed_all_the_same(station):
    station.day(800)
    node = Loudspeaker(station)
    assert station.renew().signs_from == station.now
    station.take_up()
    node.hears()
    assert node.believes_the_clock()
