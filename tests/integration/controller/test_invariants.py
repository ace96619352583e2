"""Each thing that must not exist is found when it does."""

import pytest
from sqlalchemy import delete, update

from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.service import submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery, Target
from controller.model.bulletin_states import BulletinState, ItemKind, RenderingState
from controller.model.bulletins import Approved, Bulletin, Rendering
from controller.model.schedules import Occurrence, Schedule
from tests.support.station_world import NODES, Sound


class Undo(Exception):  # noqa: N818 - takes the damage back
    pass


def found_after(world, *damage):
    """Return what is found once the damage is done, and take the damage back."""
    found = []

    def act():
        with world.store.write() as session:
            for statement in damage:
                session.execute(statement)
            found.extend(invariants(session, now=world.now))
            raise Undo

    with pytest.raises(Undo):
        act()
    return " | ".join(found)


@pytest.mark.both_databases
def test_a_station_that_did_its_work_has_nothing_to_hide(world):
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    world.tell(NODES[0].id, airing, "fetched")
    assert found_after(world) == ""


DAMAGES = {
    "its newest revision is not there": lambda _: update(Bulletin).values(revision=9),
    "called approved without": lambda w: update(Approved).values(withdrawn_at=w.now),
    "author and approver are one person": lambda w: update(Approved).values(approver=w.clerk.id),
    "is of another text": lambda _: update(Approved).values(text_sha256="0" * 64),
    "ready without a recording": lambda _: update(Rendering).values(recording=None),
    "failed without a fault": lambda _: update(Rendering).values(state=RenderingState.FAILED),
    "in the plans without a fixed recording": lambda _: update(Airing).values(recording=None),
    "starts after its latest start": lambda w: update(Airing).values(latest_start_at=w.now),
    "without a reason": lambda _: update(Airing).values(state=AiringState.MISSED),
    "has no target": lambda _: delete(Target),
    "its recording was never approved": lambda _: update(Airing).values(revision=7),
    "without its instant": lambda _: update(Delivery).values(rung=int(DeliveryStage.FINISHED)),
    "advanced without a receipt": lambda w: update(Delivery).values(rung=1, fetched_at=w.now),
    "with an approval that nobody gave": lambda _: update(Approved).values(jws="a.b.c"),
}


@pytest.mark.parametrize("fault", DAMAGES)
def test_a_damage_is_found(world, fault):
    world.plan(world.approved())
    world.advance()
    world.publish()
    assert fault in found_after(world, DAMAGES[fault](world))


@pytest.mark.both_databases
def test_a_second_hearing_is_found(world):
    airing = world.plan(world.approved())
    world.advance()
    world.tell(NODES[0].id, airing, "finished")

    with world.store.read() as session:
        assert invariants(session, now=world.now) == []

    def twice(session, now):
        from controller.runtime.receipt_ingestion import fold_receipts
        from controller.runtime.receipt_judging import judge, node_keys

        again = world.said(NODES[0].id, world.fields(airing, "finished"))
        fold_receipts(session, judge([again], node_keys(session, [NODES[0].id])), now=now)
        assert "finished airing" in " ".join(invariants(session, now=now))
        raise Undo

    with pytest.raises(Undo):
        world.do(twice)


def test_an_airing_of_another_bulletin_in_a_schedule_is_found(world):
    from datetime import date, time

    from controller.features.schedules.service import schedule_bulletin
    from schedules.recurrence import Daily

    first, second = world.approved(), world.approved()
    rule = Daily(at=time(17, 0), first=date(2026, 11, 25))
    world.do(schedule_bulletin, first, areas=["22366"], rule=rule, by=world.officer)
    assert "is not of it" in found_after(world, update(Schedule).values(bulletin=second))
    assert "no occurrence of it" in found_after(world, delete(Occurrence))


def test_states_are_words_that_a_person_can_read_in_the_database(world):
    bulletin = world.submitted()
    with world.store.read() as session:
        row = session.connection().exec_driver_sql(f"SELECT state FROM bulletins WHERE id = '{bulletin}'")
        assert row.scalar() == BulletinState.SUBMITTED.value


def test_a_programme_that_holds_what_is_not_approved_is_found(world):
    held = world.approved()
    items = [Item(ItemKind.BULLETIN, bulletin=held)]
    programme = world.do(draft_programme, title="Tin chiều", items=items, by=world.officer).id
    mixed = b"mixed " * 9_000
    world.render(world.do(submit_bulletin, programme, by=world.officer).id, Sound(mixed))
    world.approve(programme, mixed)
    assert found_after(world) == ""
    withdrawn = update(Bulletin).where(Bulletin.id == held).values(state=BulletinState.WITHDRAWN)
    assert f"programme {programme}: approved, and holds" in found_after(world, withdrawn)


def test_a_node_that_would_hear_two_languages_is_found(world):
    airings = [world.plan(world.approved()) for _ in range(2)]
    world.advance()
    assert found_after(world) == ""
    linked = update(Airing).where(Airing.id == airings[1]).values(linked_to=airings[0])
    assert "is meant to hear it in two languages" in found_after(world, linked)
