"""Threads that claim renderings, speak them, and hand over what was made; decision 150.

They run in the station that leads and in each `loa speech-worker`. `renderer.py` takes in what they hand
over.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from controller.errors import LoaError
from controller.features.bulletins.claims import (
    Claim,
    claim_rendering,
    give_back,
    hand_over,
    note_lack,
    renew_claim,
)
from controller.features.bulletins.queries import get_bulletin, waiting_renderings
from controller.features.bulletins.renderings import BROKE_OFF
from controller.model.bulletin_states import RenderingId
from controller.model.bulletins import Rendering
from controller.runtime.changes import Changes
from controller.runtime.speech_orders import order_of
from controller.settings import Settings
from controller.store import Store
from devices.ids import Grade
from tts.errors import DamagedSound, EngineFailed, EngineUnavailable, NoSpace, SpeechError, StoreAway
from tts.recordings import RecordingStore
from tts.studio import LevelOrder, OnProgress, Progress, Rendered, RenderOrder, Studio
from tts.uploads import UploadStore

_LOG = logging.getLogger(__name__)

Order = RenderOrder | LevelOrder
Ended = dict[Claim, dict[str, Any] | None]
"""What one lane is to hand over; None: to give back. Kept until the database has it."""
CLAIM_S: Final = 30.0
"""Seconds for which a worker has a rendering without renewing: what is lost at most when it is killed."""
_RENEWED_EVERY: Final = 1 / 6
"""Of that time: five renewals may fail in a row."""
IDLE_S: Final = 5.0
"""Seconds between two looks without a wake."""
_TOLD_EVERY_S: Final = 1.0
"""Seconds between two notes of how far a rendering is."""
_LOOKED_AT: Final = 20
"""Waiting renderings that one look considers: those that this machine cannot make are passed over."""
_AVOIDED_S: Final = 60.0
"""Seconds for which a rendering is left to others that failed or cannot be made here."""
_LEFT_FOR_S: Final = 5.0
"""Seconds for which one is left alone whose store did not answer: an alarm's text may be among them."""
_MOST_AVOIDED: Final = 1_000
_OF_THE_MACHINE: Final = (EngineFailed, EngineUnavailable, NoSpace)
"""Faults that another machine may not have."""


class NotWanted(Exception):  # noqa: N818 - it says what happened
    """What is being spoken is not wanted any more, or is given back because the program ends."""


@dataclass
class RenderingLanes:
    """So many bulletins at once, and a lane more for what may be called as an emergency, which never waits.

    `settings`: None: nothing may be made now. `life_s`: see `claims`; None: of the station. `lack`: why an
    order cannot be made here, in a sentence.
    """

    store: Store
    studio: Studio
    recordings: RecordingStore
    uploads: UploadStore
    settings: Callable[[], Settings | None]
    now: Callable[[], datetime]
    count: int
    worker: str
    changed: Callable[[], None] = lambda: None
    on_handed_over: Callable[[], None] = lambda: None
    life_s: float | None = None
    lack: Callable[[Rendering, Order], str | None] = lambda _rendering, _order: None
    steady: Callable[[], float] = time.monotonic
    _held: dict[Claim, Progress | None] = field(default_factory=dict)
    _lost: set[Claim] = field(default_factory=set)
    _avoided: dict[RenderingId, float] = field(default_factory=dict)
    _wakes: Changes = field(default_factory=Changes)
    _closing: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to make recordings."""
        lanes = [(f"renderer-{number}", False) for number in range(self.count)]
        for name, urgent_only in [*lanes, ("renderer-urgent", True)]:
            thread = threading.Thread(target=self._run, args=(urgent_only,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        if not self.store.is_sqlite:
            threading.Thread(target=self._keep, name="claims", daemon=True).start()

    def drain(self, seconds: float) -> None:
        """Begin nothing more, and wait at most so long for what is being made."""
        self._closing.set()
        self._wakes.note()
        until = self.steady() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - self.steady()))

    def stop(self) -> None:
        """Give back what is being made; the caller stops the studio, which ends the phrase in progress."""
        self._stopping.set()
        self.drain(10)

    def wake(self) -> None:
        """Look for waiting renderings at once."""
        self._wakes.note()

    @property
    def is_busy(self) -> bool:
        """Whether a recording is being made here."""
        return bool(self._held)

    def progress(self, rendering: RenderingId) -> Progress | None:
        """Return how far a recording is; None: it is not made here."""
        return next((told for claim, told in list(self._held.items()) if claim.rendering == rendering), None)

    # --- claiming

    def _run(self, urgent_only: bool) -> None:  # noqa: FBT001 - of a thread
        ended: Ended = {}
        while not self._closing.is_set():
            seen = self._wakes.number
            try:
                self._settle(ended)
                taken = self._taken(ended, urgent_only=urgent_only)
                if taken is not None:
                    claim, order = taken
                    ended[claim] = self._made(claim, order)
                    self._settle(ended)
                    continue
            except (LoaError, StoreAway) as error:
                _LOG.warning("recordings cannot be made now: %s (%s)", error.sentence, error.code)
            except Exception:  # noqa: BLE001 - after any failure the next bulletin must still be rendered
                _LOG.exception("rendering failed; it is tried again")
            self._wakes.wait(seen, IDLE_S)

    def _taken(self, ended: Ended, *, urgent_only: bool) -> tuple[Claim, Order] | None:
        """Claim the first waiting rendering that can be made here; raises StoreAway before any is claimed."""
        settings = self.settings()
        if settings is None or not (found := self._first(settings, urgent_only=urgent_only)):
            return None
        rendering, order = found
        claim = Claim(rendering, secrets.token_hex(16))
        ended[claim] = None  # before the commit, whose outcome may be unknown: then it is given back
        with self.store.write() as session:
            is_mine = claim_rendering(session, claim, worker=self.worker, life_s=self.life_s, now=self.now())
            if is_mine:
                self._held[claim] = None
        del ended[claim]
        if not is_mine:
            self._wakes.note()  # another machine was faster: look again
            return None
        if isinstance(order, str):
            ended[claim] = {"fault": "rendering.lacks", "sentence": order, "again": True}
            self._settle(ended)
            return None
        return claim, order

    def _first(self, settings: Settings, *, urgent_only: bool) -> tuple[RenderingId, Order | str] | None:
        """Return the first that waits and can be made here; a sentence: it cannot be, and nobody else may.

        A worker leaves what it cannot make to others for a while, and notes why. What waits for a store that
        does not answer keeps nothing else waiting; StoreAway where there is nothing else.
        """
        avoided = [one for one in list(self._avoided) if self._is_avoided(one)]
        with self.store.read() as session:
            waiting = waiting_renderings(session, _LOOKED_AT, urgent_only=urgent_only, but=avoided)
        if waiting:
            self.recordings.check()
        away: StoreAway | None = None
        for rendering in waiting:
            try:
                order = self._order(rendering, settings)
            except StoreAway as error:
                away = error
                continue
            if not isinstance(order, str):
                return rendering.id, order
            _LOG.warning("rendering %s: %s", rendering.id, order)
            self._avoid(rendering.id)
            if self.life_s is None:
                return rendering.id, order
            with self.store.write(decides=False) as session:
                note_lack(session, rendering.id, order)
        if away is not None:
            raise away
        return None

    def _order(self, rendering: Rendering, settings: Settings) -> Order | str:
        """Return the studio's order, or why it cannot be made here."""
        try:
            with self.store.read() as session:
                order = order_of(
                    session,
                    rendering,
                    settings,
                    self.recordings,
                    self.uploads,
                    is_strict=self.life_s is not None,
                )
                grade = get_bulletin(session, rendering.bulletin).highest_grade
        except FileNotFoundError:
            return f"Thiếu tệp âm thanh cần ghép ở {self.worker}. Hãy báo kỹ thuật viên."
        except DamagedSound as error:
            return error.sentence
        return self.lack(rendering, order) or replace(order, urgent=grade == Grade.EMERGENCY)

    def _is_avoided(self, rendering: RenderingId) -> bool:
        return self._avoided.get(rendering, 0.0) > self.steady()

    def _avoid(self, rendering: RenderingId, seconds: float = _AVOIDED_S) -> None:
        if len(self._avoided) >= _MOST_AVOIDED:
            self._avoided.clear()
        self._avoided[rendering] = self.steady() + seconds

    # --- speaking

    def _made(self, claim: Claim, order: Order) -> dict[str, Any] | None:
        """Speak it, and return what is to be handed over; None: it is given back, or was lost meanwhile."""
        began = self.steady()
        try:
            rendered = self._spoken(order, lambda progress: self._note(claim, progress))
            return {"rendered": asdict(rendered), "seconds": self.steady() - began}
        except NotWanted:
            return None
        except StoreAway as error:
            _LOG.warning("rendering %s waits for the store of sounds (%s)", claim.rendering, error.code)
            self._avoid(claim.rendering, _LEFT_FOR_S)
            return None
        except SpeechError as error:
            # stopped with the studio: it is made again, here or elsewhere
            return None if self._stopping.is_set() else self._fault_of(claim, error)
        except Exception:  # noqa: BLE001 - others may try, a limited number of times
            _LOG.exception("rendering %s broke off", claim.rendering)
            return {"fault": "rendering.broke-off", "sentence": BROKE_OFF, "again": True}
        finally:
            self.changed()

    def _spoken(self, order: Order, tell: OnProgress) -> Rendered:
        if isinstance(order, LevelOrder):
            return self.studio.level(order, tell)
        return self.studio.render(order, tell)

    def _fault_of(self, claim: Claim, error: SpeechError) -> dict[str, Any]:
        _LOG.warning("rendering %s: %s (%s)", claim.rendering, error.sentence, error.code)
        may_others = self.life_s is not None and isinstance(error, _OF_THE_MACHINE)
        if may_others:
            self._avoid(claim.rendering)
        return {"fault": error.code, "sentence": error.sentence, "again": may_others}

    def _note(self, claim: Claim, progress: Progress) -> None:
        if self._stopping.is_set() or claim in self._lost:
            raise NotWanted
        self._held[claim] = progress
        self.changed()

    def _settle(self, ended: Ended) -> None:
        """Hand over and give back; what the database does not take now is kept for the next time."""
        for claim, made in list(ended.items()):
            with self.store.write() as session:
                is_mine = give_back(session, claim) if made is None else hand_over(session, claim, made)
            if not is_mine and claim in self._held:
                _LOG.warning("rendering %s was taken over by another machine", claim.rendering)
            ended.pop(claim)
            self._held.pop(claim, None)
            self._lost.discard(claim)
            self.on_handed_over()

    # --- renewing, and telling how far it is; PostgreSQL only

    def _keep(self) -> None:
        told: dict[Claim, tuple[float, Progress | None]] = {}
        while not self._stopping.is_set() or any(thread.is_alive() for thread in self._threads):
            try:
                told = self._renewed(told)
            except LoaError as error:
                _LOG.warning("claims are not renewed: %s (%s)", error.sentence, error.code)
            except Exception:  # noqa: BLE001 - without this thread every claim would expire
                _LOG.exception("claims are not renewed")
            time.sleep(_TOLD_EVERY_S)

    def _is_renewed(self, claim: Claim, progress: Progress | None, *, is_news: bool) -> bool:
        if is_news:
            with self.store.write(decides=False) as session:
                return renew_claim(session, claim, progress, self.life_s)
        with self.store.apart() as connection:  # no page is to be drawn anew for it
            return renew_claim(connection, claim, progress, self.life_s)

    def _renewed(
        self, told: dict[Claim, tuple[float, Progress | None]]
    ) -> dict[Claim, tuple[float, Progress | None]]:
        """Renew what is due and what went on; return when each claim was renewed, with what."""
        now = self.steady()
        kept = {claim: told[claim] for claim in list(self._held) if claim in told}
        for claim, progress in list(self._held.items()):
            at, noted = kept.get(claim, (float("-inf"), None))
            is_due = self.life_s is not None and now - at >= self.life_s * _RENEWED_EVERY
            if claim in self._lost or not (is_due or progress != noted):
                continue
            is_mine = self._is_renewed(claim, progress, is_news=progress != noted)
            if not is_mine:
                self._lost.add(claim)
            kept[claim] = now, progress
        return kept
