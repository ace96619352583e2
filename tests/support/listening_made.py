"""A listening test whose recordings are tones: what is asked and counted does not depend on what is said."""

from datetime import timedelta

from controller.features.listening_tests import files, service
from controller.features.listening_tests.questions import ListeningTask, sayings
from tests.support.swelling_tone import mp3
from tts.files import drafting, write_whole

VOICES = ("loa:jf_nezumi", "loa:jm_kumo")


def keep_test(folder, now, voices=VOICES):
    """Lay down a test that is open for a month; return it."""
    clips = tuple(
        files.Clip(file=f"{number:032x}.mp3", said=one.said, voice=one.voice, condition=one.condition)
        for number, one in enumerate(sayings(len(voices)))
    )
    test = files.ListeningTest(
        id=files.new_id(),
        title="Nghe thử giọng đọc",
        made_at=now,
        until=now + timedelta(days=30),
        voices=voices,
        clips=clips,
    )
    with drafting(folder) as draft:
        for clip in clips:
            write_whole(draft / test.id / clip.file, mp3(1))
        files.keep(draft, folder, test)
    return test


def answered(folder, test, now, errs):
    """Have a listener answer every question: rightly, or where `errs(number)` says so, not at all."""
    listener = service.begin(folder, test, "trung", "30-59", "ro", now=now)
    for number, question in enumerate(service.questions_of(test, listener)):
        given = {ListeningTask.PAIR: "same", ListeningTask.TONE: "?", ListeningTask.WRITE: ""}[question.part]
        if not errs(number):
            given = "0" if question.part is ListeningTask.PAIR else question.right
        service.answer(folder, test, listener.id, number, given, now=now)
    return listener
