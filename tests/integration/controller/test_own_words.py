"""What one bulletin has read otherwise: a part of its wording, of what is approved, and of what is spoken."""

from controller.features.airings.planning_context import length_of
from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.queries import get_bulletin, get_revision, rendering_of
from controller.features.bulletins.service import (
    clone_bulletin,
    draft_bulletin,
    recall_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.doctor.invariants import invariants
from controller.features.lexicon.service import add_entry
from controller.model.bulletin_states import ItemKind
from controller.model.speech import Speech
from controller.model.wording import Manner, ReadingPace, digest_of
from controller.runtime.rereading import Rereader
from controller.runtime.speech_orders import order_of
from controller.settings import Settings
from tests.support.station_world import Sound
from tts.recordings import RecordingStore
from tts.script import programme_script, script_of
from tts.uploads import UploadStore

TITLE, TEXT = "Họp TDP", "Mời bà con TDP 5 đến họp, gọi 115 khi cần."
OWN = (("115", "một một lăm"), ("TDP", "tổ dân phố mình"))
MANNER = Manner(words=OWN)


def drafted(world, manner=MANNER, text=TEXT):
    return world.do(draft_bulletin, title=TITLE, text=text, by=world.officer, manner=manner).id


def approved(world, bulletin):
    world.do(submit_bulletin, bulletin, by=world.officer)
    world.render(world.ask(rendering_of, bulletin, 1).id, Sound(b"sound " * 20_000))
    return world.approve(bulletin)


def orders(world, place, *bulletins):
    stores = RecordingStore(place), UploadStore(place / "uploads")
    return [world.ask(order_of, world.ask(rendering_of, one, 1), Settings(), *stores) for one in bulletins]


def test_a_wording_keeps_its_own_words_and_its_approval_is_bound_to_them(world):
    bulletin = drafted(world)
    wording = world.ask(get_revision, bulletin, 1)
    assert wording.manner == MANNER
    assert wording.text_sha256 == digest_of(TEXT, MANNER) != digest_of(TEXT)
    assert approved(world, bulletin).text_sha256 == digest_of(TEXT, MANNER)
    assert world.ask(invariants, now=world.now) == []
    copied = world.do(clone_bulletin, bulletin, by=world.officer).id
    assert world.ask(get_revision, copied, 1).manner == MANNER


def test_another_reading_alone_is_another_wording(world):
    bulletin = drafted(world)
    for number, words in [(1, OWN), (2, OWN[:1]), (3, ()), (3, ())]:
        asked = {"title": TITLE, "text": TEXT, "by": world.officer, "manner": Manner(words=words)}
        world.do(revise_bulletin, bulletin, **asked)
        assert world.ask(get_bulletin, bulletin).revision == number
    assert world.ask(get_revision, bulletin, 1).own_words == OWN


def test_a_word_that_left_title_and_text_is_left_behind(world):
    bulletin = drafted(world)
    world.do(revise_bulletin, bulletin, text="Mời bà con đến họp.", by=world.officer)
    assert world.ask(get_revision, bulletin, 2).own_words == OWN[1:]  # the title holds it
    world.do(revise_bulletin, bulletin, title="Họp tổ", by=world.officer)
    assert world.ask(get_revision, bulletin, 3).own_words == ()


def test_the_studio_says_them_in_this_bulletin_alone_and_the_lexicon_yields(world, tmp_path):
    world.do(add_entry, written="TDP", spoken="tổ dân phố ta", by=world.approver)
    own, plain = drafted(world), drafted(world, Manner())
    for one in (own, plain):
        approved(world, one)
    items = [Item(ItemKind.BULLETIN, bulletin=own), Item(ItemKind.BULLETIN, bulletin=plain)]
    programme = world.do(draft_programme, title="Tin chiều", items=items, by=world.officer).id
    world.do(submit_bulletin, programme, by=world.officer)
    first, second, mixed = orders(world, tmp_path, own, plain, programme)
    said = [script_of(one.title, one.text, framed=False, words=one.words).text for one in (first, second)]
    assert said[0] == "Mời bà con tổ dân phố mình năm đến họp, gọi một một lăm khi cần."
    assert said[1] == "Mời bà con tổ dân phố ta năm đến họp, gọi một một năm khi cần."
    whole = programme_script(mixed.parts, words=mixed.words).text.splitlines()
    assert [line for line in whole if line.startswith("Mời")] == said


def test_a_recording_is_made_anew_only_where_its_own_words_do_not_win(world):
    own, plain = drafted(world), drafted(world, Manner())
    for one, words in ((own, OWN), (plain, ())):
        world.do(submit_bulletin, one, by=world.officer)
        said = script_of(TITLE, TEXT, framed=True, words=words).text
        sound = Sound(b"x" * 999 + one.encode(), spoken_text=said)
        world.render(world.ask(rendering_of, one, 1).id, sound)
    rereader = Rereader(world.store, "north", lambda: world.now)
    assert rereader.look() == 0
    world.do(add_entry, written="TDP", spoken="tổ dân phố ta", by=world.approver)
    assert rereader.look() == 1
    assert world.ask(rendering_of, own, 1).state == "ready"


def test_the_pace_is_a_part_of_the_wording_and_the_recording_is_spoken_by_it(world):
    slow, usual = drafted(world, Manner(pace=ReadingPace.SLOW)), drafted(world, Manner())
    first, second = (world.ask(get_revision, one, 1) for one in (slow, usual))
    assert first.text_sha256 == digest_of(TEXT, Manner(pace=ReadingPace.SLOW)) != second.text_sha256
    assert world.ask(length_of, slow)[0] > world.ask(length_of, usual)[0]
    for one in (slow, usual):
        world.do(submit_bulletin, one, by=world.officer, speech=Speech(rate=1.2))
    assert [world.ask(rendering_of, one, 1).rate for one in (slow, usual)] == [1.02, 1.2]
    world.do(recall_bulletin, slow, by=world.officer)
    world.do(revise_bulletin, slow, by=world.officer, manner=Manner(pace=ReadingPace.FAST))
    assert world.ask(get_bulletin, slow).revision == 2
    assert world.ask(get_revision, slow, 2).pace is ReadingPace.FAST
