"""The station signs one key set an area: small ones, and only those that changed."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from controller.errors import BadInput
from controller.features.accounts.service import create_operator, disable_operator
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.key_set_signing import (
    KEY_SET_LIFE,
    RENEWED_AFTER,
    SHORTEST_LIFE,
    sign_key_sets,
)
from controller.features.plans.queries import key_sets_of, published_key_sets
from controller.model.areas import Area
from controller.model.permissions import OperatorRole
from controller.model.plans import Published
from controller.store import Store, migrating
from devices.ids import Role
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NOW, PASSWORD, PROVINCE
from tests.support.stored_rows import sqlite_url


def approver_of(world, area, name):
    return world.do(
        create_operator,
        name=name,
        display_name=name,
        roles={OperatorRole.APPROVER},
        area=area,
        password=PASSWORD,
        by=world.administrator,
    )


def sets(world):
    return {one.area: one for one in world.ask(published_key_sets)}


def test_a_key_of_a_ward_stands_in_its_set_alone(world):
    person = approver_of(world, BAC_NHA_TRANG, "duyet.bac")
    assert world.ask(keys_to_sign_for, world.now) == 1
    before = sets(world)
    world.do(sign_key_sets, root_key=world.root_key)
    assert world.ask(keys_to_sign_for, world.now) == 0
    assert sets(world)[PROVINCE] == before[PROVINCE], "nothing changed there: its loudspeakers load nothing"
    assert [key.holder for key in sets(world)[BAC_NHA_TRANG].keys] == [person.name]
    assert Role.STATION in {key.role for key in sets(world)[PROVINCE].keys}
    assert person.name not in {key.holder for key in sets(world)[NHA_TRANG].keys}


def test_a_node_loads_the_keys_of_its_areas_alone(world):
    for n in range(60):
        approver_of(world, (NHA_TRANG, BAC_NHA_TRANG)[n % 2], f"duyet.{n}")
    world.do(sign_key_sets, root_key=world.root_key)
    with world.store.read() as session:
        loaded = sum(map(len, key_sets_of(session, (PROVINCE, NHA_TRANG))))
        whole = sum(map(len, key_sets_of(session, (PROVINCE, NHA_TRANG, BAC_NHA_TRANG))))
    assert loaded < 0.6 * whole


def test_a_ward_whose_last_key_ended_gets_an_empty_set_and_keeps_it(world):
    person = approver_of(world, BAC_NHA_TRANG, "duyet.bac")
    world.do(sign_key_sets, root_key=world.root_key)
    before = sets(world)[BAC_NHA_TRANG].version
    world.do(disable_operator, person.id, by=world.administrator)
    for _ in range(2):
        world.do(sign_key_sets, root_key=world.root_key)
        assert (sets(world)[BAC_NHA_TRANG].keys, sets(world)[BAC_NHA_TRANG].version > before) == ((), True)


def test_the_root_says_how_long_key_sets_hold_and_later_signatures_keep_it(world):
    def lives():
        return {one.expires_at - one.issued_at for one in sets(world).values()}

    assert lives() == {KEY_SET_LIFE}
    world.do(sign_key_sets, root_key=world.root_key, lasts=SHORTEST_LIFE)
    assert lives() == {SHORTEST_LIFE}, "all sets at once: each bounds for how long the next can be held back"
    approver_of(world, BAC_NHA_TRANG, "duyet.bac")
    world.do(sign_key_sets, root_key=world.root_key)
    assert (set(sets(world)), lives()) == ({PROVINCE, NHA_TRANG, BAC_NHA_TRANG}, {SHORTEST_LIFE})
    world.do(sign_key_sets, root_key=world.root_key, lasts=KEY_SET_LIFE)
    assert lives() == {KEY_SET_LIFE}
    for wrong in (SHORTEST_LIFE - timedelta(days=1), KEY_SET_LIFE + timedelta(days=1)):
        with pytest.raises(BadInput, match="từ 120 đến 400 ngày"):
            world.do(sign_key_sets, root_key=world.root_key, lasts=wrong)


def test_an_unchanged_set_is_signed_again_when_it_is_a_month_old(world):
    assert world.do(sign_key_sets, root_key=world.root_key) == []
    world.later(days=RENEWED_AFTER.days)
    renewed = world.do(sign_key_sets, root_key=world.root_key)
    assert [(one.area, one.issued_at) for one in renewed] == [(PROVINCE, world.now), (NHA_TRANG, world.now)]


def test_the_one_set_of_a_former_station_goes_on_as_the_provinces(tmp_path):
    store = Store(sqlite_url(tmp_path / "old.db"))
    migrating.upgrade(store._engine, "0033")
    row = {"kind": "keys", "version": 1, "digest": "d", "kid": "root-1", "payload": "a.b.c", "document": "{}"}
    with store.write() as session:
        session.execute(insert(Area).values(code="56", name="Tỉnh Khánh Hòa", kind="Tỉnh"))
        session.execute(insert(Published).values(target="", issued_at=NOW, acknowledged_at=NOW, **row))
    store.upgrade()
    with store.read() as session:
        (kept,) = session.query(Published).all()
    assert (kept.target, kept.payload, kept.acknowledged_at) == ("56", "a.b.c", None)
    store.close()
