"""A form's number is claimed once, whatever comes at the same time; on both databases."""

from threading import Barrier, Thread

import pytest

from controller.errors import NotFound
from controller.features.bulletins.queries import get_bulletin
from controller.features.drafts.sent_forms import REMEMBERED, claim_form, note_form_sent


def send(world, form, bulletin, by=None):
    by = by or world.officer
    with world.store.write() as session:
        before = claim_form(session, by.id, form, world.now)
        if before is None:
            note_form_sent(session, by.id, form, bulletin, world.now)
        return before


def test_the_same_number_is_what_it_became_and_another_persons_is_another(world):
    assert send(world, "1", "a") is None
    assert send(world, "1", "b") == "a"
    assert send(world, "2", "b") is None
    assert send(world, "1", "c", by=world.approver) is None


def test_what_was_undone_uses_up_no_number(world):
    def claim_and_fail():
        with world.store.write() as session:
            claim_form(session, world.officer.id, "1", world.now)
            get_bulletin(session, "khong-co")

    with pytest.raises(NotFound):
        claim_and_fail()
    assert send(world, "1", "a") is None


@pytest.mark.both_databases
def test_of_two_at_once_the_second_waits_and_gets_what_the_first_made(world):
    start, found = Barrier(2), []

    def one(bulletin):
        start.wait()
        found.append((bulletin, send(world, "1", bulletin)))

    threads = [Thread(target=one, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((first, _),) = [one for one in found if one[1] is None]
    ((_, told),) = [one for one in found if one[1] is not None]
    assert told == first


def test_numbers_of_long_ago_are_forgotten(world):
    send(world, "1", "a")
    world.later(days=REMEMBERED.days + 1)
    send(world, "2", "b")
    assert send(world, "1", "c") is None
