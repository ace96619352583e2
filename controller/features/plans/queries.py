"""Reads of the documents retained at the broker."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.areas.queries import area_tree
from controller.model.accounts import HeldKey
from controller.model.areas import Area
from controller.model.outgoing import Outgoing
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.model.row_versions import version_of
from controller.store import one_read
from devices import topics
from devices.ids import AreaCode, KeyId, NodeId, RecordingId
from devices.roots import RootChain
from devices.statements import KeySet, Policy
from devices.wire_types import parse


def outgoing(row: Published) -> Outgoing:
    """Return the row as an outgoing message."""
    return Outgoing(topic_of(row.kind, row.target), row.payload.encode(), row.id, row.version)


def topic_of(kind: DocumentKind, target: str) -> str:
    """Return the topic of a published document."""
    return _TOPICS[kind](target)


_TOPICS: Final[dict[DocumentKind, Callable[[str], str]]] = {
    DocumentKind.ROOTS: lambda _: topics.ROOTS,
    DocumentKind.KEYS: lambda target: topics.keys(AreaCode(target)),
    DocumentKind.PLACE: lambda target: topics.place(NodeId(target)),
    DocumentKind.POLICY: lambda target: topics.policy(AreaCode(target)),
    DocumentKind.MANIFEST: lambda target: topics.manifest(RecordingId(target)),
    DocumentKind.PLAN: topics.plan,
    DocumentKind.HOME: lambda target: topics.home(AreaCode(target)),
}
_FIRST = tuple(_TOPICS)
"""Order of publishing: a node should know the keys before what they signed, and all before it moves."""
_OF_TARGET: Final = select(Published).where(
    Published.kind == bindparam("kind"), Published.target == bindparam("target")
)
_OF_TARGET_LOCKED: Final = _OF_TARGET.with_for_update()
_UNACKNOWLEDGED: Final = select(Published).where(Published.acknowledged_at.is_(None))


def unacknowledged(session: Session) -> list[Outgoing]:
    """Return the documents that the broker has not acknowledged, in publishing order."""
    rows = session.scalars(_UNACKNOWLEDGED).all()
    return [outgoing(row) for row in _ordered(rows)]


def retained_state(session: Session) -> list[Outgoing]:
    """Return all documents that the broker should retain, for a broker that lost them."""
    rows = session.scalars(select(Published).where(Published.payload != "")).all()
    return [outgoing(row) for row in _ordered(rows)]


def published(session: Session, kind: DocumentKind, target: str, *, lock: bool = False) -> Published | None:
    """Return the newest document of a kind for a target, or None."""
    query = _OF_TARGET_LOCKED if lock else _OF_TARGET
    return session.scalars(query, {"kind": kind, "target": target}).one_or_none()


def published_in(
    session: Session, kind: DocumentKind, targets: Collection[AreaCode]
) -> dict[AreaCode, Published]:
    """Return the newest document of a kind for each of some areas, as far as there is one."""
    query = select(Published).where(Published.kind == kind, Published.target.in_(targets))
    return {AreaCode(row.target): row for row in session.scalars(query)}


def published_policies(session: Session, area: AreaCode) -> list[Policy]:
    """Return the policies that bind an area's loudspeakers: its own and those above it."""
    rows = _of_lineage(session, DocumentKind.POLICY, area)
    return [parse(Policy, row.document) for row in rows]


def published_policy(session: Session, area: AreaCode) -> Policy | None:
    """Return an area's own policy, or None."""
    return policy_and_version(published(session, DocumentKind.POLICY, area))[0]


def version_of_policy(session: Session, area: AreaCode) -> str:
    """Return the version that a change of an area's own policy starts from; it depends on its content."""
    return policy_and_version(published(session, DocumentKind.POLICY, area))[1]


def policy_and_version(row: Published | None) -> tuple[Policy | None, str]:
    """Return the policy of a row, or None, and its version: see `published_policy`, `version_of_policy`."""
    if row is None or not row.payload:
        return None, version_of("")
    return parse(Policy, row.document), version_of(row.digest)


@one_read
def published_key_sets(session: Session) -> list[KeySet]:
    """Return the key sets in force, by area."""
    query = select(Published.document).where(Published.kind == DocumentKind.KEYS, Published.payload != "")
    return [parse(KeySet, document) for document in session.scalars(query.order_by(Published.target))]


@one_read
def known_key_sets(session: Session) -> list[KeySet]:
    """Return the key sets in force, or raise NotFound: none was ever signed."""
    key_sets = published_key_sets(session)
    if not key_sets:
        raise NotFound("Chưa có bộ khóa nào được ký.", code="keys.none")
    return key_sets


@one_read
def listed_keys(session: Session) -> frozenset[KeyId]:
    """Return the names of all keys in the key sets in force."""
    return frozenset(key.kid for key_set in published_key_sets(session) for key in key_set.keys)


@one_read
def published_roots(session: Session) -> RootChain:
    """Return the root sets since the first root key, oldest first; empty: the first one signs."""
    row = published(session, DocumentKind.ROOTS, "")
    return RootChain(sets=()) if row is None else parse(RootChain, row.document)


def key_sets_of(session: Session, lineage: Sequence[AreaCode]) -> list[str]:
    """Return the signed key sets of some areas."""
    query = select(Published.payload).where(Published.kind == DocumentKind.KEYS, Published.payload != "")
    return list(session.scalars(query.where(Published.target.in_(lineage)).order_by(Published.target)))


def versions_in_force(session: Session, kind: DocumentKind, now: datetime) -> dict[str, int]:
    """Return the version of each document, by its target, that the broker has and a new node would accept.

    Of key sets and policies the target is an area, of places a node.

    What a node must refuse (its key is void, its time is over, or too few have signed it) is not named: it
    would wait without end.
    """
    needs_two = any(one.administrators > 1 for one in published_key_sets(session))
    query = select(Published.target, Published.version).where(
        Published.kind == kind,
        Published.payload != "",
        Published.acknowledged_at.is_not(None),
        Published.expires_at > now,
    )
    if kind in {DocumentKind.POLICY, DocumentKind.HOME} and needs_two:
        query = query.where(Published.second_kid.is_not(None))
    if kind is not DocumentKind.KEYS:
        is_good = (HeldKey.in_key_set, HeldKey.compromised_at.is_(None), HeldKey.not_after > now)
        second = exists().where(HeldKey.kid == Published.second_kid, *is_good)
        query = query.where(
            exists().where(HeldKey.kid == Published.kid, *is_good),
            or_(Published.second_kid.is_(None), second),
        )
    return {str(target): version for target, version in session.execute(query)}


def policies_in_force(session: Session) -> list[tuple[Area, Policy]]:
    """Return the areas that have a policy of their own, by code, with the policy."""
    query = (
        select(Area, Published.document)
        .join(Published, Published.target == Area.code)
        .where(Published.kind == DocumentKind.POLICY)
        .order_by(Area.code)
    )
    return [(area, parse(Policy, document)) for area, document in session.execute(query)]


def void_policies(session: Session) -> list[AreaCode]:
    """Return the areas whose policy was signed by a key that is compromised since.

    Loudspeakers that hold it obey it until a newer one comes; others do not accept it.
    """
    query = (
        select(Published.target)
        .distinct()
        .join(HeldKey, or_(HeldKey.kid == Published.kid, HeldKey.kid == Published.second_kid))
        .where(
            Published.kind == DocumentKind.POLICY,
            Published.payload != "",
            HeldKey.compromised_at.is_not(None),
        )
        .order_by(Published.target)
    )
    return [AreaCode(target) for target in session.scalars(query)]


def longest_plan(session: Session, node: NodeId, area: AreaCode) -> int:
    """Return the bytes of the longest plan that a node in an area is to take."""
    targets = [node, *area_tree(session).lineage(area)]
    query = select(func.max(func.length(Published.payload)))
    is_its = Published.kind == DocumentKind.PLAN, Published.target.in_(targets)
    return session.scalar(query.where(*is_its)) or 0


@one_read
def count_unacknowledged(session: Session) -> int:
    """Return the number of documents that the broker has not acknowledged."""
    query = select(func.count()).select_from(Published).where(Published.acknowledged_at.is_(None))
    return session.scalar(query) or 0


def _of_lineage(session: Session, kind: DocumentKind, area: AreaCode) -> Sequence[Published]:
    lineage = area_tree(session).lineage(area)
    query = select(Published).where(Published.kind == kind, Published.target.in_(lineage))
    return session.scalars(query.order_by(Published.target)).all()


def _ordered(rows: Sequence[Published]) -> list[Published]:
    return sorted(rows, key=lambda row: (_FIRST.index(row.kind), row.target))
