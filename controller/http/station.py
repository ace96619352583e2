"""Protocols for what the pages need of the running station; the composition root supplies them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from limits.storage import Storage

from controller.host.traces import Traces
from controller.model.bulletins import Rendering
from controller.model.enrolment import Welcome
from controller.model.outgoing import Outgoing
from controller.model.permissions import OperatorId
from controller.model.provider import ProviderWay
from controller.model.refusals import Refused
from controller.model.speech import Speech
from controller.model.times import Times
from controller.settings import Settings
from controller.store import Session, Store
from devices.ids import AreaCode, NodeId
from tts.orders import Progress
from tts.recordings import RecordingStore
from tts.uploads import UploadStore


class ChangeCounter(Protocol):
    """A counter that grows with every committed change, for threads that wait for one."""

    @property
    def number(self) -> int:
        """How many changes there have been."""

    def wait(self, after: int, timeout: float) -> int:
        """Wait until the number is above `after`, at most `timeout` seconds; return it."""


class RefusalLog(Protocol):
    """Counts refusals and logs the counts on request; safe from any thread."""

    def note(self, refused: Refused, now: datetime) -> None:
        """Count one refusal; never blocks."""

    def write(self) -> None:
        """Write the counts to the log."""


class Trial(Protocol):
    """What the pages of a trial can do beside: its loudspeakers are simulated, its passwords are known."""

    def passwords(self) -> Mapping[str, str]:
        """Return the first passwords that are still in their file, by sign-in name."""

    def plug(self, node: NodeId, *, is_in: bool) -> None:
        """Take the power from a simulated loudspeaker, or give it back."""


class Station(Protocol):
    """The running station as pages see it; every member is safe from any thread."""

    store: Store
    """The database."""
    recordings: RecordingStore
    """The finished recordings, by digest."""
    uploads: UploadStore
    """The uploaded sound files, by digest."""
    label: str
    """The name in the header of the pages, such as “Khánh Hòa”."""
    counters: Storage
    """Where rate limits are counted that hold for all processes together."""
    settings: Settings
    """The settings in force; secrets in them must never be put on a page."""
    traces: Traces
    """Where the request that plans an airing is told, for its trace."""
    makes_backups: bool
    """Whether this is the station that leads: its home folder is what a backup copies."""
    provider: ProviderWay | None
    """How people sign in by an OpenID provider; None: by passwords alone."""

    @property
    def changes(self) -> ChangeCounter:
        """Grows when something was committed or a rendering made progress."""

    @property
    def speech(self) -> Speech:
        """How a submitted bulletin is to be spoken."""

    @property
    def require_totp(self) -> bool:
        """Whether approvers, technicians and administrators must have a second factor."""

    def first_administrator(self, *, code: str, name: str, display_name: str, password: str) -> None:
        """Open the first administrator's account with its one-time code, or raise LoaError."""

    def welcome(self) -> Welcome:
        """Data for a node that enrols, besides its own name and password."""

    def now(self) -> datetime:
        """The controller's clock, aware UTC."""

    def rendering_progress(self, rendering: Rendering) -> Progress | None:
        """Progress of a rendering; None if it is not being spoken now."""

    def sample(self, text: str, area: AreaCode, speech: Speech | None = None) -> bytes:
        """Speak a short text with an area's lexicon; return MP3. Bounded, one at a time; raises LoaError.

        `speech`: None: as the bulletins of the area are spoken.
        """

    def sample_phrase(self, spoken: str, place: int, by: OperatorId, speech: Speech) -> bytes:
        """Speak one phrase of a sentence that was read already; return MP3. One a person; raises LoaError."""

    def speak_ahead(self, by: OperatorId, sentences: Iterable[str], speech: Speech) -> None:
        """Have the sentences of what a person writes spoken when there is time; never blocks."""

    def wake(self) -> None:
        """Run the periodic work at once, because a person is waiting."""

    @property
    def times(self) -> Times:
        """Lead times of the station: an emergency starts one lead time after the call."""

    def make_way(self) -> None:
        """Have receipts and periodic work wait for a second: an emergency or a stop is about to be signed.

        Only for who may do it: somebody who may not would hold up the receipts of the province.
        """

    def sign(self, session: Session, areas: Collection[AreaCode]) -> list[Outgoing]:
        """Sign the changed plans of these areas in the transaction of the urgent act."""

    def publish_now(self, outgoing: Iterable[Outgoing]) -> None:
        """Publish at once the plans that were signed and committed, then wake the periodic work."""

    @property
    def security(self) -> RefusalLog:
        """Counts refused requests."""

    @property
    def trial(self) -> Trial | None:
        """What a trial can do beside; None at a station with real loudspeakers."""

    def parts_up(self) -> Mapping[str, bool]:
        """Whether each part works that the station cannot do without, beside its database."""

    def broker_up(self) -> bool:
        """Whether the station is connected to its MQTT broker."""
