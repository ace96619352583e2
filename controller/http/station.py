"""What the pages need of the running station; the composition root supplies it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from controller.model.bulletin_states import RenderingId
from controller.model.enrolment import Welcome
from controller.model.outgoing import Outgoing
from controller.model.refusals import Refused
from controller.model.speech import Speech
from controller.model.times import Times
from controller.settings import Settings
from controller.store import Session, Store
from devices.ids import AreaCode
from tts.orders import Progress
from tts.recordings import RecordingStore
from tts.uploads import UploadStore


class ChangeCounter(Protocol):
    """A counter that grows with every committed change, for whoever waits for news."""

    @property
    def number(self) -> int:
        """How many changes there have been."""

    def wait(self, after: int, timeout: float) -> int:
        """Return the number once it is above `after`, at the latest after `timeout` seconds."""


class RefusalLog(Protocol):
    """Counts what is refused, and writes it down when it is told to; usable from any thread."""

    def note(self, refused: Refused, now: datetime) -> None:
        """Count one; never waits."""

    def write(self) -> None:
        """Write down what was counted."""


class Station(Protocol):
    """The running station, as far as a page may see it; every member may be used from any thread."""

    @property
    def store(self) -> Store:
        """The database."""

    @property
    def recordings(self) -> RecordingStore:
        """The finished recordings, named by digest."""

    @property
    def uploads(self) -> UploadStore:
        """The sound files as people brought them, named by digest."""

    @property
    def changes(self) -> ChangeCounter:
        """Tells when something was committed, or speech has come further."""

    @property
    def label(self) -> str:
        """The name that the pages carry at their head, such as “Khánh Hòa”."""

    @property
    def speech(self) -> Speech:
        """How a submitted bulletin is to be spoken."""

    @property
    def require_totp(self) -> bool:
        """Whether approvers, technicians and administrators must have a second factor."""

    def first_administrator(self, *, code: str, name: str, display_name: str, password: str) -> None:
        """Open the first administrator's account with its one-time code, or raise LoaError."""

    def welcome(self) -> Welcome:
        """What a node is told when it enrols, beside its own name and password."""

    def now(self) -> datetime:
        """The controller's clock, aware UTC."""

    def rendering_progress(self, rendering: RenderingId) -> Progress | None:
        """How far speech has come for a rendering; None when nothing is being spoken for it."""

    @property
    def settings(self) -> Settings:
        """The settings in force; secrets among them never reach a page."""

    def sample(self, text: str, area: AreaCode) -> bytes:
        """Return a short text spoken with an area's words, as MP3; bounded, one at a time, or LoaError."""

    def poke(self) -> None:
        """Have the beats run at once, because a person is waiting."""

    @property
    def times(self) -> Times:
        """The station's head starts: what is called begins after one of them."""

    def sign(self, session: Session, areas: Collection[AreaCode]) -> list[Outgoing]:
        """Sign what is new in these areas' plans, in the transaction of the act that cannot wait."""

    def hurry(self, outgoing: Iterable[Outgoing]) -> None:
        """Publish at once what was signed and committed, and poke."""

    @property
    def security(self) -> RefusalLog:
        """Counts what was refused."""

    def broker_up(self) -> bool:
        """Whether the station is connected to its MQTT broker."""
