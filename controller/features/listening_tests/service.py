"""Listening tests: make one of this machine's voices, take answers, say what they mean."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from controller.errors import BadInput
from controller.features.listening_tests import files
from controller.features.listening_tests.files import Clip, Listener, ListeningTest
from controller.features.listening_tests.questions import (
    MOST_VOICES,
    Condition,
    ListeningTask,
    Question,
    Saying,
    questions_for,
    sayings,
)
from controller.features.listening_tests.statistics import (
    SAME,
    UNSURE,
    JudgedAnswer,
    ListeningFindings,
    findings,
    word_errors,
)
from controller.settings import Settings
from tts.codec import BITRATE_KBPS, decode_mp3, encode_mp3
from tts.engines import engines_with
from tts.files import drafting, write_whole
from tts.normalization import read
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio

MOST_ANSWER = 400
"""Characters: more than any sentence of a test has."""
_COLUMNS = (
    *("listener", "region", "age", "hearing", "question", "part"),
    *("voice", "condition", "said", "answer", "errors"),
)
_REMEMBERED = 8
"""Findings that are kept until another answer comes: a thousand samples are drawn for each interval."""
_REMEMBERED_SENTENCES = 512
"""What was typed, and the sentences that are said to all."""
_SEED = 1
"""Of the bootstrap: the same answers always give the same interval."""
_LETTERS = str.maketrans(dict.fromkeys(".,;:?!", " "))


def folder_of(settings: Settings) -> Path:
    """Return the folder of all listening tests."""
    return settings.home / "listening-tests"


def address_of(test: ListeningTest, station: str) -> str:
    """Return where listeners find a test on the station at this address."""
    return f"{station.rstrip('/')}/nghe-thu/{test.id}"


def make_test(
    title: str,
    voices: Sequence[str],
    until: datetime,
    now: datetime,
    show: Callable[[int, int], None],
) -> ListeningTest:
    """Have each voice ("engine:voice") say all sentences; raises BadInput or what the engine says.

    It takes some minutes; `show` is told how many recordings of how many are there.
    """
    if not 1 <= len(set(voices)) == len(voices) <= MOST_VOICES:
        raise BadInput(f"Chọn 1 đến {MOST_VOICES} giọng khác nhau.", code="listening-test.voices")
    if not title.strip() or until <= now:
        raise BadInput("Bài nghe thử cần tên và ngày cuối ở phía trước.", code="listening-test.form")
    settings = Settings()
    folder = folder_of(settings)
    with drafting(folder) as draft:
        test_id = files.new_id()
        (draft / test_id).mkdir()
        clips = _recorded(settings, voices, draft / test_id, show)
        random.SystemRandom().shuffle(clips)
        test = ListeningTest(
            id=test_id,
            title=title.strip(),
            made_at=now,
            until=until,
            voices=tuple(voices),
            clips=tuple(clips),
        )
        files.keep(draft, folder, test)
    return test


def _recorded(
    settings: Settings, voices: Sequence[str], place: Path, show: Callable[[int, int], None]
) -> list[Clip]:
    said = [one for one in sayings(len(voices)) if one.condition is Condition.CLEAN]
    recordings = RecordingStore(place.parent / "recordings")
    workers = max(1, settings.speech_workers)
    studio = Studio(
        settings.speech_cache_dir, recordings, workers=workers, engines=engines_with(settings.voices_dir)
    )
    studio.start()
    clips: list[Clip] = []
    try:
        with ThreadPoolExecutor(workers) as pool:
            for one, sound in zip(
                said, pool.map(lambda one: _spoken(studio, recordings, voices, one), said), strict=True
            ):
                for condition in Condition:
                    heard = sound if condition is Condition.CLEAN else _from_a_pole(sound)
                    clip = Clip(
                        file=f"{files.new_id()}.mp3", said=one.said, voice=one.voice, condition=condition
                    )
                    write_whole(place / clip.file, heard)
                    clips.append(clip)
                show(len(clips) // len(Condition), len(said))
    finally:
        studio.stop()
    return clips


def _spoken(studio: Studio, recordings: RecordingStore, voices: Sequence[str], one: Saying) -> bytes:
    engine, _, voice = voices[one.voice].partition(":")
    order = RenderOrder(title="", text=one.said, engine=engine, voice=voice, framed=False)
    return recordings.read(studio.render(order).recording)


def _from_a_pole(sound: bytes) -> bytes:
    from tts.horn import through_horn  # with numpy, which the running station does not load

    samples, rate = decode_mp3(sound)
    return encode_mp3([through_horn(samples, rate)], rate, BITRATE_KBPS)


def begin(
    folder: Path, test: ListeningTest, region: str, age: str, hearing: str, *, now: datetime
) -> Listener:
    """Add a listener, who is known by a number alone; raises BadInput or Conflict."""
    check_open(test, now)
    listener = Listener(id=files.new_id(), began_at=now, region=region, age=age, hearing=hearing)
    files.add_listener(folder, test, listener)
    return listener


def check_open(test: ListeningTest, now: datetime) -> None:
    """Raise BadInput where the test is over."""
    if now >= test.until:
        raise BadInput("Bài nghe thử này đã kết thúc. Cảm ơn bạn.", code="listening-test.over")


def questions_of(test: ListeningTest, listener: Listener) -> list[Question]:
    """Return all questions for this listener, in their order."""
    return questions_for(len(test.voices), random.Random(listener.id))  # noqa: S311 - no secret: drawn again each time


def files_of(test: ListeningTest, question: Question) -> list[str]:
    """Return the file names of the recordings of a question, in the order in which they are heard."""
    names = {(clip.said, clip.voice, clip.condition): clip.file for clip in test.clips}
    return [names[one.said, one.voice, one.condition] for one in question.heard]


def answer(
    folder: Path, test: ListeningTest, listener_id: str, number: int, given: str, *, now: datetime
) -> None:
    """Store an answer; raises BadInput where it is none, with a sentence for the listener."""
    check_open(test, now)
    asked = questions_of(test, files.get_listener(folder, test, listener_id))
    if not 0 <= number < len(asked):
        raise BadInput("Không có câu này.", code="listening-test.order")
    given = " ".join(given.split())
    question = asked[number]
    if question.part is ListeningTask.WRITE:
        if len(given) > MOST_ANSWER:
            raise BadInput(f"Chép nhiều nhất {MOST_ANSWER} chữ cái.", code="listening-test.long")
    elif given not in (
        {*question.choices, UNSURE} if question.part is ListeningTask.TONE else {"0", "1", SAME}
    ):
        raise BadInput("Hãy chọn một câu trả lời.", code="listening-test.choice")
    files.add_answer(folder, test, listener_id, number, given)


def judged(folder: Path, test: ListeningTest) -> list[JudgedAnswer]:
    """Return every answered question of every listener."""
    return [
        JudgedAnswer(listener.id, question, given)
        for listener in files.listeners_of(folder, test)
        for question, given in zip(questions_of(test, listener), listener.answers, strict=False)
    ]


def findings_of(folder: Path, test: ListeningTest) -> ListeningFindings:
    """Return all figures of a test as of now."""
    return _findings(len(test.voices), tuple(judged(folder, test)))


@lru_cache(maxsize=_REMEMBERED)
def _findings(voices: int, answers: tuple[JudgedAnswer, ...]) -> ListeningFindings:
    return findings(voices, answers, spoken_words, random.Random(_SEED))  # noqa: S311 - no secret


@lru_cache(maxsize=_REMEMBERED_SENTENCES)
def spoken_words(typed: str) -> str:
    """Return what was typed as it is said, small letters, no marks: "15 giờ." as "mười lăm giờ"."""
    return read(typed).spoken.lower().translate(_LETTERS)


def answers_as_csv(folder: Path, test: ListeningTest) -> str:
    """Return all answers as a table, a line each, for other statistics."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for listener in files.listeners_of(folder, test):
        about = [listener.id[:8], listener.region, listener.age, listener.hearing]
        asked = zip(questions_of(test, listener), listener.answers, strict=False)
        for number, (question, given) in enumerate(asked, 1):
            heard = [test.voices[one.voice] for one in question.heard]
            rows.writerow(
                [
                    *about,
                    number,
                    question.part,
                    " | ".join(heard),
                    question.heard[0].condition,
                    question.right or question.heard[0].said,
                    heard[int(given)] if given in {"0", "1"} else given,
                    _errors(question, given),
                ]
            )
    return out.getvalue()


def _errors(question: Question, given: str) -> int | str:
    if question.part is ListeningTask.PAIR:
        return ""
    if question.part is ListeningTask.TONE:
        return int(given != question.right)
    return word_errors(spoken_words(question.right).split(), spoken_words(given).split())
