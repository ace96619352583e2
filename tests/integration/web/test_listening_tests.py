"""A listening test from its making to its report: real speech, decoded and measured, answered over HTTP."""

import json
import re
from datetime import timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.features.listening_tests import files, service
from controller.features.listening_tests.questions import Condition, ListeningTask
from tests.support.listening_made import answered, keep_test
from tts.codec import decode_mp3


@pytest.fixture
def folder(world):
    """The folder of listening tests of this station."""
    return service.folder_of(world.settings)


@pytest.fixture
def test(folder, world):
    """A test of two voices in it."""
    return keep_test(folder, world.now())


def answer_all(client, folder, test, answer):
    """Begin and answer every question as `answer(question)` says; return the listener's address."""
    place = client.post(f"/nghe-thu/{test.id}", data={"que": "nam"}).headers["location"]
    listener = files.get_listener(folder, test, place.rpartition("/")[2])
    asked = service.questions_of(test, listener)
    for number, question in enumerate(asked):
        shown = client.get(place).text
        sounds = re.findall(r'src="([^"]+\.mp3)"', shown)
        assert len(sounds) == len(question.heard)
        assert f"Câu {number + 1} trong {len(asked)}" in shown
        sent = client.post(place, data={"cau": number, "tra_loi": answer(question)})
        assert sent.status_code == 303, sent.text
    assert "cảm ơn" in client.get(place).text
    return place


@pytest.mark.nightly
def test_a_recording_is_heard_clean_and_as_from_a_pole(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    asked = CliRunner().invoke(app, ["listen-test", "make", "--voice", "espeak", "--json"])
    assert asked.exit_code == 0, asked.output
    folder = tmp_path / "listening-tests"
    test = files.get_test(folder, json.loads(asked.stdout[asked.stdout.index("{") :])["id"])
    pairs = {}
    for clip in test.clips:
        pairs.setdefault((clip.said, clip.voice), {})[clip.condition] = clip.file
    assert len(pairs) == 24 + 24
    for clip in list(pairs.values())[:3]:
        clean, rate = decode_mp3((folder / test.id / clip[Condition.CLEAN]).read_bytes())
        horn, _ = decode_mp3((folder / test.id / clip[Condition.HORN]).read_bytes())
        assert len(clean) > rate / 2
        assert np.abs(clean).max() > 0.1
        assert band(horn, rate, 4600) < band(clean, rate, 4600) / 2


def band(samples, rate, above):
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    return spectrum[np.fft.rfftfreq(len(samples), 1 / rate) > above].sum() / spectrum.sum()


def test_listeners_answer_and_the_report_says_what_they_heard(folder, test, client, sign_in):
    answer_all(client, folder, test, lambda one: "same" if one.part is ListeningTask.PAIR else one.right)
    answered(folder, test, test.made_at, errs=lambda number: number >= 0)
    found = service.findings_of(folder, test)
    assert [one.listeners for one in found.understood] == [2] * 4
    assert all(0 < one.word_errors.value < 1 for one in found.understood)
    assert [one.tones.value for one in found.understood] == [0.5] * 4
    assert sum(one.no_difference for one in found.preferred) == 16
    page = sign_in("quantri").get("/cai-dat/nghe-thu")
    assert page.status_code == 200
    assert "loa:jm_kumo" in page.text
    lines = service.answers_as_csv(folder, test).splitlines()
    assert len(lines) == 1 + 2 * (24 + 24 + 8)


def test_what_a_listener_sees_does_not_say_who_speaks(test, client):
    place = client.post(f"/nghe-thu/{test.id}").headers["location"]
    shown = client.get(place).text
    assert "loa:" not in shown
    assert "horn" not in shown
    heard = client.get(re.findall(r'src="([^"]+\.mp3)"', shown)[0])
    assert heard.headers["content-type"] == "audio/mpeg"


def test_a_form_sent_twice_answers_once_and_no_question_is_passed_over(folder, test, client):
    place = client.post(f"/nghe-thu/{test.id}").headers["location"]
    for _ in range(2):
        client.post(place, data={"cau": 0, "tra_loi": "bà con"})
    listener = place.rpartition("/")[2]
    assert files.get_listener(folder, test, listener).answers == ["bà con"]
    ahead = client.post(place, data={"cau": 5, "tra_loi": "bà con"})
    assert ahead.status_code == 422
    assert "lần lượt" in ahead.text
    long = client.post(place, data={"cau": 1, "tra_loi": "bà con " * 100})
    assert long.status_code == 422
    assert "bà con bà con" in long.text  # what was typed is still there


def test_a_choice_that_was_not_offered_is_refused(test, client):
    place = client.post(f"/nghe-thu/{test.id}").headers["location"]
    for number in range(24):
        client.post(place, data={"cau": number, "tra_loi": ""})
    wrong = client.post(place, data={"cau": 24, "tra_loi": "khác"})
    assert wrong.status_code == 422
    assert "Hãy chọn" in wrong.text


def test_a_test_that_is_over_takes_no_answer(folder, test, client):
    place = client.post(f"/nghe-thu/{test.id}").headers["location"]
    with pytest.raises(service.BadInput):
        service.answer(folder, test, place.rpartition("/")[2], 0, "", now=test.until + timedelta(seconds=1))


def test_voices_are_checked_before_anything_is_spoken(monkeypatch, tmp_path):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    twice = ["--voice", "espeak:vi+f3", "--voice", "espeak:vi+f3"]
    refused = CliRunner().invoke(app, ["listen-test", "make", *twice])
    assert refused.exit_code == 2
    assert "khác nhau" in refused.output
    unknown = CliRunner().invoke(app, ["listen-test", "make", "--voice", "espeak:khong-co"])
    assert unknown.exit_code != 0
    assert not list((tmp_path / "listening-tests").iterdir())
