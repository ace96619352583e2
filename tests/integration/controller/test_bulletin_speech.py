"""Voice and register of a bulletin, what an area has of its own, and what a copy is compared with."""

import pytest

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.airings.planning_context import length_of
from controller.features.bulletins.queries import get_bulletin, get_revision, rendering_of, spoken_with
from controller.features.bulletins.revisions import compared_with
from controller.features.bulletins.service import (
    clone_bulletin,
    draft_bulletin,
    recall_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.doctor.invariants import invariants
from controller.features.speech.queries import area_speeches, offered_voices, speech_in
from controller.features.speech.schemas import AreaSpeechAsked
from controller.features.speech.service import remove_area_speech, set_area_speech
from controller.model.speech import Speech
from controller.model.wording import PLAIN, Manner, digest_of
from controller.runtime.speech_orders import order_of
from controller.settings import Settings
from tests.support.station_world import NHA_TRANG, PROVINCE, TEXT, Sound
from tts.recordings import RecordingStore
from tts.uploads import UploadStore

MAN = {"engine": "loa", "voice": "jm_kumo"}
LITERAL = Manner(register="literal", **MAN)
NUMBERED = "Theo Quyết định số 183/QĐ-TTg ngày 5/12/2026 của Thủ tướng Chính phủ."


def drafted(world, manner=PLAIN, text=TEXT):
    made = world.do(draft_bulletin, title="Họp", text=text, by=world.officer, area=NHA_TRANG, manner=manner)
    return made.id


def ordered(world, bulletin, **speech):
    made = world.do(submit_bulletin, bulletin, by=world.officer, speech=Speech(**speech))
    return made.engine, made.voice, made.rate, made.fallback, made.register


def set_for(world, area, **asked):
    return world.do(set_area_speech, AreaSpeechAsked(area=area, **asked), Settings(), by=world.approver)


def test_voice_and_register_are_parts_of_the_wording_and_the_recording_is_made_by_them(world, tmp_path):
    bulletin = drafted(world, LITERAL, NUMBERED)
    wording = world.ask(get_revision, bulletin, 1)
    assert wording.manner == LITERAL
    assert wording.text_sha256 == digest_of(NUMBERED, LITERAL) != digest_of(NUMBERED)
    assert ordered(world, bulletin, rate=1.1) == ("loa", "jm_kumo", 1.1, None, "literal")
    rendering = world.ask(rendering_of, bulletin, 1)
    stores = RecordingStore(tmp_path), UploadStore(tmp_path / "uploads")
    order = world.ask(order_of, rendering, Settings(), *stores)
    assert (order.engine, order.voice, order.register) == ("loa", "jm_kumo", "literal")
    world.render(rendering.id, Sound(b"sound " * 20_000))
    assert world.approve(bulletin).text_sha256 == digest_of(NUMBERED, LITERAL)
    assert world.ask(invariants, now=world.now) == []
    assert (
        world.ask(get_revision, world.do(clone_bulletin, bulletin, by=world.officer).id, 1).manner == LITERAL
    )


def test_who_speaks_where_the_chosen_voice_cannot_is_who_speaks_otherwise(world):
    google = Manner(engine="gtts", voice="vi")
    assert ordered(world, drafted(world, google))[:4] == ("gtts", "vi", 1.0, "loa")
    usual = {"engine": "gtts", "fallback": "loa"}
    assert ordered(world, drafted(world, Manner(**MAN)), **usual)[:4] == ("loa", "jm_kumo", 1.0, None)
    assert ordered(world, drafted(world), **usual)[:4] == ("gtts", "", 1.0, "loa")


def test_another_voice_or_register_alone_is_another_wording(world):
    bulletin = drafted(world)
    digests = {world.ask(get_revision, bulletin, 1).text_sha256}
    for manner in (Manner(register="radio"), Manner(register="literal"), Manner(engine="loa"), LITERAL):
        world.do(revise_bulletin, bulletin, by=world.officer, manner=manner)
        digests.add(world.ask(get_revision, bulletin, len(digests) + 1).text_sha256)
    assert len(digests) == 5


def test_an_area_has_a_voice_a_pace_and_a_register_and_a_bulletin_its_own(world):
    set_for(world, PROVINCE, **MAN, pace="fast")
    set_for(world, NHA_TRANG, pace="slow", reading_register="literal")
    assert world.ask(speech_in, NHA_TRANG, Speech()) == Speech(voice="jm_kumo", rate=0.85, register="literal")
    assert world.ask(speech_in, PROVINCE, Speech()) == Speech(voice="jm_kumo", rate=1.15)
    usual = drafted(world, text=NUMBERED)
    own = drafted(world, Manner(register="radio", engine="loa"), NUMBERED)
    assert world.ask(length_of, usual)[0] > world.ask(length_of, own)[0]
    assert ordered(world, usual) == ("loa", "jm_kumo", 0.85, None, "literal")
    assert ordered(world, own) == ("loa", "", 0.85, None, "radio")
    world.do(remove_area_speech, NHA_TRANG, by=world.approver)
    wording = world.ask(get_revision, usual, 1)
    ordered_with = world.ask(spoken_with, world.ask(get_bulletin, usual), wording, Speech())
    assert ordered_with.register == "literal"  # as its recording was ordered, whatever is usual now
    assert [one.area for one in world.ask(area_speeches, [PROVINCE, NHA_TRANG])] == [PROVINCE]


def test_only_who_keeps_an_areas_words_says_how_it_is_spoken_and_only_what_there_is(world):
    with pytest.raises(NotAllowed):
        world.do(
            set_area_speech, AreaSpeechAsked(area=NHA_TRANG, pace="slow"), Settings(), by=world.technician
        )
    for asked in ({}, {"engine": "gtts"} | {"voice": "xx"}, {"engine": "nobody"}, {"voice": "jm_kumo"}):
        with pytest.raises(BadInput):
            set_for(world, NHA_TRANG, **asked)
    with pytest.raises(NotFound):
        world.do(remove_area_speech, NHA_TRANG, by=world.approver)


def test_a_voice_of_the_network_is_offered_only_where_the_settings_name_it(tmp_path):
    home = {"home": tmp_path}
    assert {one.engine for one in offered_voices(Settings(**home))} == {"loa"}
    assert {one.engine for one in offered_voices(Settings(engine="gtts", **home))} == {"loa", "gtts"}


def test_a_copy_is_compared_with_what_it_was_made_from_until_it_has_its_own(world):
    bulletin = drafted(world)
    unknown = world.do(clone_bulletin, bulletin, by=world.officer)
    assert (unknown.cloned_from, unknown.cloned_revision) == (bulletin, 1)
    assert world.ask(compared_with, unknown) is None  # no approver knows a draft
    ordered(world, bulletin)
    copy = world.do(clone_bulletin, bulletin, by=world.officer)
    assert world.ask(compared_with, copy).bulletin == bulletin
    world.do(recall_bulletin, bulletin, by=world.officer)
    world.do(revise_bulletin, bulletin, text="Chữ khác.", by=world.officer)
    assert world.ask(compared_with, copy).text == TEXT  # as it was when it was copied
    ordered(world, copy.id)
    world.do(recall_bulletin, copy.id, by=world.officer)
    world.do(revise_bulletin, copy.id, text="Lời mới.", by=world.officer)
    known = world.ask(compared_with, world.ask(get_bulletin, copy.id))
    assert (known.bulletin, known.number) == (copy.id, 1)
