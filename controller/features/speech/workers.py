"""Machines that speak beside the station (`loa speech-worker`), and its terms for them; decision 150."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from controller.host.software import software
from controller.model.speech_workers import WORKER_LENGTH, SpeechTerms, SpeechWorker
from controller.settings import Settings
from tts.engines.voice_files import voice_records

SEEN_S: Final = 60.0
"""Seconds without a sign of life after which a worker counts as lost: it gives one every 5 s."""
FORGOTTEN_S: Final = 86_400.0
"""Seconds after which a lost one is forgotten."""
_ID: Final = 1
_SAME: Final = ("loudness_lufs", "true_peak_dbtp", "bitrate_kbps", "opus_kbps", "region")
"""Settings that decide how a recording sounds."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What must be the same on all machines that make recordings."""

    software: str
    settings: dict[str, Any]
    models: list[list[str]]

    def on(self, settings: Settings) -> Settings:
        """Return a machine's settings with those that all have in common."""
        return settings.model_copy(update={name: self.settings[name] for name in _SAME})


def terms_of(settings: Settings) -> Terms:
    """Return what this machine would say of every recording."""
    models = [[one.name, one.sha256, one.config_sha256] for one in voice_records(settings.voices_dir)]
    return Terms(software(), {name: getattr(settings, name) for name in _SAME}, models)


def note_terms(session: Session, terms: Terms) -> None:
    """Tell all workers how recordings are made; by the station that leads."""
    row = session.get(SpeechTerms, _ID) or SpeechTerms(id=_ID)
    row.software, row.settings, row.models = terms.software, terms.settings, terms.models
    session.add(row)


def noted_terms(session: Session) -> Terms | None:
    """Return what the station that leads has said; None: it has not yet."""
    row = session.get(SpeechTerms, _ID)
    return None if row is None else Terms(row.software, row.settings, row.models)


def note_worker(connection: Connection, worker_id: str, place: str, voices: int) -> None:
    """Note that a worker lives; PostgreSQL only."""
    now = func.clock_timestamp()
    row = {"id": worker_id, "place": place[:WORKER_LENGTH], "voices": voices, "started_at": now}
    added = insert(SpeechWorker).values(**row, seen_at=now)
    connection.execute(added.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}))


def forget_worker(connection: Connection, worker_id: str) -> None:
    """Note that a worker has ended in order."""
    connection.execute(delete(SpeechWorker).where(SpeechWorker.id == worker_id))


def forget_lost_workers(session: Session) -> None:
    """Forget those that have not been heard of for a day; PostgreSQL only."""
    long_ago = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, FORGOTTEN_S)
    session.execute(delete(SpeechWorker).where(SpeechWorker.seen_at < long_ago))


def speech_workers(session: Session, now: datetime) -> list[tuple[SpeechWorker, bool]]:
    """Return the workers, and of each whether it gives signs of life."""
    rows = session.scalars(select(SpeechWorker).order_by(SpeechWorker.place, SpeechWorker.id))
    return [(row, (now - row.seen_at).total_seconds() < SEEN_S) for row in rows]
