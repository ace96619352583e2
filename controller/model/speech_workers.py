"""Machines that speak beside the station, and on what terms they do: docs/decisions/150-speech-workers.md."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime

WORKER_LENGTH = 200
"""Characters of a worker's machine and process, in words."""


class SpeechWorker(Base):
    """A running `loa speech-worker`; its row goes when it ends in order. Times are the database's.

    `voices`: bulletins that it speaks at once, those that may be called aside.
    """

    __tablename__ = "speech_workers"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    place: Mapped[str] = mapped_column(String(WORKER_LENGTH))
    voices: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SpeechTerms(Base):
    """What the station that leads says of every recording (`id` 1), so that all machines make the same one.

    `software`: its release. `settings`: loudness, bit rates and the like. `models`: voices that were added to
    it, the first one first, each a name and the digests of its files.
    """

    __tablename__ = "speech_terms"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    software: Mapped[str] = mapped_column(String(100))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    models: Mapped[list[list[str]]] = mapped_column(JSON)
