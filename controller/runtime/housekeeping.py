"""Beats that can wait: what is planned ahead, what was aired, and what is old; each asks what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.features.accounts.sessions import sweep_sessions
from controller.features.bulletins.sound_uploads import sweep_uploads, uploads_needed
from controller.features.expiries.approvals import tell_ahead
from controller.features.fleet.vitals_log import drop_old_vitals, thin_vitals
from controller.features.journal.security_log import sweep_security_log
from controller.features.legal_acts.service import end_acts
from controller.features.rebroadcast.service import air_again
from controller.features.reports.service import note_aired
from controller.features.schedules.occurrence_making import make_occurrences
from controller.runtime.recording_cleanup import Tidying
from controller.settings import Settings
from controller.store import Store
from schedules.clock import Beat
from tts.uploads import UploadStore

_PLAN_AHEAD_EVERY = timedelta(minutes=1)
_PLAN_AHEAD_BATCHES = 40  # short transactions of one beat; what is left waits for the next, days ahead
_NOTE_AIRED_EVERY = timedelta(seconds=15)
_NOTE_AIRED_BATCHES = 50  # one airing each, of up to some thousand nodes; what is left waits for the next
_KEEP_HOUSE_EVERY = timedelta(minutes=10)
_THINNING_BATCHES = 40  # short transactions of one beat: 1,000 nodes; 5,000 are through within an hour


@dataclass
class Housekeeping:
    """Does it where `may_act`: this station alone holds the database, and its clock is believed."""

    store: Store
    settings: Settings
    uploads: UploadStore
    tidying: Tidying
    now: Callable[[], datetime]
    may_act: Callable[[], bool]
    renew_key: Callable[[], None]

    def beats(self) -> list[Beat]:
        """Return them."""
        return [
            Beat("plan-ahead", _PLAN_AHEAD_EVERY, self.plan_ahead),
            Beat("note-aired", _NOTE_AIRED_EVERY, self.note_aired),
            Beat("keep-house", _KEEP_HOUSE_EVERY, self.keep_house),
        ]

    def plan_ahead(self) -> None:
        """Make the airings of the coming days, and those that are aired again."""
        if not self.may_act():
            return
        with self.store.write() as session:
            end_acts(session, now=self.now())
        with self.store.write() as session:
            air_again(session, now=self.now())
        for _ in range(_PLAN_AHEAD_BATCHES):
            with self.store.write() as session:
                made = make_occurrences(session, now=self.now())
            if made.is_all:
                return

    def note_aired(self) -> None:
        """Put down what was heard of airings that have ended, and what late receipts tell of older ones."""
        if not self.may_act():
            return
        for _ in range(_NOTE_AIRED_BATCHES):
            with self.store.write() as session:
                if not note_aired(session, now=self.now()):
                    return

    def keep_house(self) -> None:
        """Renew the station's key when it is due, tell of what ends, and throw away what is old."""
        if not self.may_act():
            return
        self.renew_key()
        with self.store.write() as session:
            tell_ahead(session, now=self.now())
        with self.store.write() as session:
            sweep_sessions(session, self.now())
            sweep_security_log(session, now=self.now(), days=self.settings.security_log_days)
            drop_old_vitals(session, now=self.now())
        for _ in range(_THINNING_BATCHES):
            with self.store.write() as session:
                if not thin_vitals(session, now=self.now()):
                    break
        with self.store.read() as session:
            needed = uploads_needed(session)
        sweep_uploads(self.uploads, needed, self.now())
        self.tidying.look()
