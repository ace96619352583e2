"""JSON shapes of key sets."""

from datetime import datetime

from controller.http.schemas import View
from devices.ids import Role


class KeyShown(View):
    """An active key. `is_trusted`: the key set that loudspeakers have names it."""

    kid: str
    role: Role
    holder: str
    not_before: datetime
    not_after: datetime
    is_trusted: bool


class KeysShown(View):
    """The active keys, the first to end first; for how many the key set is to be signed anew."""

    keys: list[KeyShown]
    to_sign_for: int


class RelianceShown(View):
    """A bulletin that would not be heard any more, and how often it is planned or prepared."""

    bulletin: str
    title: str
    alarms: int
    schedules: int
    airings: int


class FalloutShown(View):
    """What is void with a compromised key: bulletins in use, others, policies, places of loudspeakers."""

    kid: str
    role: Role
    holder: str
    silenced: list[RelianceShown]
    unused: int
    policies: list[str]
    places: int
