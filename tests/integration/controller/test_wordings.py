"""A bulletin recalled, revised, cloned, compared; approved only by ears that had the very recording."""

import pytest
from sqlalchemy import select

from controller.errors import Conflict, NotAllowed
from controller.features.accounts.service import create_operator
from controller.features.bulletins.listening_proof import heard_by, note_played, note_served
from controller.features.bulletins.queries import (
    approval_of,
    get_bulletin,
    get_revision,
    reference_given,
    rendering_of,
    wordings_of,
)
from controller.features.bulletins.renderings import order_rendering, renew_rendering
from controller.features.bulletins.service import (
    approve_bulletin,
    clone_bulletin,
    recall_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.doctor.invariants import invariants
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import set_reference
from controller.model.bulletin_states import BulletinState, IllegalBulletinTransition, RenderingState
from controller.model.journal import Entry
from controller.model.permissions import OperatorRole
from controller.model.speech import Speech
from tests.support.station_world import PASSWORD, PROVINCE, TEXT, Sound

OTHER = b"another voice " * 10_000


def approve_unheard(world, bulletin, data=b"sound " * 20_000, revision=1, **asked):
    asked |= {"revision": revision, "recording": Sound(data).recording}
    return world.do(approve_bulletin, bulletin, by=world.approver, password=PASSWORD, **asked)


def play(world, recording, *spans, by=None, seconds=600):
    """Serve it, let time pass, and say that these seconds of it were played."""
    by = by or world.approver
    world.do(note_served, recording, by=by)
    world.later(seconds=seconds)
    return world.do(note_played, recording, [(round(a * 1000), round(b * 1000)) for a, b in spans], by=by)


def entries(world):
    with world.store.read() as session:
        return list(session.scalars(select(Entry)))


def test_nobody_approves_what_was_only_served_or_played_in_part(world):
    bulletin = world.submitted()
    recording = Sound(b"sound " * 20_000).recording
    play(world, recording, (0, 60), by=world.clerk)  # somebody else's ears do not count
    world.do(note_served, recording, by=world.approver)
    with pytest.raises(Conflict) as refused:
        approve_unheard(world, bulletin)
    assert refused.value.code == "bulletin.not-listened"
    play(world, recording, (0, 1.5))
    with pytest.raises(Conflict, match="mới nghe 0:01 trong 1:00, chưa nghe đoạn từ 0:01 đến 1:00"):
        approve_unheard(world, bulletin)
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED


def test_it_may_be_played_in_two_sittings_and_in_any_order(world):
    bulletin = world.submitted()
    recording = Sound(b"sound " * 20_000).recording
    assert not play(world, recording, (38, 60)).is_whole
    assert play(world, recording, (0, 31), (30.8, 38.1)).is_whole
    assert approve_unheard(world, bulletin).recording == recording
    (approved,) = [one for one in entries(world) if one.act == "bulletin.approved"]
    assert approved.detail["played_ms"] == approved.detail["duration_ms"] == 60_000
    assert "declared" not in approved.detail


def test_more_than_time_allows_is_not_counted_and_twice_the_speed_is(world):
    recording = world.ask(rendering_of, world.submitted(), 1).recording
    assert not play(world, recording, (0, 60), seconds=20).is_whole
    assert play(world, recording, (0, 60), seconds=9).is_whole


def test_who_declares_to_have_heard_it_is_journaled_so_and_must_have_been_sent_it(world):
    bulletin = world.submitted()
    recording = world.ask(rendering_of, bulletin, 1).recording
    with pytest.raises(Conflict):
        approve_unheard(world, bulletin, declared=True)
    world.do(note_served, recording, by=world.approver)
    approve_unheard(world, bulletin, declared=True)
    (approved,) = [one for one in entries(world) if one.act == "bulletin.approved"]
    assert (approved.detail["played_ms"], approved.detail["declared"]) == (0, True)


def test_an_unknown_recording_is_listened_to_by_nobody(world):
    recording = Sound(OTHER).recording
    assert not play(world, recording, (0, 60)).served
    assert not world.ask(heard_by, world.approver, recording).served


def test_a_recording_made_anew_must_be_listened_to_anew(world):
    """Another word taught, another voice, another title: another recording, which nobody has heard yet."""
    bulletin = world.submitted()
    play(world, Sound(b"sound " * 20_000).recording, (0, 60))
    rendering = world.ask(rendering_of, bulletin, 1)
    assert world.do(renew_rendering, rendering.id)
    world.render(rendering.id, Sound(OTHER))
    with pytest.raises(Conflict) as changed:
        approve_unheard(world, bulletin)
    assert changed.value.code == "bulletin.changed"
    with pytest.raises(Conflict) as unheard:
        approve_unheard(world, bulletin, OTHER)
    assert unheard.value.code == "bulletin.not-listened"


def test_what_is_approved_is_never_rendered_anew_nor_revised(world):
    bulletin = world.approved()
    rendering = world.ask(rendering_of, bulletin, 1)
    assert not world.do(renew_rendering, rendering.id)
    with world.store.write() as session:
        order_rendering(session, get_bulletin(session, bulletin), Speech(voice="khác"), now=world.now)
    kept = world.ask(rendering_of, bulletin, 1)
    assert (kept.state, kept.recording) == (
        RenderingState.READY,
        world.ask(approval_of, bulletin, 1).recording,
    )
    with pytest.raises(IllegalBulletinTransition):
        world.do(revise_bulletin, bulletin, title="Lịch", text=TEXT + " Thêm.", by=world.clerk)


def test_a_tampered_recording_or_text_is_never_aired(world):
    """One digest changed behind the station's back: the approval is of something else."""
    bulletin = world.approved()
    airing = world.plan(bulletin)
    other = world.submitted(data=OTHER)
    with world.store.write() as session:
        rendering_of(session, bulletin, 1).recording = rendering_of(session, other, 1).recording
    world.advance()
    assert airing not in world.advance().delivering
    with world.store.read() as session:
        assert any("another recording" in fault for fault in invariants(session, now=world.now))
    with world.store.write() as session:
        rendering_of(session, bulletin, 1).recording = approval_of(session, bulletin, 1).recording


def test_an_author_takes_a_submitted_bulletin_back_and_changes_it(world):
    bulletin = world.submitted()
    world.do(recall_bulletin, bulletin, by=world.clerk)
    assert world.ask(get_bulletin, bulletin).state is BulletinState.DRAFT
    with pytest.raises(IllegalBulletinTransition):
        world.do(recall_bulletin, bulletin, by=world.clerk)
    world.do(revise_bulletin, bulletin, title="Lịch tiêm phòng", text=TEXT + " Thêm.", by=world.clerk)
    rendering = world.do(submit_bulletin, bulletin, by=world.clerk)
    assert (rendering.revision, rendering.state) == (2, RenderingState.WAITING)


def test_an_unchanged_bulletin_that_comes_back_keeps_its_recording(world):
    bulletin = world.submitted()
    world.do(recall_bulletin, bulletin, by=world.clerk)
    rendering = world.do(submit_bulletin, bulletin, by=world.clerk)
    assert (rendering.revision, rendering.state) == (1, RenderingState.READY)


def test_another_officer_and_an_approved_bulletin_are_left_alone(world):
    other = world.do(
        create_operator,
        name="canbo2",
        display_name="",
        roles={OperatorRole.OFFICER},
        area=PROVINCE,
        password=PASSWORD,
        by=world.administrator,
    )
    bulletin = world.submitted()
    with pytest.raises(NotAllowed) as refused:
        world.do(recall_bulletin, bulletin, by=other)
    assert refused.value.code == "bulletin.not-own"
    world.approve(bulletin)
    with pytest.raises(IllegalBulletinTransition):
        world.do(recall_bulletin, bulletin, by=world.clerk)


def test_a_clone_is_a_draft_of_its_own_with_nothing_but_the_words(world):
    bulletin = world.approved()
    world.do(set_reference, bulletin, Reference("12/TB-UBND"), by=world.clerk)
    clone = world.do(clone_bulletin, bulletin, by=world.approver)
    assert (clone.state, clone.revision, clone.author) == (BulletinState.DRAFT, 1, world.approver.id)
    assert (clone.title, clone.area) == ("Lịch tiêm phòng", PROVINCE)
    assert world.ask(get_revision, clone.id, 1).text == TEXT
    assert world.ask(rendering_of, clone.id, 1) is None
    assert world.ask(reference_given, clone.id) is None
    with pytest.raises(NotAllowed):
        world.do(clone_bulletin, bulletin, by=world.technician)


def test_all_wordings_are_listed_with_author_recording_and_approval(world):
    bulletin = world.submitted()
    world.do(recall_bulletin, bulletin, by=world.clerk)
    world.do(revise_bulletin, bulletin, title="Lịch tiêm phòng", text="Lịch mới.", by=world.clerk)
    rendering = world.do(submit_bulletin, bulletin, by=world.clerk)
    world.render(rendering.id, Sound(OTHER))
    world.approve(bulletin, OTHER, revision=2)
    newest, first = world.ask(wordings_of, bulletin)
    assert (newest.number, newest.text, newest.author) == (2, "Lịch mới.", "vanthu")
    assert newest.approved_at is not None
    assert (first.number, first.approved_at) == (1, None)
    assert first.recording == Sound(b"sound " * 20_000).recording
