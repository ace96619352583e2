"""Periodic tasks that are not urgent: planning ahead, the as-aired log, and deleting old data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from controller.features.accounts.sessions import sweep_sessions
from controller.features.bulletins.sound_uploads import sweep_uploads, uploads_needed
from controller.features.drills.results import judge_drills
from controller.features.emergencies.rings import close_lapsed
from controller.features.expiries.approvals import tell_ahead
from controller.features.expiries.troubles import tell_of_troubles
from controller.features.fleet.vitals_log import drop_old_vitals, thin_vitals
from controller.features.journal.security_log import sweep_security_log
from controller.features.legal_acts.service import end_acts
from controller.features.notices.announcements import sweep_announcements
from controller.features.notices.outbox import sweep_messages
from controller.features.rebroadcast.service import air_again
from controller.features.reports.service import note_aired
from controller.features.reports.sums import sum_aired
from controller.features.schedules.occurrence_making import make_occurrences
from controller.host.interpreter import return_freed_memory
from controller.runtime.give_way import GiveWay
from controller.runtime.receipt_removal import ReceiptRemover
from controller.runtime.recording_cleanup import Tidying
from controller.settings import Settings
from controller.store import Session, Store
from schedules.clock import Beat
from tts.uploads import UploadStore

_PLAN_AHEAD_EVERY = timedelta(minutes=1)
_PLAN_AHEAD_BATCHES = 40  # short transactions in one run; the rest waits for the next run, days ahead
_NOTE_AIRED_EVERY = timedelta(seconds=15)
_NOTE_AIRED_BATCHES = 50  # airings in one run, each of up to some thousand nodes; the rest waits for the next
_SUMMING_BATCHES = 40  # short transactions in one run; three past years of a province are some 1,200, once
_KEEP_HOUSE_EVERY = timedelta(minutes=10)
_RETURN_MEMORY_EVERY = timedelta(seconds=30)
_THINNING_BATCHES = 40  # short transactions in one run: 1,000 nodes; 5,000 nodes take less than an hour


@dataclass
class Housekeeping:
    """Runs the tasks while `may_act` is true: only this station has the database, and its clock is right."""

    store: Store
    settings: Settings
    uploads: UploadStore
    tidying: Tidying
    now: Callable[[], datetime]
    may_act: Callable[[], bool]
    renew_key: Callable[[], None]
    way: GiveWay = field(default_factory=GiveWay, kw_only=True)

    def __post_init__(self) -> None:
        self.removing = ReceiptRemover(self.store, self.settings, self.now, self.may_act)

    def beats(self) -> list[Beat]:
        """Return the periodic tasks."""
        return [
            Beat("plan-ahead", _PLAN_AHEAD_EVERY, self.plan_ahead),
            Beat("note-aired", _NOTE_AIRED_EVERY, self.note_aired),
            Beat("keep-house", _KEEP_HOUSE_EVERY, self.keep_house),
            Beat("return-memory", _RETURN_MEMORY_EVERY, return_freed_memory),
        ]

    def plan_ahead(self) -> None:
        """Make the airings of the coming days, and repeats of earlier airings."""
        if not self.may_act():
            return
        with self.store.write() as session:
            end_acts(session, now=self.now())
        with self.store.write() as session:
            close_lapsed(session, now=self.now())
            tell_of_troubles(session, now=self.now())
        with self.store.write() as session:
            air_again(session, now=self.now())
        self._batches(
            lambda session: not make_occurrences(session, now=self.now()).is_all, _PLAN_AHEAD_BATCHES
        )

    def note_aired(self) -> None:
        """Write the as-aired log of airings that have ended, with late receipts; judge drills, sum it up."""
        if not self.may_act():
            return
        self._batches(lambda session: note_aired(session, now=self.now()), _NOTE_AIRED_BATCHES)
        self._batches(lambda session: judge_drills(session, now=self.now()), _NOTE_AIRED_BATCHES)
        self._batches(sum_aired, _SUMMING_BATCHES)

    def keep_house(self) -> None:
        """Renew the station's key when due, notify of what expires, and delete old data."""
        if not self.may_act():
            return
        self.renew_key()
        with self.store.write() as session:
            tell_ahead(session, now=self.now())
        with self.store.write() as session:
            sweep_sessions(session, self.now())
            sweep_security_log(session, now=self.now(), days=self.settings.security_log_days)
            drop_old_vitals(session, now=self.now())
            sweep_messages(session, now=self.now())
            sweep_announcements(session, now=self.now())
        self._batches(lambda session: thin_vitals(session, now=self.now()), _THINNING_BATCHES)
        with self.store.read() as session:
            needed = uploads_needed(session)
        sweep_uploads(self.uploads, needed, self.now())
        self.tidying.look()
        self.removing.look()

    def _batches(self, write_some: Callable[[Session], object], most: int) -> None:
        """Write in short transactions until one finds no more, at most so many; calls go between two."""
        for _ in range(most):
            self.way.wait()
            with self.store.write() as session:
                if not write_some(session):
                    return
