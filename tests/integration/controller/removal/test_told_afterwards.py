"""What loudspeakers tell of a year whose receipts are in an archive alone, and what doctor makes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from controller.features.airings.sealed_receipts import unpack
from controller.features.journal.queries import export
from controller.features.reports.service import note_aired
from controller.model.airing_states import ChainFaultKind
from controller.model.airings import Airing, ChainFault, StoredReceipt
from controller.model.archives import RemovedNumbers
from devices.messages import Receipts
from tests.support.node_keys import Signer
from tests.support.removed_year import (
    HERE,
    THERE,
    healthy,
    logs,
    removed,
    report,
    summed,
)


@pytest.mark.both_databases
def test_a_removed_receipt_that_is_told_again_changes_nothing_and_accuses_nobody(world, settings, year):
    old = year.old[0]
    messages = _messages_of(world, old)
    removed(world, settings)
    before = logs(world), report(world)
    for message in messages:
        [answer] = world.receive(message)
        assert answer.ids
        assert not answer.refused
    while world.do(note_aired) or summed(world):
        pass
    assert (logs(world), report(world)) == before
    assert _faults(world) == []


def _messages_of(world, airing):
    """Return the receipts of an airing as its loudspeakers would repeat them."""
    rows = world.ask(
        lambda session: session.execute(
            select(StoredReceipt.node, StoredReceipt.kid, StoredReceipt.sealed).where(
                StoredReceipt.airing == airing
            )
        ).all()
    )
    return [Receipts(node=node, session=1, receipts=(unpack(sealed, kid),)) for node, kid, sealed in rows]


def _faults(world):
    return world.ask(lambda session: [*session.scalars(select(ChainFault.kind))])


def test_a_number_that_is_used_again_for_something_new_is_still_a_fork(world, settings, year):
    young = year.young
    removed(world, settings)
    world.signer = Signer()
    world.tell(HERE, young, "fetched")  # number 1 again, of an airing whose year is not removed
    assert _faults(world) == [ChainFaultKind.FORK]


def test_doctor_still_misses_a_receipt_that_no_archive_holds(world, settings):
    removed(world, settings)
    ranges = world.ask(
        lambda session: session.execute(
            select(RemovedNumbers.node, RemovedNumbers.first, RemovedNumbers.last)
        ).all()
    )
    assert sorted(ranges) == [(HERE, 1, 6), (THERE, 1, 3)]
    with world.store.write() as session:
        session.execute(update(RemovedNumbers).where(RemovedNumbers.node == HERE).values(last=5))
    assert any("1 receipts of its key" in one for one in healthy(world))
    with world.store.write() as session:
        session.execute(update(RemovedNumbers).where(RemovedNumbers.node == HERE).values(last=6))


def test_a_later_receipt_of_a_removed_airing_is_taken_in_and_noted(world, settings, year):
    """A loudspeaker that was away for a year tells what it did; the log gets its correction."""
    old = year.old[0]
    removed(world, settings)
    before = len(logs(world))
    start = world.ask(lambda session: session.get_one(Airing, old).starts_at)
    [answer] = world.tell(THERE, old, "started", at=start)
    assert answer.ids
    world.tell(THERE, old, "finished", at=start + timedelta(minutes=1))
    while world.do(note_aired) or summed(world):
        pass
    assert len(logs(world)) > before
    assert list(world.ask(lambda session: list(export(session))))
