"""Writes of plans: compares the wanted content with the published one, and signs the difference."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from controller.features.bulletins.renditions import renditions_by_recording
from controller.features.journal.service import head_with_this
from controller.features.plans.desired_state import (
    NO_CAP,
    NOTHING,
    Content,
    digest_of,
    wanted_caps,
    wanted_plans,
)
from controller.features.plans.leadership import epoch_of
from controller.features.plans.publication import DocumentAddress, next_version_of, put, take_back
from controller.features.plans.queries import outgoing
from controller.model.airing_states import OPEN
from controller.model.airings import Airing
from controller.model.bulletins import Recording
from controller.model.outgoing import Outgoing
from controller.model.plan_states import PLAN_LIFE, PLAN_RENEWED, DocumentKind
from controller.model.plans import Published
from controller.model.times import STILL_OPEN
from controller.store.locks import Lock, hold
from devices.ids import AreaCode, RecordingId
from devices.jose import SigningKey
from devices.messages import JournalCheckpoint, Manifest, Plan
from devices.plan import ends_at
from devices.wire_types import parse

_OF_NOTHING = digest_of(NOTHING)
MOST_AT_ONCE = 250
"""Plans that one run issues: some 0.3 s, so that an emergency need not wait longer for the database. Where
loudspeakers speak in turns, each has a plan of its own."""
TOGETHER = timedelta(minutes=5)
"""A plan that only gains what starts hours later is issued again so long after the last one."""

_PLANS = select(Published).where(Published.kind == DocumentKind.PLAN)
_MANIFESTS = select(Published).where(Published.kind == DocumentKind.MANIFEST)
_IN_USE = select(Airing.recording).where(Airing.state.in_(OPEN), Airing.recording.is_not(None))


def refresh_plans(
    session: Session, *, station_key: SigningKey, now: datetime, only: Collection[AreaCode] | None = None
) -> list[Outgoing]:
    """Update the published plans and manifests to the wanted content; return new ones in publishing order.

    Unchanged content is not issued again, except before its validity ends. An area without
    content gets an empty plan with a higher version: then an older plan cannot come back.

    `only`: update the plans of these areas alone, because they are urgent; nothing is taken back. Otherwise
    no more than MOST_AT_ONCE plans are issued; if there are so many, the next call issues more.
    """
    hold(session, Lock.PUBLISHED)
    wanted = wanted_plans(session, now, only)
    named = frozenset(recording for content in wanted.values() for recording in content.recordings)
    named |= renditions_by_recording(session, named).keys()
    manifests = _refresh_manifests(session, named, station_key, now, is_all=only is None)
    query = _PLANS if only is None else _PLANS.where(Published.target.in_(only))
    rows = {row.target: row for row in session.scalars(query)}
    caps = wanted_caps(session) if only is None else {}
    said = {target for target, row in rows.items() if row.digest != _OF_NOTHING and row.payload}
    contents = {
        target: replace(wanted.get(target, NOTHING), loudest_volume=caps.get(target, NO_CAP))
        for target in said | caps.keys() | wanted.keys()
    }
    due = [
        (target, content)
        for target, content in sorted(contents.items())
        if _is_due(rows.get(target), content, station_key, now)
    ]
    due = due if only is not None else sorted(due, key=lambda one: _urgency(one[1], now))[:MOST_AT_ONCE]
    journal, epoch = (_checkpoint(session), epoch_of(session)) if due else (None, 0)
    plans = [
        _issue(session, target, content, journal=journal, epoch=epoch, key=station_key, now=now)
        for target, content in due
    ]
    return [outgoing(row) for row in (*manifests, *plans)]


def _urgency(content: Content, now: datetime) -> tuple[bool, datetime]:
    """Return what sorts plans: what falls silent, or may be no louder, first; then by their next airing."""
    coming = [one.starts_at for one in content.airings if ends_at(one) > now]
    return bool(coming) and content.loudest_volume == NO_CAP, min(coming, default=now)


def _checkpoint(session: Session) -> JournalCheckpoint | None:
    """Return how far the journal reaches: loudspeakers keep it and say it in their receipts."""
    tree = head_with_this(session).tree
    return JournalCheckpoint(size=tree.size, root=tree.root()) if tree.size else None


def acknowledge(session: Session, published_id: int, *, version: int, now: datetime) -> bool:
    """Record that the broker has this version; return False if a newer version has replaced it."""
    row = session.get(Published, published_id, with_for_update=True)
    if row is None or row.version != version:
        return False
    if not row.payload:
        session.delete(row)
        return True
    row.acknowledged_at = row.acknowledged_at or now
    if row.kind is DocumentKind.PLAN:
        named = [airing.airing for airing in parse(Plan, row.document).airings]
        session.execute(
            update(Airing)
            .where(Airing.id.in_(named), Airing.acknowledged_at.is_(None))
            .values(acknowledged_at=now)
            .execution_options(synchronize_session=False)
        )
    return True


def forget_acknowledgements(session: Session, published_ids: Iterable[int] | None = None) -> int:
    """Mark documents that the broker has lost for publishing again (`None`: all)."""
    query = select(Published).where(Published.acknowledged_at.is_not(None))
    if published_ids is not None:
        query = query.where(Published.id.in_(list(published_ids)))
    lost = session.scalars(query.with_for_update()).all()
    for row in lost:
        row.acknowledged_at = None
    return len(lost)


def _is_due(row: Published | None, content: Content, key: SigningKey, now: datetime) -> bool:
    if row is None or not row.digest:
        return True  # the first, or of a station that leads no more
    if row.digest != digest_of(content):
        return not _may_wait(row, content, now)
    if not content:
        return False
    is_worn = row.expires_at is not None and row.expires_at - now < PLAN_RENEWED
    return is_worn or row.kid != key.kid


def _may_wait(row: Published, content: Content, now: datetime) -> bool:
    """Return whether the change only adds what starts hours later: several additions go out together."""
    if not row.payload or now - row.issued_at >= TOGETHER:
        return False
    before = parse(Plan, row.document)
    wanted = {one.model_dump_json(): one for one in content.airings}
    held = {one.model_dump_json() for one in before.airings if ends_at(one) > now}
    is_near = any(one.starts_at <= now + STILL_OPEN for text, one in wanted.items() if text not in held)
    beside = (before.keep, before.loudest_volume) == (content.keep, content.loudest_volume)
    return beside and not is_near and held <= wanted.keys()


def _issue(
    session: Session,
    target: str,
    content: Content,
    *,
    journal: JournalCheckpoint | None,
    epoch: int,
    key: SigningKey,
    now: datetime,
) -> Published:
    place = DocumentAddress(DocumentKind.PLAN, target)
    version = next_version_of(session, place, now)
    expires_at = now + PLAN_LIFE
    plan = Plan(
        target=target,
        version=version,
        issued_at=now,
        expires_at=expires_at,
        airings=content.airings,
        keep=content.keep,
        loudest_volume=content.loudest_volume,
        journal=journal,
        approvals=content.approvals,
        epoch=epoch,
    )
    return put(
        session,
        place,
        plan,
        version=version,
        digest=digest_of(content),
        key=key,
        now=now,
        expires_at=expires_at,
    )


def _refresh_manifests(
    session: Session, named: frozenset[RecordingId], key: SigningKey, now: datetime, *, is_all: bool
) -> list[Published]:
    query = _MANIFESTS if is_all else _MANIFESTS.where(Published.target.in_(named))
    rows = {RecordingId(row.target): row for row in session.scalars(query)}
    fresh = [
        _issue_manifest(session, recording, key, now)
        for recording in sorted(named)
        if recording not in rows or not rows[recording].payload or rows[recording].kid != key.kid
    ]
    if not is_all:
        return fresh
    needed = {recording for recording in session.scalars(_IN_USE) if recording is not None} | named
    needed |= renditions_by_recording(session, needed).keys()
    gone = [row for recording, row in sorted(rows.items()) if recording not in needed and row.payload]
    for row in gone:
        take_back(row, now)
    session.flush()
    return [*fresh, *gone]


def _issue_manifest(session: Session, recording: RecordingId, key: SigningKey, now: datetime) -> Published:
    manifest = Manifest.model_validate(session.get_one(Recording, recording).manifest)
    place = DocumentAddress(DocumentKind.MANIFEST, recording)
    return put(
        session,
        place,
        manifest,
        version=next_version_of(session, place, now),
        digest=hashlib.sha256(manifest.payload()).hexdigest(),
        key=key,
        now=now,
        expires_at=None,
    )
