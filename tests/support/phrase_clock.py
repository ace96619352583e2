"""Times of the phrases beside a recording that no voice spoke: a script spread over its length."""

from tts.recordings import RecordingId
from tts.script import script_of
from tts.sidecar import PhraseTime, keep_phrases


def times_of(title, text, *, duration_ms=8_000, issuer="", readings=1, words=()):
    """Return when each phrase sounds: as long as it has letters, with a tenth of a second between them."""
    lines = script_of(title, text, framed=True, issuer=issuer, readings=readings, words=words).lines
    gap = 100
    room, letters = duration_ms - gap * len(lines), sum(len(one.text) for one in lines)
    found, at = [], 0
    for one in lines:
        ends = at + room * len(one.text) // letters
        found.append(PhraseTime(at, ends, one.text))
        at = ends + gap
    return tuple(found)


def keep_times(world, recording, title, text, **how):
    """Store them beside a recording of the world."""
    keep_phrases(world.recordings, RecordingId(recording), times_of(title, text, **how))
