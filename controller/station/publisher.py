"""Makes the broker hold what the database wants; see docs/architecture.md (the signed plan)."""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from controller.plans.queries import Outgoing, retained_state, unacknowledged
from controller.plans.usecases import acknowledge, refresh_plans
from controller.store import Store
from devices.link_api import AnyLink, LinkBusy, LinkDown, Pending
from devices.signing import SigningKey

_LOG = logging.getLogger(__name__)

_ACKNOWLEDGED_WITHIN = 10.0  # seconds; the next beat tries again
_WINDOW = 64  # retained messages on their way at once: a province has some 200


@dataclass
class Publisher:
    """Compares wanted with published, signs the difference, sends it, and notes what the broker took.

    A new document is committed before it is sent, and noted as taken after the broker said so. Whatever
    happens in between is healed by the next beat, or by the next start: it is sent again, unchanged.
    """

    store: Store
    link: AnyLink
    key: SigningKey
    now: Callable[[], datetime]
    _all_again: threading.Event = field(default_factory=threading.Event)

    def connected(self) -> None:
        """Note that the broker may have lost everything; cheap, for the link's own thread."""
        self._all_again.set()

    def renew(self) -> None:
        """After a connect, give the broker again what it once took; nodes then tell what we missed.

        Whatever breaks it off (the broker, the database), the next beat begins anew.
        """
        if not self.link.is_up or not self._all_again.is_set():
            return
        with contextlib.ExitStack() as unless_done:
            unless_done.callback(self._all_again.set)
            self._all_again.clear()
            with self.store.read() as session:
                waiting = {document.published_id for document in unacknowledged(session)}
                taken = [one for one in retained_state(session) if one.published_id not in waiting]
            try:
                self._send(taken)
            except LinkDown:
                _LOG.warning("the broker went away while it was given its retained state again")
            else:
                unless_done.pop_all()

    def beat(self) -> None:
        """Sign what is wanted and new, and send what the broker has not taken yet."""
        with self.store.write() as session:
            refresh_plans(session, station_key=self.key, now=self.now())
        if not self.link.is_up:
            return
        with self.store.read() as session:
            outgoing = unacknowledged(session)
        try:
            self._send(outgoing)
        except LinkDown:
            _LOG.warning("the broker went away while plans were sent; they are sent when it is back")

    def _send(self, outgoing: list[Outgoing]) -> None:
        for at in range(0, len(outgoing), _WINDOW):
            pending: list[tuple[Outgoing, Pending]] = []
            try:
                for document in outgoing[at : at + _WINDOW]:
                    sent = self._publish(document)
                    pending.append((document, sent))
            finally:
                taken = [document for document, sent in pending if sent.wait(_ACKNOWLEDGED_WITHIN)]
                if taken:
                    with self.store.write() as session:
                        for document in taken:
                            acknowledge(
                                session, document.published_id, version=document.version, now=self.now()
                            )

    def _publish(self, document: Outgoing) -> Pending:
        try:
            return self.link.publish(document.topic, document.payload, 1, retain=True)
        except LinkBusy:
            threading.Event().wait(0.2)
            return self.link.publish(document.topic, document.payload, 1, retain=True)
