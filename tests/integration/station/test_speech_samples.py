"""Samples of a real studio: a phrase as in its sentence, a person's newest, kept nowhere; sentences ahead."""

import threading
import time
from concurrent.futures import Future

import pytest

from controller.errors import BadInput, LoaError, Unavailable
from controller.model.permissions import OperatorId
from controller.model.speech import Speech
from controller.runtime import speech_samples
from controller.runtime.speech_ahead import QUIET_SECONDS, SpeechAhead
from controller.runtime.speech_samples import Sampler
from controller.settings import Settings
from tests.support.tone_engine import SAMPLE_RATE, WORD_SECONDS
from tests.support.waiting import wait_until
from tts.codec import decode_mp3
from tts.phrases import phrases
from tts.recordings import RecordingStore
from tts.studio import Studio

ENGINES = {"loa": "tests.support.tone_engine:ToneEngine", "slow": "tests.support.tone_engine:SlowEngine"}
SENTENCE = (
    "Ủy ban nhân dân phường thông báo: từ tám giờ ngày hai mươi lăm tháng mười một, toàn bộ tàu thuyền dưới "
    "mười hai mét phải vào bờ, bà con chằng chống nhà cửa trước khi trời tối."
)
SPEECH = Speech()
ONE, OTHER = OperatorId("one"), OperatorId("other")
_PATIENCE = 60
"""Seconds: a loaded machine is slow, not wrong."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("speech")


@pytest.fixture(scope="module")
def studio(place):
    studio = Studio(
        place / "cache", RecordingStore(place / "made"), engines=ENGINES, workers=1, warm_engine=None
    )
    studio.start()
    yield studio
    studio.stop()


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Who waits for a turn is not refused where the machine is slow."""
    monkeypatch.setattr(speech_samples, "_WAIT_SECONDS", _PATIENCE)


@pytest.fixture
def sampler(world, studio, place):
    return Sampler(
        world.store, studio, RecordingStore(place / "made"), Settings(engine="loa", fallback_engine="")
    )


def cached(place):
    return len(list((place / "cache" / "phrases").glob("*/*.flac")))


def test_a_phrase_sounds_as_long_as_in_its_sentence_and_nothing_is_kept(sampler, place):
    cut = phrases(SENTENCE)
    assert len(cut) > 1
    for number, phrase in enumerate(cut):
        samples, rate = decode_mp3(sampler.phrase(SENTENCE, number, ONE, SPEECH))
        meant = len(phrase.text.split()) * WORD_SECONDS + phrase.pause_ms / 1000
        assert len(samples) / rate == pytest.approx(meant, abs=0.2)
    assert cached(place) == len(cut)
    assert not list((place / "made").rglob("*.mp3"))
    assert SAMPLE_RATE


def test_a_phrase_that_is_not_there_is_refused(sampler):
    for place, error in ((99, Unavailable), (-1, BadInput), (100, BadInput)):
        with pytest.raises(error):
            sampler.phrase(SENTENCE, place, ONE, SPEECH)
    with pytest.raises(BadInput):
        sampler.phrase("một " * 600, 0, ONE, SPEECH)


def asking(sampler, by, text, speech=SPEECH):
    """Return a future of what the person hears, once the sampler knows of it."""
    before, heard = sampler._newest.get(by), Future()

    def hear():
        try:
            heard.set_result(sampler.phrase(text, 0, by, speech))
        except LoaError as error:
            heard.set_exception(error)

    threading.Thread(target=hear).start()
    assert wait_until(lambda: sampler._newest.get(by) not in {None, before} or heard.done())
    return heard


def test_what_a_person_presses_last_is_heard_before_what_was_pressed_earlier(world, place):
    studio = Studio(
        place / "one", RecordingStore(place / "made"), engines=ENGINES, workers=1, warm_engine=None
    )
    sampler = Sampler(world.store, studio, RecordingStore(place / "made"), Settings(fallback_engine=""))
    studio.start()
    try:
        first = asking(sampler, ONE, "Câu này treo.", Speech(engine="slow"))  # it is never spoken to its end
        assert wait_until(lambda: "Câu này treo." in said_in(place / "one"))
        (voice,) = studio.process_ids()
        others = [asking(sampler, by, f"Câu của {by}.") for by in (OTHER, OperatorId("third"))]
        assert asking(sampler, ONE, "Câu bấm sau.").result(_PATIENCE)
        assert studio.process_ids() == (voice,)  # with what it has loaded
        assert first.exception(_PATIENCE).code == "speech.newer"
        assert all(one.result(_PATIENCE) for one in others)
        assert not sampler._newest
    finally:
        studio.stop()


def test_who_presses_often_does_not_go_before_another_person(sampler, place):
    slow = Speech(engine="slow")
    with sampler._turn(Future()):  # a third person's sample is spoken
        asking(sampler, ONE, "Câu bấm nhầm.", slow)
        other = asking(sampler, OTHER, "Câu của người chờ trước.", slow)
        newest = asking(sampler, ONE, "Câu bấm lại.", slow)
    assert other.result(_PATIENCE)
    assert newest.result(_PATIENCE)
    said = said_in(place / "cache")
    assert said.index("Câu của người chờ trước.") < said.index("Câu bấm lại.")


def test_a_press_does_not_wait_for_what_is_spoken_ahead_which_is_spoken_afterwards(world, place):
    cache, made = place / "ahead", RecordingStore(place / "made")
    studio = Studio(cache, made, engines={"loa": ENGINES["slow"]}, workers=1, warm_engine=None)
    settings = Settings(engine="loa", fallback_engine="")
    sampler = Sampler(world.store, studio, made, settings)
    ahead = SpeechAhead(studio, settings, time.monotonic, lambda: sampler.is_speaking)
    studio.start()
    ahead.start()
    try:
        ahead.offer(ONE, ["Câu đọc trước treo."], SPEECH)
        assert wait_until(lambda: said_in(cache) == ["Câu đọc trước treo."])
        assert asking(sampler, OTHER, "Câu có người chờ.").result(_PATIENCE)
        told = ["Câu đọc trước treo.", "Câu có người chờ.", "Câu đọc trước treo."]
        assert wait_until(lambda: said_in(cache) == told)
        ahead.offer(ONE, [], SPEECH)  # its text is gone: it is not put back again
        assert asking(sampler, OTHER, "Câu thứ hai.").result(_PATIENCE)
        assert not ahead._texts
    finally:
        studio.stop()
        ahead.stop()


def said_in(cache):
    """Return what the slow voice was asked to say, in order."""
    said = cache / "prepared" / "slow-said"
    return said.read_text().splitlines() if said.exists() else []


def test_what_a_person_waits_for_no_more_is_not_spoken(sampler, place):
    texts = [f"Câu bấm vội thứ {word}." for word in ("nhất", "nhì", "ba")]
    with sampler._turn(Future()):  # another person's sample is spoken
        told = [asking(sampler, ONE, text, Speech(engine="slow")) for text in texts]
        assert [one.exception(_PATIENCE).code for one in told[:-1]] == ["speech.newer", "speech.newer"]
    assert told[-1].result(_PATIENCE)
    said = said_in(place / "cache")
    assert [text in said for text in texts] == [False, False, True]


def test_sentences_are_spoken_once_typing_pauses_and_only_the_newest(studio, place):
    ahead = SpeechAhead(studio, Settings(engine="loa"), time.monotonic, lambda: False)
    ahead.start()
    try:
        before = cached(place)
        ahead.offer(ONE, ["Câu cũ không ai nghe."], SPEECH)
        ahead.offer(OTHER, [], SPEECH)
        ahead.offer(ONE, ["Câu mới thứ nhất.", "Câu mới thứ hai."], SPEECH)
        assert wait_until(lambda: cached(place) == before + 2)
        time.sleep(QUIET_SECONDS / 5)
        assert cached(place) == before + 2
    finally:
        ahead.stop()


def test_pasted_sentences_wait_for_no_pause_and_a_typed_one_does(studio, place):
    ahead = SpeechAhead(studio, Settings(engine="loa"), lambda: 0.0, lambda: False)
    ahead.start()
    try:
        before, pasted = cached(place), [f"Câu dán thứ {word}." for word in ("nhất", "nhì", "ba")]
        ahead.offer(ONE, pasted, SPEECH)
        assert wait_until(lambda: cached(place) == before + 3)
        ahead.offer(ONE, [*pasted, "Câu đang"], SPEECH)
        assert ahead._texts[ONE].due == QUIET_SECONDS
    finally:
        ahead.stop()


def test_only_the_beginning_of_what_was_pasted_is_spoken_beside_another_phrase(studio, place):
    settings, first = Settings(engine="loa"), []
    ahead = SpeechAhead(studio, settings, lambda: 0.0, lambda: threading.current_thread() in first)
    ahead.start()
    first.append(ahead._threads[0])
    try:
        before = cached(place)
        ahead.offer(ONE, [f"Câu bên cạnh thứ {word}." for word in ("nhất", "nhì", "ba")], SPEECH)
        assert wait_until(lambda: cached(place) == before + 2)
        assert wait_until(lambda: ahead._texts[ONE].beside == 0)
        assert next(said for said, _, _ in ahead._texts[ONE].left) == "Câu bên cạnh thứ ba."
    finally:
        ahead.stop()


def test_the_first_phrase_of_each_sentence_is_spoken_before_the_others(studio, place):
    busy = threading.Event()
    busy.set()
    long = " ".join(f"Ngày {word}, bà con mang theo giấy tờ tới nhà văn hóa tổ," for word in ("hai", "ba"))
    ahead = SpeechAhead(studio, Settings(engine="loa"), lambda: 0.0, busy.is_set)
    ahead.start()
    try:
        before = cached(place)
        ahead.offer(ONE, [long, "Câu sau.", "Câu cuối."], SPEECH)
        assert [one for _, _, one in ahead._texts[ONE].left] == [0, 0, 0, None, None, None]
        busy.clear()
        assert wait_until(lambda: cached(place) == before + len(phrases(long)) + 2)
    finally:
        ahead.stop()


def test_nothing_is_sent_to_a_voice_of_the_network_ahead(studio):
    ahead = SpeechAhead(studio, Settings(engine="loa"), time.monotonic, lambda: False)
    ahead.start()
    ahead.offer(ONE, ["Mời bà con họp."], Speech(engine="gtts"))
    assert not ahead._texts
    ahead.stop()
