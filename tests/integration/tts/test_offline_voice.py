"""The offline voice itself: its melody, its determinism, and whether it can be understood.

A second of speech costs a third of a second of processor time: the melody of the second voice, and more
sentences of a kind, are for the night.
"""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.support.nightly import amount
from tests.support.recogniser import SENTENCES, heard, word_errors
from tests.support.silences import LONG, longest_rest
from tts.codec import decode_mp3
from tts.engines.graphs import GRAPHS, MODEL_SHA256, TABLES, prepared_graphs
from tts.engines.kokoro import TIMBRES, KokoroEngine
from tts.errors import EngineFailed
from tts.estimate import estimated_ms
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio

pytestmark = pytest.mark.slow  # real speech

RATE = 24_000
OLDER = f"kokoro-{MODEL_SHA256[:12]}-3-signed"
SAID = SENTENCES[: amount(1, 4)]
UNDERSTOOD = 0.30
"""Pooled word error rate at most; espeak-ng's is 0.65, real recordings have 0.10."""
UNDERSTOOD_AS = Path(__file__).parent / "understood.txt"
"""The spectrum of the first sentence, when the recogniser understood it: a band a line."""
ALIKE = 0.8
"""Steps of the spectrum. Rounding, and a mended voice that sounds the same, stay below."""


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """A studio's folder, and where the model lies in it; two processes asked for it at the same time.

    A cut was broken off there before, and an older release had made one.
    """
    cache = tmp_path_factory.mktemp("cache")
    prepared = cache / "prepared"
    (prepared / "cutting-dead").mkdir(parents=True)
    (prepared / "cutting-dead" / "text.onnx").write_bytes(b"half")
    (prepared / OLDER).mkdir()
    (prepared / OLDER / "text.onnx").write_bytes(b"as an older release cut it")
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        return cache, set(pool.map(prepared_graphs, [prepared] * 2))


@pytest.fixture(scope="module")
def engine(cut):
    ready = KokoroEngine(cut[0] / "prepared")
    ready.prepare()
    return ready


def pitch(samples):
    """Fundamental frequency (Hz) of each voiced 40 ms, by autocorrelation."""
    length, found = int(0.04 * RATE), []
    for begin in range(0, len(samples) - length, length // 4):
        frame = samples[begin : begin + length] - samples[begin : begin + length].mean()
        likeness = np.correlate(frame, frame, "full")[length - 1 :]
        lags = slice(RATE // 450, RATE // 80)
        best = lags.start + int(np.argmax(likeness[lags]))
        if np.abs(frame).max() > 0.02 * np.abs(samples).max() and likeness[best] > 0.5 * likeness[0]:
            found.append(RATE / best)
    return np.array(found)


def melody(engine, word, voice):
    """The word's pitch in semitones above the voice's base: begin, lowest, end."""
    semitones = 12 * np.log2(pitch(engine.speak(f"{word}.", voice, 1.0).samples) / TIMBRES[voice].base_hz)
    assert len(semitones) > 12
    vowel = semitones[len(semitones) // 4 :]  # before it sounds the m
    smooth = np.convolve(vowel, np.ones(3) / 3, "valid")
    return smooth[0], smooth.min(), smooth[-1]


@pytest.mark.nightly  # by day the finished recordings below are compared with those that were understood
@pytest.mark.parametrize("voice", ["jf_nezumi", "jm_kumo"])
def test_the_pitch_moves_as_the_tone_asks(engine, voice):
    level, falling, rising, dipping, broken, heavy = (
        melody(engine, word, voice) for word in ("ma", "mà", "má", "mả", "mã", "mạ")
    )
    begin, lowest, end = range(3)
    assert abs(level[end] - level[begin]) < 1.5
    assert falling[end] < falling[begin] - 1
    assert rising[end] > rising[begin] + 2
    assert dipping[lowest] < dipping[begin] - 2
    assert broken[end] > broken[lowest] + 1.5
    assert heavy[end] < heavy[begin] - 2
    assert level[begin] > falling[begin] + 2


@pytest.mark.nightly
@pytest.mark.parametrize("voice", ["jf_nezumi", "jm_kumo"])
def test_a_voice_speaks_around_its_own_pitch(engine, voice):
    hertz = pitch(engine.speak("Xin chào bà con nhân dân.", voice, 1.0).samples)
    assert np.median(hertz) == pytest.approx(TIMBRES[voice].base_hz, rel=0.25)


def test_a_faster_rate_takes_less_time(engine):
    usual, fast = (engine.speak("Mời bà con đến họp.", "jf_nezumi", rate).seconds for rate in (1.0, 1.4))
    assert fast < usual * 0.85


def test_a_word_that_is_no_syllable_is_refused_by_name(engine):
    with pytest.raises(EngineFailed, match="facebook"):
        engine.speak("Trang facebook của xã.", "jf_nezumi", 1.0)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "sentence",
    [
        "Công dân có quyền khiếu nại khi cho rằng quyết định hành chính xâm phạm quyền lợi của mình.",
        "Luật cư trú có hiệu lực kể từ ngày mùng một tháng bảy năm hai nghìn không trăm hai mươi mốt.",
        "Đài phát thanh xã thông báo lịch tiêm phòng dại cho chó mèo vào sáng chủ nhật tuần này",
    ],
)
def test_the_voice_does_not_rest_within_a_phrase(engine, sentence):
    said = engine.speak(sentence, engine.voices[0].name, 1.0)
    assert longest_rest(said.samples, said.sample_rate) < LONG


@pytest.mark.nightly  # 45 words take half a minute of processor
def test_a_phrase_in_pieces_is_said_to_its_end_without_a_rest_between_them(engine):
    """A phrase that the model cannot take at once is said in pieces; they follow each other as words do."""
    part = "mời bà con trong thôn đến dự cuộc họp "
    once = engine.speak(part, engine.voices[0].name, 1.4)
    said = engine.speak(part * 4, engine.voices[0].name, 1.4)
    assert said.seconds > 4 * once.seconds * 0.8
    assert longest_rest(said.samples, said.sample_rate) < LONG


def test_the_voice_rests_at_a_comma(engine):
    said = engine.speak("Đúng bảy giờ, mời bà con đến họp.", engine.voices[0].name, 1.0)
    assert longest_rest(said.samples, said.sample_rate) > LONG


def test_a_phrase_is_given_up_in_the_middle(engine, monkeypatch):
    began, run = threading.Event(), engine._run

    def told(graph, fed):
        if graph == "voice":
            began.set()
        return run(graph, fed)

    def give_up():
        began.wait()
        engine.give_up(given_up=True)

    monkeypatch.setattr(engine, "_run", told)
    ending = threading.Thread(target=give_up)
    ending.start()
    with pytest.raises(Exception, match="terminate"):
        engine.speak("Đề nghị bà con đưa chó, mèo đến nhà văn hóa thôn trước mười bảy giờ.", "jf_nezumi", 1.0)
    ending.join()
    engine.give_up(given_up=False)
    assert engine.speak("Mời họp.", "jf_nezumi", 1.0).seconds > 0.3


@pytest.mark.nightly  # a whole voice is loaded once more
def test_another_process_says_the_same(engine):
    here = engine.speak("Mời họp.", "jf_nezumi", 1.0).samples
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        there = pool.submit(_said_elsewhere, engine._prepared).result(60)
    # another number of threads may round differently in the last place, no more
    assert np.abs(here - there).max() < 1e-3


def _said_elsewhere(prepared):
    return KokoroEngine(prepared, threads=2).speak("Mời họp.", "jf_nezumi", 1.0).samples


def test_the_model_is_cut_once_after_a_broken_cut_even_when_several_processes_ask(cut):
    cache, places = cut
    (place,) = places
    assert {file.name for file in place.iterdir()} == {TABLES, *(f"{graph}.onnx" for graph in GRAPHS)}
    assert (place / "voice.onnx").stat().st_size > 1_000_000
    assert not list((cache / "prepared").glob("cutting-*"))
    assert not (cache / "prepared" / OLDER).exists()


@pytest.fixture(scope="module")
def renderings(cut, tmp_path_factory):
    """Finished recordings of sentences: what was said, how long it is, and its samples."""
    recordings = RecordingStore(tmp_path_factory.mktemp("renderings") / "recordings")
    studio = Studio(cut[0], recordings, workers=1)
    studio.start()
    try:
        made = [(one, studio.render(RenderOrder("", one, framed=False))) for one in SAID]
        yield [
            (said, rendered.duration_ms, decode_mp3(recordings.read(rendered.recording)))
            for said, rendered in made
        ]
    finally:
        studio.stop()


def test_a_finished_recording_is_as_long_as_was_estimated(renderings):
    real = sum(duration_ms for _, duration_ms, _ in renderings)
    estimated = sum(estimated_ms("", said, framed=False) for said, _, _ in renderings)
    assert estimated == pytest.approx(real, rel=0.15)


def spectrum(samples):
    """How loud each of 16 bands from 100 Hz to 8 kHz is, by twentieths of a second: 0 to 9, 5 dB each."""
    length = RATE // 20
    frames = samples[: len(samples) // length * length].reshape(-1, length) * np.hanning(length)
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = np.geomspace(100, 8000, 17) * length / RATE
    bands = [power[:, int(low) : max(int(high), int(low) + 1)].mean(axis=1) for low, high in pairwise(edges)]
    decibels = 10 * np.log10(np.array(bands) + 1e-12)
    return np.clip(9 + (decibels - decibels.max()) / 5, 0, 9)


def test_a_finished_recording_sounds_as_when_a_recogniser_understood_it(renderings):
    """Renew the file only after the nightly test below has passed.

    Processors round differently, so that the voice is a few frames of 50 ms longer or shorter.
    """
    samples, rate = renderings[0][2]
    assert rate == RATE
    kept = np.array([[int(level) for level in line] for line in UNDERSTOOD_AS.read_text().split()])
    now = spectrum(samples)
    width = kept.shape[1]
    assert now.shape[1] == pytest.approx(width, rel=0.03)
    at, ours = np.linspace(0, 1, width), np.linspace(0, 1, now.shape[1])
    now = np.array([np.interp(at, ours, band) for band in now])
    assert np.abs(now - kept).mean() < ALIKE
    assert np.abs(np.roll(now, width // 2, axis=1) - kept).mean() > 2 * ALIKE  # other words differ more


@pytest.mark.nightly  # the recogniser takes a gigabyte and ten seconds of processor to load
def test_a_recogniser_understands_the_finished_recordings(renderings):
    pairs = [(said, heard(*sound)) for said, _, sound in renderings]
    assert word_errors(pairs) <= UNDERSTOOD, pairs
