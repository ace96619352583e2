"""Who had which recording served: nobody approves what they could not have heard."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.bulletins.tables import Listened, Recording
from controller.errors import Conflict
from controller.journal.usecases import record
from controller.operators.permissions import Operator
from devices.messages import RecordingId


def has_listened(session: Session, by: Operator, recording: RecordingId) -> bool:
    """Whether the recording was ever served to the person."""
    return session.get(Listened, (by.id, recording)) is not None


def is_news(session: Session, by: Operator, recording: RecordingId) -> bool:
    """Whether serving it now is to be noted: known here, and never served to the person before."""
    return session.get(Recording, recording) is not None and not has_listened(session, by, recording)


def note_listened(session: Session, recording: RecordingId, *, by: Operator, now: datetime) -> None:
    """Note that the recording is served to the person; the second time changes nothing."""
    if is_news(session, by, recording):
        session.add(Listened(operator=by.id, recording=recording, at=now))
        session.flush()
        record(session, by, "recording.listened", recording, now)


def check_listened(session: Session, by: Operator, recording: RecordingId) -> None:
    """Raise Conflict unless the very recording was served to the person."""
    if not has_listened(session, by, recording):
        raise Conflict(
            "Bạn chưa nghe tệp âm thanh sẽ phát nên chưa duyệt được. Hãy bấm nghe rồi duyệt.",
            code="bulletin.not-listened",
        )
