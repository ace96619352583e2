"""JSON shapes of voices that are offered, and of how the bulletins of an area are spoken."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View
from controller.model.wording import LONGEST_ENGINE, LONGEST_VOICE, ReadingPace, Rests
from tts.normalization import Register

Engine = Annotated[
    str, Field(max_length=LONGEST_ENGINE, description='Who speaks, of `/speech/voices`; "": as in its area.')
]
VoiceName = Annotated[
    str, Field(max_length=LONGEST_VOICE, description='A voice of that engine; "" is its first one.')
]
RegisterAsked = Annotated[
    Register | None,
    Field(
        description="`radio`: as an announcer says it; `literal`: all that is written; null: as in its area."
    ),
]

RestsAsked = Annotated[
    Rests | None,
    Field(
        description="Rests between phrases. Null: as above; at last `wide` where neighbours speak in turns."
    ),
]


class VoiceOffered(View):
    """A voice that bulletins may be spoken with here."""

    engine: str
    voice: str
    title: str = Field(description="What people call it.")


class AreaSpeechAsked(Command):
    """How an area's bulletins are spoken where nobody chose otherwise; what is left out comes from above."""

    area: Code
    engine: Engine = ""
    voice: VoiceName = ""
    pace: ReadingPace | None = Field(None, description="How fast, beside the station's speed.")
    reading_register: RegisterAsked = None
    rests: RestsAsked = None


class AreaSpeechShown(View):
    """What an area has of its own of how its bulletins are spoken; what is empty comes from above."""

    area: str
    engine: str
    voice: str
    pace: ReadingPace | None
    reading_register: Register | None
    rests: Rests | None
    set_by: str = Field(description="The name by which that person signs in.")
    set_at: dt.datetime
