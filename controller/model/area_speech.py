"""Rows of how the bulletins of an area are spoken where nobody chose otherwise."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import Base, UtcDateTime, Word
from controller.model.permissions import OperatorId
from controller.model.wording import LONGEST_ENGINE, LONGEST_VOICE, ReadingPace, Rests
from devices.ids import AreaCode
from tts.normalization import Register


class AreaSpeech(Base):
    """What an area has of its own, with all below it; what is empty comes from above, at last the settings.

    `pace` is beside the station's speed. Recordings keep what they were made with.
    """

    __tablename__ = "area_speech"

    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    engine: Mapped[str] = mapped_column(String(LONGEST_ENGINE), default="")
    voice: Mapped[str] = mapped_column(String(LONGEST_VOICE), default="")
    pace: Mapped[ReadingPace | None] = mapped_column(Word(ReadingPace))
    register: Mapped[Register | None] = mapped_column(String(20))
    rests: Mapped[Rests | None] = mapped_column(Word(Rests))
    set_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
