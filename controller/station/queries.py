"""What the running parts ask the database."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.airings.lifecycle import IN_PLANS
from controller.airings.tables import Airing
from controller.station.wants import Need
from devices.messages import RecordingId


def needs_in_plans(session: Session) -> dict[RecordingId, Need]:
    """Return the recordings that plans name now, each with its most pressing need."""
    needs: dict[RecordingId, Need] = {}
    query = select(Airing.recording, Airing.grade, Airing.starts_at).where(
        Airing.state.in_(IN_PLANS), Airing.recording.is_not(None)
    )
    for recording, grade, starts_at in session.execute(query):
        if recording is None:
            continue
        need = Need(grade, starts_at)
        needs[recording] = min(need, needs.get(recording, need), key=lambda one: one.order)
    return needs


def has_airings_in_plans(session: Session) -> bool:
    """Return whether anything is on its way to nodes, or sounding there."""
    return session.scalars(select(Airing.id).where(Airing.state.in_(IN_PLANS)).limit(1)).first() is not None
