"""Faults of the station's own machines: told once to who can mend them, by phones too, and their end."""

from datetime import timedelta

import pytest
from cryptography import x509

from controller.errors import Unavailable
from controller.features.machine_troubles.rules import (
    BACKUP_WITHIN,
    CERTIFICATE_AHEAD,
    LASTS,
    LEAST_FREE,
    MachineFacts,
    TroubleKind,
    kind_of,
    leaf_key,
    troubles_in,
)
from controller.features.machine_troubles.service import AGAIN, leaves_away, tell_of_machine
from controller.features.notices.queries import notices_of
from controller.host.certificates import certificate_ends
from controller.model.notices import NoticeKind
from controller.runtime.machine_watch import MachineWatch
from controller.settings import Settings
from tests.support.tls_broker import TlsBroker
from tests.support.waiting import wait_until

FULL = {TroubleKind.DISK: "Ổ đĩa của đài chỉ còn 1.0 GB trống."}


def told(world, person, *, unread=False):
    found = world.ask(notices_of, person.id, unread=unread)
    return [one.sentence for one in found if one.kind is NoticeKind.MACHINE]


def look(world, found, **later):
    world.now += timedelta(**later)
    return world.do(tell_of_machine, found)


def test_a_fault_that_lasts_is_told_once_to_those_who_can_mend_it(world):
    assert look(world, FULL) == 0
    assert look(world, FULL, minutes=4) == 0
    assert look(world, FULL, minutes=1) == 1
    for _ in range(20):
        assert look(world, FULL, minutes=10) == 0
    assert told(world, world.technician) == [FULL[TroubleKind.DISK]]
    assert told(world, world.administrator) == [FULL[TroubleKind.DISK]]
    assert told(world, world.clerk) == []


def test_a_fault_that_is_over_is_told_too_and_what_was_told_of_it_waits_for_nobody(world):
    look(world, FULL)
    look(world, FULL, minutes=5)
    assert look(world, {}, minutes=4) == 0
    assert look(world, {}, minutes=1) == 1
    assert told(world, world.technician, unread=True) == ["Ổ đĩa của đài đã có chỗ trống."]
    assert look(world, {}, days=1) == 0


def test_a_restart_of_the_broker_is_told_to_nobody(world):
    gone = {TroubleKind.BROKER: "Đài không nối được."}
    for _ in range(3):
        look(world, gone, minutes=1)
    look(world, {}, minutes=6)
    look(world, gone, minutes=6)
    assert told(world, world.technician) == []


def test_what_comes_and_goes_is_told_at_most_once_an_hour(world):
    times = sum(look(world, found, minutes=5) for found in (FULL, FULL, {}, {}) * 24)
    hours = 24 * 4 * LASTS / AGAIN
    assert 2 <= times <= 2 * (hours + 1)


def test_a_phone_gets_the_fault_and_its_end(world, phone_of, sender):
    phone = phone_of(world.technician)
    look(world, FULL)
    look(world, FULL, minutes=5)
    assert sender is not None
    assert wait_until(lambda: len(phone.got) == 1)
    look(world, {}, minutes=5)
    assert wait_until(lambda: len(phone.got) == 2)
    assert "1.0 GB" in str(phone.got[0])
    assert "đã có chỗ trống" in str(phone.got[1])


def facts(world, **changes):
    return troubles_in(MachineFacts(founded_at=world.now, **changes), world.now)


def test_a_healthy_station_has_no_faults(world):
    assert facts(world, free_bytes=LEAST_FREE, is_clock_set=True, standbys=1, standbys_wanted=1) == {}


def test_each_fault_is_seen(world):
    now = world.now
    soon = now + CERTIFICATE_AHEAD - timedelta(seconds=1)
    found = facts(
        world,
        free_bytes=LEAST_FREE - 1,
        broker_up=False,
        leaves_away=("bac", "nam"),
        backup_at=now - BACKUP_WITHIN - timedelta(seconds=1),
        doctor_at=now - timedelta(days=4),
        doctor_findings=2,
        is_clock_set=False,
        standbys=0,
        standbys_wanted=1,
        database_away=(now - timedelta(minutes=9), now),
        certificates={"loa.example": soon, "loa.example:8883": now + timedelta(days=60)},
    )
    assert {kind_of(key) for key in found} == set(TroubleKind)
    assert "loa.example đến" in found[TroubleKind.CERTIFICATE]
    assert "8883" not in found[TroubleKind.CERTIFICATE]


def test_a_new_station_is_not_told_of_backups_that_it_could_not_have(world):
    assert facts(world) == {}
    old = MachineFacts(founded_at=world.now - timedelta(days=3))
    assert set(troubles_in(old, world.now)) == {TroubleKind.BACKUP}


def test_the_certificate_of_an_address_is_read_from_the_connection(tmp_path):
    broker = TlsBroker(tmp_path / "broker")
    broker.start()
    try:
        written = x509.load_pem_x509_certificate(broker.pem.encode())
        assert certificate_ends(broker.tls_url) == written.not_valid_after_utc
    finally:
        broker.stop()
    assert certificate_ends(broker.tls_url) is None
    assert certificate_ends("http://127.0.0.1") is None
    assert certificate_ends("") is None


class Away:
    """A store of a database that does not answer, until it does."""

    def __init__(self, store):
        self.store, self.is_away = store, True
        self.is_sqlite, self.write = store.is_sqlite, store.write

    def read(self):
        if self.is_away:
            raise Unavailable("away")
        return self.store.read()


def nothing_away():
    return ()


def test_no_notice_of_a_certificate_has_the_password_of_a_broker(world, tmp_path):
    broker = TlsBroker(tmp_path / "broker")
    broker.start()
    try:
        url = broker.tls_url.replace("mqtts://", "mqtts://station:matkhau-cua-dai@")
        leaf = broker.tls_url.replace("mqtts://", "mqtts://station-probe:matkhau-do@").replace(
            "127.0.0.1", "localhost"
        )
        settings = Settings(home=tmp_path, broker_url=url, broker_leaves=f"bac={leaf}")
        world.now = x509.load_pem_x509_certificate(broker.pem.encode()).not_valid_after_utc - timedelta(
            days=1
        )
        watch = MachineWatch(
            world.store, settings, lambda: world.now, lambda: True, lambda: True, nothing_away
        )
        watch.look()
    finally:
        broker.stop()
    world.now += LASTS
    watch.look()
    (sentence,) = [one for one in told(world, world.technician) if "Chứng thư" in one]
    assert "127.0.0.1:" in sentence
    assert "localhost:" in sentence
    assert "matkhau" not in sentence


def test_each_leaf_that_is_away_is_told_and_the_doctor_names_it(world):
    def away(*names):
        return {leaf_key(name): f"Trạm nhánh «{name}»" for name in names}

    look(world, away("bac"))
    since = world.now
    look(world, away("bac"), minutes=5)
    assert world.ask(leaves_away) == [("bac", since)]
    look(world, away("bac", "nam"), minutes=5)
    look(world, away("bac", "nam"), minutes=5)
    assert [name for name, _ in world.ask(leaves_away)] == ["bac", "nam"]
    look(world, away("nam"), minutes=5)
    assert [name for name, _ in world.ask(leaves_away)] == ["nam"]
    assert "Trạm nhánh đã nối lại với trạm gốc." in told(world, world.technician)


def test_a_fault_that_only_a_newer_release_knows_stops_no_look(world):
    for minutes in (0, 5, 5):
        look(world, {"of-a-newer-release": "Mới."}, minutes=minutes)
    assert look(world, {}, minutes=6) == 0
    look(world, FULL)
    assert look(world, FULL, minutes=5) == 1


def test_a_database_that_was_away_is_told_when_it_is_back(world, tmp_path):
    store = Away(world.store)
    watch = MachineWatch(
        store, Settings(home=tmp_path), lambda: world.now, lambda: True, lambda: True, nothing_away
    )
    for _ in range(6):
        with pytest.raises(Unavailable):
            watch.look()
        world.now += timedelta(minutes=1)
    store.is_away = False
    for _ in range(3):
        watch.look()
        world.now += timedelta(minutes=1)
    (sentence,) = told(world, world.technician)
    assert sentence.startswith("Cơ sở dữ liệu không dùng được từ ")


@pytest.mark.parametrize(("leads", "count"), [(True, 1), (False, 0)])
def test_of_a_pair_only_the_one_that_leads_tells(world, tmp_path, leads, count):
    settings = Settings(home=tmp_path)
    watch = MachineWatch(world.store, settings, lambda: world.now, lambda: leads, lambda: False, nothing_away)
    for _ in range(9):
        watch.look()
        world.now += timedelta(minutes=1)
    assert sum("trạm trung chuyển" in one for one in told(world, world.technician)) == count
