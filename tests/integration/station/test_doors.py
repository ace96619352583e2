"""The broker's password file says who may sign in; a folder that cannot be written to stops nothing."""

import logging
import subprocess

from controller.features.accounts.secret_codes import typed_code
from controller.features.enrolment.broker_credentials import BrokerPasswordFile, foreign_names
from controller.features.enrolment.service import claim_code, make_code
from controller.features.fleet.broker_passwords import MARK, broker_hash
from controller.features.fleet.service import NewNode, retire_node
from controller.features.quarantine.service import quarantine_node, release_node
from controller.model.enrolment import Welcome
from controller.model.fleet import Hardware, Node
from controller.settings import Settings
from devices.ids import NodeId
from devices.node_key import NodeKey
from tests.support.guarded_broker import STATION_PASSWORD, GuardedBroker, says_of
from tests.support.station_world import NHA_TRANG


def enrol(world, name):
    welcome = Welcome("https://loa.example", "mqtt://broker", world.root_key.public_x, world.station_key)
    node = NewNode(NodeId(name), NHA_TRANG, name)
    _, code = world.do(make_code, node, by=world.technician)
    world.do(claim_code, NodeKey.generate().claim(typed_code(code)), welcome)


def users(file):
    """Who stands in the file; `-` where what is the station's begins."""
    lines = file.read_text().splitlines()
    return ["-" if line == MARK else line.partition(":")[0] for line in lines]


def test_nodes_come_and_go_and_all_other_lines_stay(world, tmp_path):
    file = tmp_path / "passwords"
    file.write_text("station:$7$101$abc$def\nsomebody:$7$101$abc$def\n")
    doors = BrokerPasswordFile(world.store, file)
    assert doors.renew()
    assert not doors.renew()
    enrol(world, "kh-1")
    enrol(world, "kh-2")
    assert doors.renew()
    assert users(file) == ["station", "somebody", "-", "kh-1", "kh-2"]
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
    assert users(file) == ["station", "somebody", "-", "kh-2"]
    world.later(minutes=1)
    world.do(release_node, NodeId("kh-1"), by=world.technician)
    world.do(retire_node, NodeId("kh-2"), by=world.technician)
    assert doors.renew()
    assert users(file) == ["station", "somebody", "-", "kh-1"]


def test_a_file_that_cannot_be_written_is_told_once_and_stops_nothing(world, tmp_path, caplog):
    (tmp_path / "in-the-way").write_text("no folder")
    file = tmp_path / "in-the-way" / "passwords"
    doors = BrokerPasswordFile(world.store, file)
    enrol(world, "kh-1")
    with caplog.at_level(logging.ERROR):
        assert not doors.renew()
        assert not doors.renew()
    assert len(caplog.records) == 1
    (tmp_path / "in-the-way").unlink()
    assert doors.renew()
    assert users(file) == ["-", "kh-1"]


def test_without_a_file_there_is_nothing_to_do(world):
    assert not BrokerPasswordFile(world.store, None).renew()


def bear(world, name):
    """A node with hardware, as an earlier release enrolled it without looking at its name."""
    digest = broker_hash("mật khẩu của loa")
    with world.store.write() as session:
        session.add(Node(id=NodeId(name), area=NHA_TRANG, name=name, enrolled_at=world.now))
        session.flush()
        session.add(
            Hardware(
                node=NodeId(name),
                number=1,
                public="k",
                software="",
                broker_hash=digest,
                issued_at=world.now,
            )
        )
    return digest


def test_a_node_named_as_the_station_takes_nothing_from_it_and_is_told_of_once(world, tmp_path, caplog):
    file = tmp_path / "passwords"
    file.write_text("station:$7$101$abc$def\n")
    bear(world, "station")
    doors = BrokerPasswordFile(world.store, file)
    with caplog.at_level(logging.ERROR):
        assert doors.renew()
        bear(world, "kh-1")
        assert doors.renew()
    assert file.read_text().startswith(f"station:$7$101$abc$def\n{MARK}\nkh-1:")
    assert len(caplog.records) == 1


def test_a_line_that_an_earlier_release_wrote_over_the_stations_goes(world, tmp_path):
    file = tmp_path / "passwords"
    digest = bear(world, "station")
    file.write_text(f"station:{digest}\nsomebody:$7$101$abc$def\n")
    assert BrokerPasswordFile(world.store, file).renew()
    assert users(file) == ["somebody", "-"]


def test_a_user_that_somebody_added_is_never_overwritten_or_dropped_by_a_node_of_that_name(world, tmp_path):
    file = tmp_path / "passwords"
    file.write_bytes("# of the province: do not touch\nmonitor:$7$101$abc$def\nm\xe9:x\n".encode("latin-1"))
    doors = BrokerPasswordFile(world.store, file)
    assert doors.renew()
    with file.open("a") as open_file:  # mosquitto_passwd appends
        open_file.write("grafana:$7$101$ghi$jkl\n")
    assert doors.renew(), "somebody else wrote the file: it is looked at again"
    bear(world, "monitor")
    bear(world, "grafana")
    bear(world, "kh-1")
    assert doors.renew()
    kept = b"# of the province: do not touch\nmonitor:$7$101$abc$def\nm\xe9:x\ngrafana:$7$101$ghi$jkl\n"
    assert file.read_bytes().startswith(kept + MARK.encode() + b"\nkh-1:")
    assert foreign_names(world.store, Settings(broker_passwords=file)) == {"monitor", "m\udce9", "grafana"}


def test_nodes_lines_that_somebody_dropped_come_back(world, tmp_path):
    file = tmp_path / "passwords"
    enrol(world, "kh-1")
    doors = BrokerPasswordFile(world.store, file)
    assert doors.renew()
    file.write_text("station:$7$101$abc$def\n")  # mosquitto_passwd -c
    assert doors.renew()
    assert users(file) == ["station", "-", "kh-1"]


def test_the_stations_user_name_is_nobodys_whatever_it_is_called(world):
    chosen = Settings(broker_url="mqtts://d%C3%A0i-56:secret@broker.example")
    assert foreign_names(world.store, chosen) == {"dài-56"}


def test_mosquitto_reads_the_file_and_its_own_tool_still_changes_it(world, tmp_path):
    broker = GuardedBroker(tmp_path)
    doors = BrokerPasswordFile(world.store, broker.passwords)
    broker.passwords.write_text(broker.passwords.read_text() + f"kh-1:{broker_hash('pw')}\n")
    bear(world, "kh-1")
    bear(world, "station")
    assert doors.renew()
    broker.start()
    try:
        assert says_of(broker.port, "station", STATION_PASSWORD) == "Success"
        assert says_of(broker.port, "station", "mật khẩu của loa") != "Success"
        assert says_of(broker.port, "kh-1", "mật khẩu của loa") == "Success"
        add = ["mosquitto_passwd", "-b", str(broker.passwords), "grafana", "pw"]
        subprocess.run(add, check=True, capture_output=True, timeout=20)
        assert doors.renew()
        assert users(broker.passwords) == ["station", "grafana", "-", "kh-1"]
    finally:
        broker.stop()
