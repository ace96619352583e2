"""Listening tests on disk: a folder each, with the recordings and one file of answers a listener."""

import shutil
import threading
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from pydantic import BaseModel, ConfigDict

from controller.errors import BadInput, Conflict, NotFound
from controller.features.listening_tests.questions import Condition
from tts.files import write_whole

MOST_LISTENERS = 300
"""Of one test: 300 give intervals of some two percent, and their answers fill 6 MB at most."""
_TEST, _ANSWERS = "test.json", "answers"
_ID_BYTES = 16
_writing = threading.Lock()


class Clip(BaseModel):
    """One recording: its file name says nothing; who speaks how stands only here."""

    model_config = ConfigDict(frozen=True)

    file: str
    said: str
    voice: int
    condition: Condition


class ListeningTest(BaseModel):
    """A test as it was made. Whoever knows `id` can listen and answer."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    made_at: datetime
    until: datetime
    voices: tuple[str, ...]
    """Engine and voice, as in "loa:jf_nezumi"."""
    clips: tuple[Clip, ...]


class Listener(BaseModel):
    """What one listener said: of themselves, and to each question, in the order in which it was asked."""

    id: str
    began_at: datetime
    region: str = ""
    age: str = ""
    hearing: str = ""
    answers: list[str] = []


def keep(draft: Path, folder: Path, test: ListeningTest) -> None:
    """Move a test that is whole from `draft / test.id` into the folder."""
    write_whole(draft / test.id / _TEST, test.model_dump_json(indent=1).encode())
    (draft / test.id).rename(folder / test.id)


def new_id() -> str:
    """Return a name that nobody guesses."""
    return token_hex(_ID_BYTES)


def tests_in(folder: Path) -> list[ListeningTest]:
    """Return all tests, the newest first."""
    found = [ListeningTest.model_validate_json(file.read_bytes()) for file in folder.glob(f"*/{_TEST}")]
    return sorted(found, key=lambda test: test.made_at, reverse=True)


def get_test(folder: Path, test_id: str) -> ListeningTest:
    """Return a test; raises NotFound."""
    place = folder / test_id / _TEST
    if not place.is_file():
        raise NotFound("Không có bài nghe thử này. Hãy xem lại địa chỉ.", code="listening-test.unknown")
    return ListeningTest.model_validate_json(place.read_bytes())


def remove(folder: Path, test_id: str) -> None:
    """Remove a test with all its answers; raises NotFound."""
    get_test(folder, test_id)
    shutil.rmtree(folder / test_id)


def sound_of(folder: Path, test: ListeningTest, file: str) -> Path:
    """Return the place of a recording of this test; raises NotFound."""
    if file not in {clip.file for clip in test.clips}:
        raise NotFound("Không có đoạn nghe này.", code="listening-test.unknown-clip")
    return folder / test.id / file


def listeners_of(folder: Path, test: ListeningTest) -> list[Listener]:
    """Return all listeners who began, in the order in which they came."""
    found = [Listener.model_validate_json(one.read_bytes()) for one in _answers(folder, test).glob("*.json")]
    return sorted(found, key=lambda one: (one.began_at, one.id))


def get_listener(folder: Path, test: ListeningTest, listener_id: str) -> Listener:
    """Return a listener; raises NotFound."""
    place = _answers(folder, test) / f"{listener_id}.json"
    if not place.is_file():
        raise NotFound("Không có lượt nghe này. Hãy bắt đầu lại.", code="listening-test.unknown-listener")
    return Listener.model_validate_json(place.read_bytes())


def add_listener(folder: Path, test: ListeningTest, listener: Listener) -> None:
    """Store a new listener; raises Conflict where there are enough."""
    with _writing:
        if sum(1 for _ in _answers(folder, test).glob("*.json")) >= MOST_LISTENERS:
            raise Conflict("Bài nghe thử này đã đủ người nghe. Cảm ơn bạn.", code="listening-test.full")
        _write(folder, test, listener)


def add_answer(folder: Path, test: ListeningTest, listener_id: str, number: int, answer: str) -> None:
    """Store the answer to the question with this number, once: a repeated or late form changes nothing."""
    with _writing:
        listener = get_listener(folder, test, listener_id)
        if number > len(listener.answers):
            raise BadInput("Hãy trả lời lần lượt từng câu.", code="listening-test.order")
        if number == len(listener.answers):
            listener.answers.append(answer)
            _write(folder, test, listener)


def _write(folder: Path, test: ListeningTest, listener: Listener) -> None:
    write_whole(_answers(folder, test) / f"{listener.id}.json", listener.model_dump_json().encode())


def _answers(folder: Path, test: ListeningTest) -> Path:
    return folder / test.id / _ANSWERS
