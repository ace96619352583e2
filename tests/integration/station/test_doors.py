"""The broker's password file says who may sign in; a folder that cannot be written to stops nothing."""

import logging

from controller.fleet.enrolling import Welcome, claim_code, make_code
from controller.fleet.keeping import quarantine_node, release_node
from controller.fleet.usecases import NewNode, retire_node
from controller.operators.fresh import typed_code
from controller.station.doors import BrokerDoors
from devices.messages import NodeId
from devices.node_key import NodeKey
from tests.support.station_world import NHA_TRANG


def enrol(world, name):
    welcome = Welcome("https://loa.example", "mqtt://broker", world.root_key.public_x, world.station_key)
    node = NewNode(NodeId(name), NHA_TRANG, name)
    _, code = world.do(make_code, node, by=world.technician)
    world.do(claim_code, NodeKey.generate().claim(typed_code(code)), welcome)


def users(file):
    return [line.partition(":")[0] for line in file.read_text().splitlines()]


def test_nodes_come_and_go_and_all_other_lines_stay(world, tmp_path):
    file = tmp_path / "passwords"
    file.write_text("station:$7$101$abc$def\nsomebody:$7$101$abc$def\n")
    doors = BrokerDoors(world.store, file)
    assert not doors.renew()
    enrol(world, "kh-1")
    enrol(world, "kh-2")
    assert doors.renew()
    assert users(file) == ["station", "somebody", "kh-1", "kh-2"]
    assert file.stat().st_mode & 0o777 == 0o640
    before = file.read_text()
    assert not doors.renew()
    world.later(minutes=1)
    enrol(world, "kh-1")
    assert doors.renew()
    assert users(file) == users(file)
    assert file.read_text() != before, "new hardware has a password of its own"
    world.later(minutes=1)
    world.do(quarantine_node, NodeId("kh-1"), reason="x", by=world.technician)
    assert doors.renew()
    assert users(file) == ["station", "somebody", "kh-2"]
    world.later(minutes=1)
    world.do(release_node, NodeId("kh-1"), by=world.technician)
    world.do(retire_node, NodeId("kh-2"), by=world.technician)
    assert doors.renew()
    assert users(file) == ["station", "somebody", "kh-1"]


def test_a_file_that_cannot_be_written_is_told_once_and_stops_nothing(world, tmp_path, caplog):
    (tmp_path / "in-the-way").write_text("no folder")
    file = tmp_path / "in-the-way" / "passwords"
    doors = BrokerDoors(world.store, file)
    enrol(world, "kh-1")
    with caplog.at_level(logging.ERROR):
        assert not doors.renew()
        assert not doors.renew()
    assert len(caplog.records) == 1
    (tmp_path / "in-the-way").unlink()
    assert doors.renew()
    assert users(file) == ["kh-1"]


def test_without_a_file_there_is_nothing_to_do(world):
    assert not BrokerDoors(world.store, None).renew()
