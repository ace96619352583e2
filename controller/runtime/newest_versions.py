"""The newest versions of keys, policies and places for each node, for its clock replies; docs/protocol.md."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from controller.errors import Unavailable
from controller.features.areas.queries import area_tree
from controller.features.plans.queries import versions_in_force
from controller.model.fleet import Node
from controller.model.plan_states import DocumentKind
from controller.store import Store
from devices.ids import AreaCode, NodeId

_LOG = logging.getLogger(__name__)

READ_EVERY_S: Final = 10.0
"""A revocation is told of so late at the most; one read of 5,000 nodes takes some 10 ms."""

Versions = dict[AreaCode, int]


@dataclass(frozen=True, slots=True)
class Newest:
    """What the broker has taken for a loudspeaker: key sets and policies, by area; its place, if it moved."""

    keys: Versions = field(default_factory=dict)
    policies: Versions = field(default_factory=dict)
    place: int | None = None


NOTHING: Final = Newest()


@dataclass
class NewestVersions:
    """Remembers the versions for some seconds: thousands of replies are made from one read."""

    store: Store
    now: Callable[[], datetime]
    steady: Callable[[], float] = time.monotonic
    _of: dict[NodeId, Newest] = field(default_factory=dict)
    _read_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, node: NodeId) -> Newest:
        """Return what is newest for a node; nothing for an unknown one."""
        with self._lock:
            if self._read_at is None or self.steady() - self._read_at > READ_EVERY_S:
                self._read_at = self.steady()
                self._renew()
        return self._of.get(node, NOTHING)

    def _renew(self) -> None:
        """Read the versions; without a database the former ones go on: nobody may lose the time for it."""
        try:
            self._of = self._read()
        except (Unavailable, SQLAlchemyError) as error:
            _LOG.warning("the newest versions of keys and policies cannot be read: %s", error)

    def _read(self) -> dict[NodeId, Newest]:
        with self.store.read() as session:
            tree = area_tree(session)
            keys = versions_in_force(session, DocumentKind.KEYS, self.now())
            policies = versions_in_force(session, DocumentKind.POLICY, self.now())
            places = versions_in_force(session, DocumentKind.PLACE, self.now())
            nodes = session.execute(select(Node.id, Node.area).where(Node.retired_at.is_(None))).all()
        of_area = {}
        for area in {area for _, area in nodes}:
            lineage = tuple(reversed(tree.lineage(area)))
            of_area[area] = Newest(
                {one: keys[one] for one in lineage if one in keys},
                {one: policies[one] for one in lineage if one in policies},
            )
        return {
            node: replace(of_area[area], place=places[node]) if node in places else of_area[area]
            for node, area in nodes
        }
