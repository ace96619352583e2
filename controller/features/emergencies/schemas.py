"""Shapes of emergencies for programs."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.accounts.passkey_schemas import DeviceChosen, TouchGiven
from controller.http.schemas import Code, Command, View
from controller.model.airing_states import AiringState
from controller.model.emergency_states import LOUDEST, Kind, Standing
from devices.plan import EMERGENCY_FLOOR

_MINUTES_A_DAY = 1440
_Areas = Annotated[list[Code], Field(min_length=1, max_length=1000)]
_CodeOfTelephone = Annotated[str, Field(max_length=100)]
_Password = Annotated[str, Field(max_length=500)]
"""It opens the key that the call is signed with."""


class ReadinessShown(View):
    """How many nodes a call would reach now."""

    nodes: int
    online: int
    held: int = Field(description="Nodes that hold the recording, online or not.")
    ready: int = Field(description="Nodes that hold it and are online: they sound within the second.")


class PreparedShown(View):
    """One prepared recording with its reach in the areas that were asked about."""

    id: str
    kind: Kind
    template: str | None
    title: str
    bulletin: str
    area: Code
    is_approved: bool = Field(description="Only what is approved is held by nodes, and may be called.")
    approval_expires_at: datetime | None
    recording: str | None
    duration_ms: int | None
    is_alert: bool = Field(description="Whether it begins with the alert tone.")
    readiness: ReadinessShown


class TemplateShown(View):
    """One built-in text."""

    key: str
    kind: Kind
    title: str
    text: str


class TemplatesShown(View):
    """What can be called here, what a call would interrupt, and the built-in texts to prepare more from."""

    prepared: list[PreparedShown]
    sounding: list[str] = Field(description="Airings that sound there now and would be interrupted.")
    templates: list[TemplateShown]


class Prepare(Command):
    """Have nodes hold a recording ready: from a built-in text, or an existing bulletin of a kind."""

    area: Code
    template: str | None = None
    bulletin: str | None = None
    kind: Kind = Kind.ALARM


class Proved(Command):
    """The person's password, to sign with, and the code of their second factor; or a device's answer."""

    password: _Password = ""
    code: _CodeOfTelephone | None = None
    passkey: TouchGiven | None = Field(
        None, description="In place of both: what a device answered to `…/passkey`."
    )


class WantedEmergency(Command):
    """Call an emergency: `prepared`, or any approved `bulletin`.

    With `alone_because` one person starts it at once, and says why; else a second person must confirm.
    """

    areas: _Areas
    prepared: str | None = None
    bulletin: str | None = None
    volume: Annotated[int, Field(ge=EMERGENCY_FLOOR, le=100)] = LOUDEST
    minutes: Annotated[int, Field(ge=1, le=_MINUTES_A_DAY)] = 60
    alone_because: Annotated[str, Field(max_length=1000)] | None = None


class CallEmergency(Proved, WantedEmergency):
    """A call, and how its person signs it."""


class AskCall(DeviceChosen, WantedEmergency):
    """Which of one's devices is to sign a call."""


class Confirm(Proved):
    """How the second person signs."""


class ClearsBy(Command):
    """With which prepared all-clear an emergency ends."""

    prepared: str


class AllClear(Proved, ClearsBy):
    """An all-clear, and how its person signs it."""


class AskAllClear(DeviceChosen, ClearsBy):
    """Which of one's devices is to sign an all-clear."""


class Test(Command):
    """Which prepared test sounds where."""

    areas: _Areas
    prepared: str
    volume: Annotated[int, Field(ge=EMERGENCY_FLOOR, le=100)] = 70


class StopWhere(Command):
    """Where everything that was called shall end."""

    areas: _Areas
    reason: Annotated[str, Field(max_length=1000)] = ""


class EmergencyShown(View):
    """One emergency, all-clear or test, with its reach."""

    id: str
    kind: Kind
    state: Standing
    is_running: bool = Field(description="Nodes are to sound it now.")
    title: str
    bulletin: str
    prepared: str | None
    areas: list[Code]
    volume: int
    called_by: str
    called_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    alone_because: str | None = Field(description="One person broke the glass, for this reason.")
    airing: str | None
    airing_state: AiringState | None
    starts_at: datetime | None
    ends_at: datetime | None
    clears: str | None
    ended_at: datetime | None
    end_reason: str | None
    nodes: int
    started: int
