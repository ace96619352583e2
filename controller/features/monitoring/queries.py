"""Figures of the whole station that are read from the database when they are asked for."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from shutil import disk_usage

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from controller.errors import Busy, Unavailable
from controller.features.backups.backup import last_backup
from controller.features.backups.last_rehearsal import last_rehearsal
from controller.features.doctor.last_look import last_look
from controller.features.fleet.counts import statuses_by_area
from controller.features.fleet.status import NodeStatus
from controller.features.plans.queries import count_unacknowledged, published_key_sets
from controller.features.speech.workers import speech_workers
from controller.host.metrics import Figure
from controller.http.station import Station
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletin_states import RenderingState
from controller.model.bulletins import Bulletin, Rendering
from controller.model.emergencies import Emergency
from controller.model.emergency_states import CALL_LIFE, EmergencyState
from controller.model.notice_ways import MessageState, NoticeMessage
from controller.settings import Settings
from controller.store import Store, one_read
from devices.ids import Grade

LATELY = timedelta(hours=1)
"""Airings that began within it are counted by what became of them."""


def parts_up(station: Station) -> dict[str, bool]:
    """Return whether each part works that the station cannot do without, by its name."""
    return {"database": _answers(station.store), **station.parts_up()}


def _answers(store: Store) -> bool:
    try:
        with store.read() as session:
            session.execute(select(1))
    except (Busy, Unavailable):
        return False
    return True


@one_read
def figures_of(session: Session, settings: Settings, now: datetime) -> list[Figure]:
    """Return the figures of the fleet, of airings, of what waits, and of what runs out."""
    return [
        Figure("loa_nodes", "Loudspeakers in use, by status.", label="status", by_label=_nodes(session, now)),
        *_airings(session, now),
        *_waiting(session, now),
        *_running_out(session, settings),
    ]


def _nodes(session: Session, now: datetime) -> Mapping[str, float]:
    counted = sum(statuses_by_area(session, now).values(), Counter[NodeStatus]())
    return {status: counted[status] for status in NodeStatus if status is not NodeStatus.RETIRED}


def _airings(session: Session, now: datetime) -> list[Figure]:
    lately = Airing.starts_at.between(now - LATELY, now)
    states = select(Airing.state, func.count()).where(lately).group_by(Airing.state)
    by_state = dict(session.execute(states).all())
    stages = select(Delivery.rung, func.count()).join(Airing, Airing.id == Delivery.airing).where(lately)
    by_stage = dict(session.execute(stages.group_by(Delivery.rung)).all())
    return [
        Figure(
            "loa_airings_last_hour",
            "Airings that began in the last hour, by state.",
            label="state",
            by_label={state: by_state.get(state, 0) for state in AiringState},
        ),
        Figure(
            "loa_deliveries_last_hour",
            "Loudspeakers of these airings, by how far each has come.",
            label="stage",
            by_label={stage.name.lower(): by_stage.get(stage, 0) for stage in DeliveryStage},
        ),
    ]


def _waiting(session: Session, now: datetime) -> list[Figure]:
    calls = Emergency.state == EmergencyState.CALLED, Emergency.called_at > now - CALL_LIFE
    renderings = (Rendering.state == RenderingState.WAITING,)
    workers = Counter("seen" if is_seen else "lost" for _, is_seen in speech_workers(session, now))
    messages = NoticeMessage.state == MessageState.WAITING, NoticeMessage.due_at <= now
    oldest = session.scalar(select(func.min(NoticeMessage.due_at)).where(*messages))
    return [
        Figure(
            "loa_documents_waiting",
            "Signed documents that the broker has not taken.",
            count_unacknowledged(session),
        ),
        Figure(
            "loa_calls_waiting",
            "Emergencies that wait for a second person.",
            _count(session, *calls),
        ),
        Figure("loa_renderings_waiting", "Recordings to make.", _count(session, *renderings)),
        Figure(
            "loa_rendering_wait_seconds",
            "How long the oldest bulletin waits to be spoken, by what it may be called as.",
            label="grade",
            by_label=_rendering_waits(session, now),
        ),
        Figure(
            "loa_speech_workers",
            "Machines that speak beside the station, by whether they give signs of life.",
            label="state",
            by_label={state: workers[state] for state in ("seen", "lost")},
        ),
        Figure("loa_notices_waiting", "Notices that are due.", _count(session, *messages)),
        Figure(
            "loa_notice_wait_seconds",
            "How long the oldest notice that is due has waited.",
            0 if oldest is None else (now - oldest).total_seconds(),
        ),
    ]


def _rendering_waits(session: Session, now: datetime) -> Mapping[str, float]:
    oldest = (
        select(func.min(Rendering.ordered_at))
        .join(Bulletin, Bulletin.id == Rendering.bulletin)
        .where(Rendering.state == RenderingState.WAITING)
    )
    urgent = session.scalar(oldest.where(Bulletin.highest_grade == Grade.EMERGENCY))
    others = session.scalar(oldest.where(Bulletin.highest_grade != Grade.EMERGENCY))
    waits = {"emergency": urgent, "other": others}
    return {grade: (now - at).total_seconds() if at else 0 for grade, at in waits.items()}


def _running_out(session: Session, settings: Settings) -> list[Figure]:
    ends = [one.expires_at for one in published_key_sets(session)]
    look = last_look(settings.home)
    backup, rehearsal = last_backup(settings.home), last_rehearsal(settings.home)
    return [
        Figure(
            "loa_key_set_expiry_timestamp_seconds",
            "When the first key set ends.",
            min(ends).timestamp() if ends else None,
        ),
        Figure(
            "loa_backup_timestamp_seconds",
            "When the last backup was made; 0: never.",
            0 if backup is None else backup.at.timestamp(),
        ),
        Figure(
            "loa_rehearsal_timestamp_seconds",
            "When a backup was last restored for trial; 0: never.",
            0 if rehearsal is None else rehearsal.at.timestamp(),
        ),
        Figure(
            "loa_doctor_findings",
            "States that must not exist, found by the last `loa doctor`.",
            None if look is None else look.findings,
        ),
        Figure(
            "loa_doctor_timestamp_seconds",
            "When `loa doctor` last looked; 0: never.",
            0 if look is None else look.at.timestamp(),
        ),
        Figure(
            "loa_home_free_bytes", "Free space where the home folder lies.", disk_usage(settings.home).free
        ),
    ]


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    """Count the rows of the one table that the conditions are about."""
    return session.scalar(select(func.count()).where(*where)) or 0
