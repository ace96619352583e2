"""JSON shapes of key sets."""

from datetime import date, datetime

from pydantic import Field

from controller.features.accounts.schemas import Proof
from controller.http.schemas import View
from devices.ids import Role


class KeyShown(View):
    """An active key. `is_trusted`: it is in the key set of the loudspeakers, for these areas and below."""

    kid: str
    role: Role
    holder: str
    not_before: datetime
    not_after: datetime
    is_trusted: bool
    area: str | None = Field(description="Null: the station's, or the key set must be signed again.")
    further_areas: list[str]


class KeysShown(View):
    """The active keys, earliest end first; the number of keys for which the key set must be signed again."""

    keys: list[KeyShown]
    to_sign_for: int


class RelianceShown(View):
    """A bulletin that would no longer be aired, and how often it is planned or prepared."""

    bulletin: str
    title: str
    alarms: int
    schedules: int
    airings: int


class CompromiseKey(Proof):
    """Since which day (wall time) the key is in other hands; null: since its first day, all is void."""

    since: date | None = None


class SilencedAiringShown(View):
    """An airing that would not be heard, or would stop."""

    airing: str
    title: str
    starts_at: datetime


class FalloutShown(View):
    """What a compromised key makes void: bulletins in use, others, policies, places of loudspeakers."""

    kid: str
    role: Role
    holder: str
    silenced: list[RelianceShown]
    unused: int
    policies: list[str]
    places: int
    airings: list[SilencedAiringShown] = Field(description="The next ones, at most 50.")
