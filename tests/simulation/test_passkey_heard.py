"""A loudspeaker plays what a passkey approved, and nothing that a captured station makes of its signature."""

import random
from datetime import timedelta

from devices.ids import Role
from devices.jose import read_unchecked
from devices.statements import Approval
from tests.simulation.small_station import PROVINCE, listed
from tests.simulation.station_in_world import Scene
from tests.support.software_authenticator import SoftwareAuthenticator

MINUTE_MS = 60_000
PHONE = SoftwareAuthenticator()


def test_a_node_plays_what_a_passkey_approved_and_nothing_that_it_did_not():
    scene = Scene(1, nodes=2)
    station = scene.station
    life = scene.now - timedelta(days=1), scene.now + timedelta(days=300)
    passkey = PHONE.key(Role.APPROVER, *life, holder="duyet", area=PROVINCE)
    station.publish_key_set((*map(listed, (station.keys.station, station.keys.administrator)), passkey))
    approved, other = (station.add_recording(random.Random(n).randbytes(60_000), MINUTE_MS) for n in (1, 2))

    def statement(recording):
        fields = {"approver": "duyet"}
        return read_unchecked(station.approval(recording, **fields).encode(), Approval)

    good = PHONE.sign(statement(approved), Role.APPROVER)
    head, _, signature = good.split(".")
    moved = f"{head}.{PHONE.sign(statement(other), Role.APPROVER).split('.')[1]}.{signature}"
    stolen = PHONE.but(secret=2026).sign(statement(other), Role.APPROVER)
    unverified = PHONE.but(flags=0x01).sign(statement(other), Role.APPROVER)
    sealed = station.approval(other)
    airings = [station.airing("a1", approved, scene.in_s(60), MINUTE_MS, approval=good)]
    for n, text in enumerate((moved, stolen, unverified, sealed)):
        starts = scene.in_s(150 + 90 * n)
        airings.append(station.airing(f"x{n}", other, starts, MINUTE_MS, approval=text))
    station.publish_plan("56", *airings)
    scene.run(600)
    for node in scene.nodes:
        assert scene.kinds("a1", node) == ["fetched", "started", "finished"]
        for n in range(4):
            assert "started" not in scene.kinds(f"x{n}", node)
            assert "refused" in scene.kinds(f"x{n}", node)
