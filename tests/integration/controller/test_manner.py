"""Who speaks and how often a text is read: a part of the wording, of what is approved, and of its length."""

import pytest

from controller.errors import BadInput
from controller.features.airings.planning_context import length_of
from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.queries import get_bulletin, get_revision, rendering_of
from controller.features.bulletins.service import (
    clone_bulletin,
    draft_bulletin,
    return_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.doctor.invariants import invariants
from controller.model.bulletin_states import ItemKind
from controller.model.wording import PLAIN, Manner, digest_of
from controller.runtime.rereading import Rereader
from controller.runtime.speech_orders import order_of
from controller.settings import Settings
from tests.support.station_world import Sound
from tts.recordings import RecordingStore
from tts.script import script_of
from tts.uploads import UploadStore

TEXT = "Mời bà con đến họp lúc 19 giờ."
MANNER = Manner("UBND xã Vạn Thắng", 2)


def drafted(world, manner=MANNER):
    return world.do(draft_bulletin, title="Họp thôn", text=TEXT, by=world.officer, manner=manner).id


def revised(world, bulletin, manner, text=TEXT):
    world.do(revise_bulletin, bulletin, title="Họp thôn", text=text, by=world.officer, manner=manner)
    return world.ask(get_bulletin, bulletin).revision


def test_a_wording_keeps_its_manner_and_its_digest_holds_it(world):
    wording = world.ask(get_revision, drafted(world), 1)
    assert wording.manner == MANNER
    assert wording.text_sha256 == digest_of(TEXT, MANNER) != digest_of(TEXT)
    assert world.ask(invariants, now=world.now) == []


def test_another_manner_alone_is_another_wording_and_the_same_one_is_none(world):
    bulletin = drafted(world)
    assert revised(world, bulletin, MANNER) == 1
    assert revised(world, bulletin, None) == 1
    assert revised(world, bulletin, Manner(MANNER.issuer, 3)) == 2
    assert revised(world, bulletin, None, "Lời khác.") == 3
    assert world.ask(get_revision, bulletin, 3).manner == Manner(MANNER.issuer, 3)


def test_an_approval_is_void_once_the_manner_is_changed(world):
    bulletin = drafted(world)
    world.do(submit_bulletin, bulletin, by=world.officer)
    world.render(world.ask(rendering_of, bulletin, 1).id, Sound(b"sound " * 20_000))
    approved = world.approve(bulletin)
    assert approved.text_sha256 == digest_of(TEXT, MANNER)
    other = world.do(clone_bulletin, bulletin, by=world.officer).id
    assert world.ask(get_revision, other, 1).manner == MANNER
    assert world.ask(get_revision, bulletin, 1).text_sha256 == world.ask(get_revision, other, 1).text_sha256
    revised(world, other, PLAIN)
    assert world.ask(get_revision, other, 2).text_sha256 != approved.text_sha256


def test_a_recording_that_was_brought_is_not_read_so_it_has_no_manner(world):
    asked = {"title": "Lời chủ tịch", "text": "Lời kêu gọi.", "by": world.officer, "upload": "a" * 64}
    with pytest.raises(BadInput) as refused:
        world.do(draft_bulletin, manner=MANNER, **asked)
    assert refused.value.code == "bulletin.not-read"


def test_a_text_that_becomes_a_recording_loses_its_manner(world):
    bulletin = drafted(world)
    asked = {"title": "Họp thôn", "text": TEXT, "by": world.officer, "upload": "b" * 64}
    world.do(revise_bulletin, bulletin, **asked)
    assert world.ask(get_revision, bulletin, 2).manner == PLAIN


def test_what_is_read_twice_is_guessed_to_be_longer(world):
    once, twice, named = (
        world.ask(length_of, drafted(world, manner))[0]
        for manner in (PLAIN, Manner(readings=2), Manner("UBND xã Vạn Thắng"))
    )
    assert once < named < twice


def test_the_studio_is_asked_for_the_manner_alone_and_in_a_programme(world, tmp_path):
    bulletin = drafted(world)
    world.do(submit_bulletin, bulletin, by=world.officer)
    world.render(world.ask(rendering_of, bulletin, 1).id, Sound(b"sound " * 20_000))
    world.approve(bulletin)
    items = [Item(ItemKind.BULLETIN, bulletin=bulletin)]
    programme = world.do(draft_programme, title="Tin chiều", items=items, by=world.officer).id
    world.do(submit_bulletin, programme, by=world.officer)
    stores = RecordingStore(tmp_path), UploadStore(tmp_path / "uploads")
    alone, mixed = (
        world.ask(order_of, world.ask(rendering_of, one, 1), Settings(), *stores)
        for one in (bulletin, programme)
    )
    assert (alone.issuer, alone.readings) == (MANNER.issuer, 2)
    assert [(part.issuer, part.readings) for part in mixed.parts] == [(MANNER.issuer, 2)]


def test_a_recording_is_not_made_anew_because_it_is_read_twice(world):
    bulletin = drafted(world)
    world.do(submit_bulletin, bulletin, by=world.officer)
    said = script_of("Họp thôn", TEXT, framed=True, issuer=MANNER.issuer, readings=2).text
    world.render(world.ask(rendering_of, bulletin, 1).id, Sound(b"x" * 999, spoken_text=said))
    assert Rereader(world.store, "north", lambda: world.now).look() == 0


def test_a_returned_bulletin_is_handed_in_with_another_manner(world):
    bulletin = drafted(world, PLAIN)
    world.do(submit_bulletin, bulletin, by=world.officer)
    world.do(return_bulletin, bulletin, reason="Đọc hai lần.", by=world.approver)
    assert revised(world, bulletin, MANNER) == 2
    world.do(submit_bulletin, bulletin, by=world.officer)
    assert world.ask(rendering_of, bulletin, 2) is not None
