"""Several items in one recording: each bulletin approved, then the whole, and nothing withdrawn in it."""

from datetime import date

import pytest

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.airings.queries import get_airing
from controller.features.bulletins.programmes import MOST_ITEMS, Item, draft_programme, revise_programme
from controller.features.bulletins.queries import get_bulletin, get_revision, items_of, renderings_to_approve
from controller.features.bulletins.service import (
    clone_bulletin,
    recall_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.bulletins.sound_uploads import uploads_needed
from controller.features.bulletins.validity import BeyondValidity
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import set_reference
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState, IllegalBulletinTransition, ItemKind, RevisionKind
from tests.support.station_world import TEXT, Sound
from tests.support.stored_rows import bulletins

MIXED = b"programme " * 9_000
HELLO = Item(ItemKind.SPEECH, "Kính chào bà con.")


def programme(world, *items, by=None, **kwargs):
    asked = {"title": "Bản tin chiều", "items": items, "by": by or world.clerk}
    return world.do(draft_programme, **asked, **kwargs).id


def of(bulletin):
    return Item(ItemKind.BULLETIN, bulletin=bulletin)


def submitted(world, *items):
    made = programme(world, *items)
    world.render(world.do(submit_bulletin, made, by=world.clerk).id, Sound(MIXED))
    return made


@pytest.fixture
def bulletin(world):
    return world.approved()


def test_its_words_are_all_that_is_said_in_it_in_order(world, bulletin):
    made = programme(
        world,
        Item(ItemKind.CHIME),
        HELLO,
        of(bulletin),
        Item(ItemKind.SILENCE, seconds=3),
        Item(ItemKind.RECORDING, "Lời chủ tịch.", upload="a" * 64),
        Item(ItemKind.CHIME),
    )
    wording = world.ask(get_revision, made, 1)
    assert wording.kind is RevisionKind.PROGRAMME
    assert wording.text == f"Kính chào bà con.\n\nLịch tiêm phòng\n{TEXT}\n\nLời chủ tịch."
    items = world.ask(items_of, made, 1)
    assert [one.kind for one in items] == [
        ItemKind.CHIME,
        ItemKind.SPEECH,
        ItemKind.BULLETIN,
        ItemKind.SILENCE,
        ItemKind.RECORDING,
        ItemKind.CHIME,
    ]
    assert world.ask(uploads_needed) == {"a" * 64}


def test_it_is_listened_to_approved_and_aired_as_one_recording(world, bulletin):
    made = submitted(world, HELLO, of(bulletin))
    world.approve(made, MIXED)
    airing = world.plan(made)
    assert airing in world.advance().delivering
    aired = world.ask(get_airing, airing)
    assert (aired.recording, aired.revision) == (Sound(MIXED).recording, 1)
    assert world.ask(renderings_to_approve) == []


def test_a_bulletin_that_is_not_approved_comes_into_no_programme(world):
    waiting = world.submitted()
    with pytest.raises(Conflict) as refused:
        programme(world, of(waiting))
    assert refused.value.code == "programme.not-approved"


def test_a_bulletin_that_is_withdrawn_meanwhile_stops_its_programmes(world, bulletin):
    on_air, waiting, drafted = (submitted(world, of(bulletin)) for _ in range(3))
    world.approve(on_air, MIXED)
    airing = world.plan(on_air)
    world.advance()
    world.do(recall_bulletin, drafted, by=world.clerk)
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    assert world.ask(get_bulletin, on_air).state is BulletinState.WITHDRAWN
    assert world.ask(get_airing, airing).state is AiringState.CANCELLED
    with pytest.raises(Conflict) as unapproved:
        world.approve(waiting, MIXED)
    assert unapproved.value.code == "programme.not-approved"
    with pytest.raises(Conflict):
        world.do(submit_bulletin, drafted, by=world.clerk)


def test_it_holds_no_longer_than_the_first_act_in_it(world, bulletin):
    made = submitted(world, of(bulletin))
    world.approve(made, MIXED)
    kept, late = world.plan(made), world.plan(made, seconds=5 * 86_400)
    ending = Reference(in_force_until=date(2026, 11, 26))
    assert world.do(set_reference, bulletin, ending, by=world.clerk) == [late]
    assert world.ask(get_airing, kept).state is AiringState.PLANNED
    with pytest.raises(BeyondValidity):
        world.plan(made, seconds=5 * 86_400)


def test_it_is_revised_by_items_and_never_as_a_text(world, bulletin):
    made = programme(world, HELLO)
    world.do(revise_programme, made, title="Tin sáng", items=[HELLO, of(bulletin)], by=world.clerk)
    assert [one.kind for one in world.ask(items_of, made, 2)] == [ItemKind.SPEECH, ItemKind.BULLETIN]
    assert len(world.ask(items_of, made, 1)) == 1
    with pytest.raises(Conflict):
        world.do(revise_bulletin, made, title="Tin", text="Chữ.", by=world.clerk)
    with pytest.raises(Conflict):
        world.do(clone_bulletin, made, by=world.clerk)
    with pytest.raises(Conflict):
        world.do(revise_programme, bulletin, title="Tin", items=[HELLO], by=world.clerk)
    world.do(submit_bulletin, made, by=world.clerk)
    with pytest.raises(IllegalBulletinTransition):
        world.do(revise_programme, made, title="Tin", items=[HELLO], by=world.clerk)


def test_a_programme_in_a_programme_and_a_test_in_a_real_one_are_refused(world, bulletin):
    inner = submitted(world, of(bulletin))
    world.approve(inner, MIXED)
    with pytest.raises(BadInput) as nested:
        programme(world, of(inner))
    assert nested.value.code == "programme.nested"
    drill = world.approved(test=True, data=b"drill " * 9_000)
    with pytest.raises(BadInput) as test:
        programme(world, of(drill))
    assert test.value.code == "programme.test"
    assert programme(world, of(drill), test=True)


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], "programme.items"),
        ([HELLO] * (MOST_ITEMS + 1), "programme.items"),
        ([Item(ItemKind.CHIME)], "text.empty"),
        ([Item(ItemKind.SPEECH, " ")], "text.empty"),
        ([Item(ItemKind.SPEECH, "<b>Chào</b>")], "text.bad"),
        ([HELLO, Item(ItemKind.SILENCE)], "programme.silence"),
        ([HELLO, Item(ItemKind.SILENCE, seconds=61)], "programme.silence"),
        ([Item(ItemKind.RECORDING, "Lời.")], "programme.no-sound"),
        ([Item(ItemKind.BULLETIN)], "programme.no-bulletin"),
    ],
)
def test_what_is_no_programme_is_refused_and_leaves_nothing(world, items, code):
    with pytest.raises(BadInput) as refused:
        programme(world, *items)
    assert refused.value.code == code
    assert world.ask(bulletins) == []


def test_only_who_may_write_makes_programmes(world):
    with pytest.raises(NotAllowed):
        programme(world, HELLO, by=world.technician)
