"""The province's own words: who may teach them, what stays of them, and which recordings they renew."""

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.bulletins.queries import get_recording, rendering_of
from controller.features.bulletins.renderings import renew_rendering
from controller.features.bulletins.service import (
    draft_bulletin,
    return_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.journal.queries import entries_of
from controller.features.lexicon.queries import lexicon_entries, words_for
from controller.features.lexicon.service import add_entry, remove_entry
from controller.model.bulletin_states import RenderingState
from controller.model.lexicon import LexiconEntry
from controller.model.speech import Speech
from controller.runtime.rereading import Rereader
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE, TEXT, Sound
from tts.script import script_of

TITLE = "Lịch tiêm phòng"


def teach(world, written="PBGDPL", spoken="phổ biến giáo dục pháp luật", by=None, **more):
    return world.do(add_entry, written=written, spoken=spoken, by=by or world.approver, **more)


def live(world):
    return [(entry.written, entry.spoken) for entry in world.ask(lexicon_entries)]


def spoken(world, text=TEXT, area=NHA_TRANG, title=TITLE):
    return script_of(title, text, framed=True, words=world.ask(words_for, area)).text


def rereader(world):
    return Rereader(world.store, "north", lambda: world.now)


def submitted(world, text=TEXT):
    """Return a bulletin that waits for its approver, recorded as it is read now."""
    bulletin = world.submitted(text, rendered=False)
    world.render(world.ask(rendering_of, bulletin, 1).id, Sound(b"x" * 999, spoken_text=spoken(world, text)))
    return bulletin


@pytest.mark.parametrize("who", ["approver", "administrator"])
def test_a_word_is_kept_with_who_taught_it_and_when_and_is_in_the_journal(world, who):
    person = getattr(world, who)
    entry = teach(world, " PBGDPL ", "phổ biến  giáo dục pháp luật", by=person)
    assert (entry.written, entry.spoken) == ("PBGDPL", "phổ biến giáo dục pháp luật")
    assert (entry.area, entry.added_by, entry.added_at) == (PROVINCE, person.id, world.now)
    (noted,) = world.ask(entries_of, entry.id)
    assert (noted.act, noted.by) == ("lexicon.added", person.id)
    assert noted.detail == {"written": "PBGDPL", "spoken": entry.spoken, "area": PROVINCE}


@pytest.mark.parametrize("who", ["officer", "technician"])
def test_nobody_else_teaches_or_removes_words(world, who):
    entry = teach(world)
    with pytest.raises(NotAllowed):
        teach(world, "HĐND", "hội đồng nhân dân", by=getattr(world, who))
    with pytest.raises(NotAllowed):
        world.do(remove_entry, entry.id, by=getattr(world, who))
    assert live(world) == [("PBGDPL", "phổ biến giáo dục pháp luật")]


def test_a_written_form_has_one_live_entry_and_all_that_were(world):
    first = teach(world)
    with pytest.raises(Conflict, match="phổ biến"):
        teach(world, spoken="phổ biến pháp luật")
    world.later(days=1)
    world.do(remove_entry, first.id, by=world.administrator)
    assert live(world) == []
    with pytest.raises(Conflict, match="đã được xóa"):
        world.do(remove_entry, first.id, by=world.approver)
    teach(world, spoken="phổ biến pháp luật")
    assert live(world) == [("PBGDPL", "phổ biến pháp luật")]
    old, new = world.ask(lexicon_entries, removed=True)
    assert (old.id, old.removed_by, old.removed_at) == (first.id, world.administrator.id, world.now)
    assert new.removed_at is None
    assert [entry.act for entry in world.ask(entries_of, first.id)] == ["lexicon.removed", "lexicon.added"]


def test_the_database_itself_keeps_a_second_live_entry_out(world):
    entry = teach(world)
    twin = {"written": entry.written, "area": entry.area, "added_by": entry.added_by, "added_at": world.now}
    with pytest.raises(Conflict), world.store.write() as session:
        session.add(LexiconEntry(id="twin", spoken="khác", **twin))


@pytest.mark.parametrize(
    ("written", "said"),
    [("", "a"), ("PBGDPL", ""), ("PBGDPL", "abc xyz"), ("22/5", "hai hai"), ("A" * 300, "a")],
)
def test_what_cannot_be_a_word_is_refused_with_a_sentence(world, written, said):
    with pytest.raises(BadInput) as refused:
        teach(world, written, said)
    assert refused.value.code == "text.entry"
    assert live(world) == []


def test_the_nearest_area_wins_and_others_do_not_hear_of_it(world):
    teach(world, "Ea Tam", "ê a tam")
    teach(world, "Ea Tam", "ây a tam", area=NHA_TRANG)
    assert dict(world.ask(words_for, NHA_TRANG)) == {"Ea Tam": "ây a tam"}
    assert dict(world.ask(words_for, BAC_NHA_TRANG)) == {"Ea Tam": "ê a tam"}
    with pytest.raises(NotFound):
        teach(world, "Ea Tam", "ê a tam", area="99999")


def test_a_word_that_a_waiting_text_uses_has_it_spoken_again(world):
    bulletin = submitted(world)
    looking = rereader(world)
    assert looking.look() == 0
    teach(world, "tiêm phòng", "chích ngừa")
    assert looking.look() == 1
    made = world.ask(rendering_of, bulletin, 1)
    assert (made.state, made.recording) == (RenderingState.WAITING, None)
    assert looking.look() == 0
    world.render(made.id, Sound(b"y" * 999, spoken_text=spoken(world)))
    assert looking.look() == 0
    assert "chích ngừa" in world.ask(rendering_of, bulletin, 1).spoken_text
    acts = [entry.act for entry in world.ask(entries_of, bulletin)]
    assert acts[:2] == ["rendering.finished", "rendering.renewed"]
    assert world.ask(get_recording, Sound(b"x" * 999).recording)


def test_a_word_that_a_text_does_not_use_changes_nothing(world):
    bulletin = submitted(world)
    before = world.ask(rendering_of, bulletin, 1)
    teach(world)
    teach(world, "tiêm phòng", "chích ngừa", area=BAC_NHA_TRANG)
    assert rereader(world).look() == 0
    after = world.ask(rendering_of, bulletin, 1)
    assert (after.state, after.recording) == (RenderingState.READY, before.recording)


def test_what_is_approved_keeps_the_recording_that_was_approved(world):
    bulletin = submitted(world)
    world.approve(bulletin, b"x" * 999)
    approved = world.ask(rendering_of, bulletin, 1)
    teach(world, "tiêm phòng", "chích ngừa")
    assert rereader(world).look() == 0
    assert world.do(renew_rendering, approved.id) is False
    after = world.ask(rendering_of, bulletin, 1)
    assert (after.state, after.recording) == (RenderingState.READY, approved.recording)


def test_an_approver_who_listened_to_the_reading_before_approves_nothing(world):
    bulletin = submitted(world)
    teach(world, "tiêm phòng", "chích ngừa")
    rereader(world).look()
    with pytest.raises(Conflict, match="chưa dựng xong"):
        world.approve(bulletin, b"x" * 999)
    world.render(world.ask(rendering_of, bulletin, 1).id, Sound(b"y" * 999, spoken_text=spoken(world)))
    with pytest.raises(Conflict, match="thay đổi"):
        world.approve(bulletin, b"x" * 999)
    world.approve(bulletin, b"y" * 999)


def test_a_returned_bulletin_is_looked_at_when_it_is_handed_in_again(world):
    bulletin = submitted(world)
    world.do(return_bulletin, bulletin, reason="Đọc sai.", by=world.approver)
    teach(world, "tiêm phòng", "chích ngừa")
    looking = rereader(world)
    assert looking.look() == 0
    world.do(revise_bulletin, bulletin, title=TITLE, text=TEXT, by=world.clerk)
    world.do(submit_bulletin, bulletin, by=world.clerk)
    assert looking.look() == 1


def test_two_stations_that_read_otherwise_do_not_take_turns_for_ever(world):
    bulletin = world.submitted("Có 1.005 hộ.", rendered=False)
    stations = [Rereader(world.store, region, lambda: world.now) for region in ("north", "south")]
    rendering = world.ask(rendering_of, bulletin, 1).id
    renewed = 0
    for number in range(6):
        if world.ask(rendering_of, bulletin, 1).state is RenderingState.WAITING:
            world.render(rendering, Sound(b"x" * (900 + number), spoken_text="gì khác"))
        renewed += sum(station.look() for station in stations)
    assert renewed <= 2


def test_what_was_recorded_in_the_literal_register_stays_as_it_is(world):
    text = "Theo Quyết định số 183/QĐ-TTg của Thủ tướng Chính phủ, nộp 20.000 đồng/tháng."
    literal = Speech(register="literal")
    said = script_of(TITLE, text, framed=True, register="literal").text
    assert said != spoken(world, text)
    bulletin = world.do(draft_bulletin, title=TITLE, text=text, by=world.clerk)
    rendering = world.do(submit_bulletin, bulletin.id, by=world.clerk, speech=literal)
    world.render(rendering.id, Sound(b"y" * 999, spoken_text=said))
    assert rereader(world).look() == 0
