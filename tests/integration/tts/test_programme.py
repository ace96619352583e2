"""A programme of several parts becomes one recording; what was spoken before is not spoken again."""

from dataclasses import replace

import pytest

from tests.support.brought_sounds import packed, speech_like
from tests.support.sounds import dbtp, lufs
from tts.brought import UnfitSound
from tts.codec import decode_mp3
from tts.errors import EmptyText
from tts.marks import Origin, comment_of, origin_in
from tts.orders import Chimed, Silent, Sounding, Spoken
from tts.recordings import RecordingStore
from tts.script import programme_script
from tts.studio import RenderOrder, Studio

pytestmark = pytest.mark.slow  # real processes

BODY = "Mời bà con đến họp. Ai vắng mặt xin báo trước."


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    home = tmp_path_factory.mktemp("programme")
    recordings = RecordingStore(home / "recordings")
    voices = {"tone": "tests.support.tone_engine:ToneEngine"}
    studio = Studio(home, recordings, engines=voices, workers=1, warm_engine=None)
    studio.start()
    yield studio, recordings
    studio.stop()


def order(*parts):
    return RenderOrder("Bản tin chiều", "Kính chào.", engine="tone", parts=parts)


def test_parts_are_heard_in_order_in_one_recording_as_loud_as_speech(studio, tmp_path):
    studio, recordings = studio
    spoken = studio.render(RenderOrder("Họp", BODY, engine="tone"))
    sound = tmp_path / "tin.mp3"
    sound.write_bytes(packed(speech_like(5, 0.05), "mp3"))
    parts = (Chimed(), Spoken("Kính chào."), Spoken(BODY, "Họp"), Silent(3000), Sounding(sound), Chimed(True))
    rendered = studio.render(order(*parts))
    assert rendered.phrases_cached >= spoken.phrases - 1  # all but the closing words
    assert rendered.spoken_text.split("\n")[:2] == ["Kính chào.", "Họp"]
    samples, rate = decode_mp3(recordings.read(rendered.recording))
    assert abs(lufs(samples) - -16.0) < 0.6
    assert dbtp(samples) <= -0.95
    without = studio.render(order(*parts[:3], *parts[4:]))
    assert rendered.duration_ms - without.duration_ms == pytest.approx(3000, abs=60)
    alone = studio.render(order(*parts[:4], parts[5]))
    assert rendered.duration_ms - alone.duration_ms == pytest.approx(6000, abs=150)  # 5 s and a rest
    assert len(samples) / rate == pytest.approx(rendered.duration_ms / 1000, abs=0.1)


def test_its_file_says_whose_voices_are_heard(studio, tmp_path):
    studio, recordings = studio
    person, machine = tmp_path / "person.mp3", tmp_path / "machine.mp3"
    person.write_bytes(packed(speech_like(3, 0.05), "mp3"))
    machine.write_bytes(packed(speech_like(3, 0.05), "mp3") + comment_of(Origin.MACHINE).encode())

    def origin(*parts):
        return origin_in(recordings.read(studio.render(order(*parts)).recording))

    assert origin(Chimed(), Sounding(person), Silent(1000), Chimed(True)) is Origin.PERSON
    assert origin(Chimed(), Spoken("Kính chào."), Sounding(person)) is Origin.MIXED
    assert origin(Spoken("Kính chào."), Sounding(machine)) is Origin.MACHINE


def test_the_same_parts_make_the_same_recording_and_another_order_another(studio):
    studio, _ = studio
    one, other = Spoken("Tin một."), Spoken("Tin hai.")
    first = studio.render(order(one, other)).recording
    assert studio.render(order(one, other)).recording == first
    assert studio.render(order(other, one)).recording != first


def test_a_programme_of_sound_alone_needs_no_voice_to_speak(studio, tmp_path):
    sound = tmp_path / "tin.wav"
    sound.write_bytes(packed(speech_like(3)))
    rendered = studio[0].render(order(Chimed(), Sounding(sound), Chimed(True)))
    assert (rendered.phrases, rendered.spoken_text) == (0, "")


def test_a_sound_that_nobody_should_hear_fails_the_whole(studio, tmp_path):
    sound = tmp_path / "im.wav"
    sound.write_bytes(packed(speech_like(3, 0.0001)))
    with pytest.raises(UnfitSound):
        studio[0].render(order(Spoken("Chào."), Sounding(sound)))


def test_nothing_to_be_heard_is_refused(studio):
    with pytest.raises(EmptyText):
        studio[0].render(replace(order(Spoken("")), text=""))


def test_its_script_says_titles_before_texts_with_rests_between():
    script = programme_script(
        [Chimed(), Spoken("Chào bà con."), Silent(2000), Spoken("Họp lúc 7 giờ.", "Tin")]
    )
    assert script.text == "Chào bà con.\nTin\nHọp lúc bảy giờ."
    assert [line.rest_ms for line in script.all if not line.text] == [500, 2000]


def test_own_chimes_are_heard_in_place_of_the_built_in_ones(studio, tmp_path):
    studio, _ = studio
    chime = tmp_path / "chime"
    chime.write_bytes(packed(speech_like(4), "ogg"))
    built_in = RenderOrder("Họp", BODY, engine="tone")
    opened = replace(built_in, opening=chime)
    both = replace(opened, closing=chime)
    plain, one, two = (studio.render(wished) for wished in (built_in, opened, both))
    assert one.duration_ms - plain.duration_ms == pytest.approx(4000 - 2600, abs=60)
    assert two.duration_ms - one.duration_ms == pytest.approx(4000 - 2200, abs=60)
    assert studio.render(both).recording == two.recording
    assert {one.spoken_text, two.spoken_text} == {plain.spoken_text}
    programme = order(Chimed(), Spoken("Kính chào."), Chimed(closing=True))
    longer = studio.render(replace(programme, opening=chime, closing=chime)).duration_ms
    assert longer - studio.render(programme).duration_ms == pytest.approx(8000 - 4800, abs=90)
    chime.write_bytes(packed(speech_like(20), "ogg"))
    with pytest.raises(UnfitSound):
        studio.render(opened)
