"""docs/key-compromise.md, played through: for each key stolen, what a loudspeaker believes afterwards."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from controller.features.accounts.administration import reset_password
from controller.features.accounts.queries import held_key
from controller.features.accounts.service import disable_operator, open_key
from controller.features.keys.requests import accept_request, make_request, sign_request, successor_of
from controller.features.keys.service import compromise_key, fallout_of
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.leadership import take_lead
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import void_policies
from controller.model.first_people import ADMINISTRATOR, APPROVER
from devices.ids import AreaCode, Role
from devices.jose import SigningKey
from devices.roots import RootHolder
from devices.signing import sign
from devices.statements import KeySet, Policy
from tests.integration.controller.test_key_years import Loudspeaker, station
from tests.support.root_sets import root_key
from tests.support.station_world import PROVINCE

__all__ = ["station"]
PAGE = (Path(__file__).parents[3] / "docs" / "key-compromise.md").read_text("utf-8")
NEW = "một mật khẩu hoàn toàn khác"


def kid_of(station, name, role):
    return station.ask(held_key, station.person(name).id, role, station.now).kid


def roots_sign(station):
    station.do(sign_key_sets, root_key=station.root)
    assert station.ask(keys_to_sign_for, station.now) == 0


def policy_by(station, key, **changes):
    told = {
        "target": PROVINCE,
        "version": int(station.now.timestamp() * 1000) + 60_000,
        "issued_at": station.now - timedelta(days=1),
        "expires_at": station.now + timedelta(days=300),
        "quiet_hours": (),
        "loudest_volume": 0,
        "minutes_a_day": 0,
    }
    return sign(Policy(**told | changes), key).encode()


def keys_at(node):
    return node.trust.ring.trusted.keys


def test_every_key_of_the_page_has_its_section():
    told = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert [one.split()[1].rstrip(",'s") for one in told] == [
        "approver",
        "administrator",
        "station",
        "root",
        "loudspeaker",
        "broker",
        "database",
    ]


def test_an_approvers_key_is_stolen(station):
    node = Loudspeaker(station)
    node.hears()
    kid = kid_of(station, APPROVER, Role.APPROVER)
    station.day(3)
    by, since = station.person(ADMINISTRATOR), station.now - timedelta(days=1)
    assert station.ask(fallout_of, kid, station.now, since).airings == ()
    station.do(compromise_key, kid, by=by, since=since)
    station.do(reset_password, station.person(APPROVER).id, NEW, by=by)
    assert station.ask(keys_to_sign_for, station.now) > 0
    roots_sign(station)
    node.hears()
    assert kid not in keys_at(node), "nothing that it signed is in force"
    assert kid_of(station, APPROVER, Role.APPROVER) in keys_at(node)


def test_an_administrators_key_is_stolen(station):
    node = Loudspeaker(station)
    node.hears()
    station.day(3)
    thief = station.do(
        open_key,
        station.person(ADMINISTRATOR),
        role=Role.ADMINISTRATOR,
        password=station.passwords[ADMINISTRATOR],
    )
    kid, by = kid_of(station, ADMINISTRATOR, Role.ADMINISTRATOR), station.person(ADMINISTRATOR)
    station.do(compromise_key, kid, by=by)
    assert station.ask(void_policies) == [PROVINCE]
    station.do(reset_password, station.person(ADMINISTRATOR).id, NEW, by=None)
    roots_sign(station)
    node.hears()
    held = node.trust.policies[PROVINCE]
    node.trust.take_policy(AreaCode(PROVINCE), policy_by(station, thief), station.now)
    assert node.trust.policies[PROVINCE] == held, (
        "those that loudspeakers hold bind on, and no newer one comes"
    )
    station.day(1)
    station.do(sign_policy, area=PROVINCE, administrator=station.person(ADMINISTRATOR), password=NEW)
    node.hears()
    assert node.trust.policies[PROVINCE].version > held.version
    assert station.ask(void_policies) == []


def test_the_stations_key_is_stolen(station, tmp_path):
    node = Loudspeaker(station)
    node.hears()
    station.day(3)
    former, elsewhere = station.key, tmp_path / "clean"
    elsewhere.mkdir()
    first = take_lead(station.store, station.settings.home, now=station.now)
    station.now += timedelta(minutes=10)
    assert take_lead(station.store, elsewhere, now=station.now) > first, "the restored one leads"
    station.renew(at_once=True)
    station.take_up()
    station.do(compromise_key, former.kid, by=station.person(ADMINISTRATOR))
    roots_sign(station)
    station.day(0)
    node.hears()
    assert node.believes_the_clock()
    assert former.kid not in keys_at(node)
    station.key = former
    assert not node.believes_the_clock()


def test_a_root_key_is_stolen(station):
    node = Loudspeaker(station)
    node.hears()
    station.day(3)
    first, thief = station.root.public_x, station.root
    kept = {name: root_key(station.now) for name in ("an", "binh", "chi")}
    holders = [RootHolder.of(name, key.public_x) for name, key in kept.items()]
    successor = station.ask(successor_of, first, holders, 2, now=station.now)
    request = station.do(make_request, first, successor)
    for key in (thief, kept["an"], kept["chi"]):
        request = sign_request(request, key)
    station.do(accept_request, request, first_public=first)
    node.hears()
    assert node.trust.ring.roots.version == 1
    assert node.believes_the_clock()
    mine = SigningKey.generate(Role.STATION, station.now, timedelta(days=9))
    version = int(station.now.timestamp() * 1000) + 1000
    ends = station.now + timedelta(days=9)
    forged = KeySet(
        area=PROVINCE, version=version, issued_at=station.now, expires_at=ends, keys=(mine.public(),)
    )
    node.trust.take_keys(PROVINCE, sign(forged, thief).encode(), station.now, station.now)
    assert mine.kid not in keys_at(node)
    assert node.trust.counts["keys: unknown-key"] == 1


def test_the_database_is_copied(station):
    node = Loudspeaker(station)
    node.hears()
    station.day(3)
    by = station.person(ADMINISTRATOR)
    old = kid_of(station, APPROVER, Role.APPROVER)
    station.do(reset_password, station.person(APPROVER).id, NEW, by=by)
    station.do(compromise_key, old, by=by, since=station.now - timedelta(days=1))
    roots_sign(station)
    node.hears()
    assert old not in keys_at(node)
    assert kid_of(station, APPROVER, Role.APPROVER) in keys_at(node)


@pytest.mark.parametrize("name", [APPROVER])
def test_a_forgotten_password_or_a_person_who_left_silences_nothing(station, name):
    node = Loudspeaker(station)
    node.hears()
    before = kid_of(station, name, Role.APPROVER)
    station.do(disable_operator, station.person(name).id, by=station.person(ADMINISTRATOR))
    roots_sign(station)
    node.hears()
    assert node.believes_the_clock()
    assert before not in keys_at(node), "nothing of it is in force, so it need not be listed"
