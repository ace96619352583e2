"""Who was served which recording and what they played of it: an approval requires hearing it.

A browser's report of what it played is a claim. It is compared with the time since the first download by
the person, and every approval is journaled with what was played (decision 055).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.bulletins.must_hear import ToHear
from controller.features.journal.service import record
from controller.model.bulletins import Listened, Recording
from controller.model.permissions import Operator
from controller.store import one_read, one_write
from devices.ids import RecordingId

Span = tuple[int, int]
"""From and to in a recording, in milliseconds."""

FASTEST = 2.0
"""Times the speed at which a person may listen; the pages offer 1.5, browsers' own menus 2."""
NOT_LISTENED = "bulletin.not-listened"
"""The code of the error; the page says by itself how much is left, and follows what is played."""
_START_SLACK_MS = 2_000
"""Players fetch and start a little before the station notes that it served."""
_JOINED_MS = 250
"""Two spans so close are one: a jump back by a player's own rounding."""
_MOST_SPANS = 100
_SHOWN = 80
"""Letters of a sentence that a message shows."""
_LEAST_LEFT_MS = 1_000
_SHARE_LEFT = 0.02
"""What may stay unplayed: 1 s or 2 %, the larger; players round a recording's length and its last frame."""


@dataclass(frozen=True, slots=True)
class ListeningProof:
    """What one person played of a recording; `served` is False before any of it came to them."""

    served: bool
    spans: tuple[Span, ...]
    duration_ms: int

    @property
    def played_ms(self) -> int:
        """How much of it was played; repeated stretches count once."""
        return sum(end - start for start, end in self.spans)

    @property
    def left_ms(self) -> int:
        """How much of it was not played."""
        return max(self.duration_ms - self.played_ms, 0)

    @property
    def is_whole(self) -> bool:
        """Whether all of it was played, within the rounding of players."""
        return self.served and self.left_ms <= max(_LEAST_LEFT_MS, self.duration_ms * _SHARE_LEFT)

    @property
    def first_gap(self) -> Span:
        """The first stretch that was not played; an empty one at the end if all was played."""
        at = 0
        for start, end in self.spans:
            if start - at > _JOINED_MS:
                return (at, start)
            at = end
        return (at, self.duration_ms)


def joined(spans: Sequence[Span], duration_ms: int) -> tuple[Span, ...]:
    """Return the spans in order, cut to the recording; spans that touch are merged."""
    found: list[Span] = []
    for start, end in sorted((max(start, 0), min(end, duration_ms)) for start, end in spans):
        if end <= start:
            continue
        if found and start - found[-1][1] <= _JOINED_MS:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    longest = sorted(found, key=lambda span: span[0] - span[1])[:_MOST_SPANS]
    return tuple(sorted(longest))


@one_read
def heard_by(session: Session, by: Operator, recording: RecordingId) -> ListeningProof:
    """Return what the person played of it."""
    row = session.get(Listened, (by.id, recording))
    known = session.get(Recording, recording)
    spans = () if row is None else tuple((start, end) for start, end in row.played)
    return ListeningProof(row is not None, spans, 0 if known is None else known.duration_ms)


@one_read
def is_news(session: Session, by: Operator, recording: RecordingId) -> bool:
    """Whether to note that it is served now: it is known here and was never served to the person before."""
    known = session.get(Recording, recording) is not None
    return known and session.get(Listened, (by.id, recording)) is None


@one_write
def note_served(session: Session, recording: RecordingId, *, by: Operator, now: datetime) -> None:
    """Note that the recording is served to the person; repeating it changes nothing."""
    if is_news(session, by, recording):
        session.add(Listened(operator=by.id, recording=recording, at=now, played=[]))
        session.flush()
        record(session, by, "recording.served", recording, now)


@one_write
def note_played(
    session: Session, recording: RecordingId, spans: Sequence[Span], *, by: Operator, now: datetime
) -> ListeningProof:
    """Add what the person's player reports to what was played before; return all of it.

    A report of more than was possible since it was first served changes nothing.
    """
    row = session.get(Listened, (by.id, recording), with_for_update=True)
    before = heard_by(session, by, recording)
    if row is None:
        return before
    after = ListeningProof(True, joined((*before.spans, *spans), before.duration_ms), before.duration_ms)
    since_served_ms = (now - row.at) / timedelta(milliseconds=1)
    if after.played_ms <= before.played_ms or after.played_ms > since_served_ms * FASTEST + _START_SLACK_MS:
        return before
    row.played = [list(span) for span in after.spans]
    if after.is_whole and not before.is_whole:
        record(session, by, "recording.listened", recording, now, detail={"played_ms": after.played_ms})
    return after


def is_enough(heard: ListeningProof, needed: ToHear | None) -> bool:
    """Whether it was heard as an approval requires: what is needed to its end; None: all of it."""
    return heard.is_whole or (needed is not None and heard.served and not needed.left(heard.spans))


def check_heard(
    session: Session,
    by: Operator,
    recording: RecordingId,
    *,
    declared: bool = False,
    needed: ToHear | None = None,
) -> ListeningProof:
    """Return what was played, or raise Conflict unless the person played what is needed of the recording.

    `needed` None: the whole of it. `declared`: the person says that they heard it by other means; it must
    have been served to them.
    """
    heard = heard_by(session, by, recording)
    if is_enough(heard, needed) or (declared and heard.served):
        return heard
    raise Conflict(_unheard(heard, needed), code=NOT_LISTENED)


def _unheard(heard: ListeningProof, needed: ToHear | None) -> str:
    if needed is not None and needed.left(heard.spans):
        left = needed.left(heard.spans)
        return (
            f"Còn {len(left)} câu phải nghe đến hết mới duyệt được, câu đầu: «{_cut(left[0].text)}». "
            "Hãy bấm «Chỉ chỗ cần nghe»."
        )
    if not heard.spans:
        return "Bạn chưa nghe tệp âm thanh sẽ phát nên chưa duyệt được. Hãy bấm nghe hết rồi duyệt."
    start, end = heard.first_gap
    return (
        f"Bạn mới nghe {_clock(heard.played_ms)} trong {_clock(heard.duration_ms)}, chưa nghe đoạn "
        f"từ {_clock(start)} đến {_clock(end)}. Hãy nghe hết rồi duyệt; "
        "nghe nhanh hay nghỉ giữa chừng cũng được."
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02d}"
