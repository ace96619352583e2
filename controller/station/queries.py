"""What the running parts ask the database."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.airings.lifecycle import IN_PLANS
from controller.airings.tables import Airing
from devices.messages import Grade, RecordingId


def grades_in_plans(session: Session) -> dict[RecordingId, Grade]:
    """Return the recordings that plans name now, each with the highest grade that names it."""
    grades: dict[RecordingId, Grade] = {}
    query = select(Airing.recording, Airing.grade).where(
        Airing.state.in_(IN_PLANS), Airing.recording.is_not(None)
    )
    for recording, grade in session.execute(query):
        if recording is None:
            continue
        if recording not in grades or grade.rank > grades[recording].rank:
            grades[recording] = grade
    return grades


def has_airings_in_plans(session: Session) -> bool:
    """Return whether anything is on its way to nodes, or sounding there."""
    return session.scalars(select(Airing.id).where(Airing.state.in_(IN_PLANS)).limit(1)).first() is not None
