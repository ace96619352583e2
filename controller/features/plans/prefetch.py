"""Recordings of the coming day, listed at night as recordings to keep: nodes fetch them in quiet hours.

An airing comes into the plans days before its start, and its recording is sent then; what waits for the word
of a commune comes in later, six hours before its start at the latest. In quiet hours the line is free. A node
keeps a recording for one day after the last plan that lists it, so it still has the recording when the airing
enters the plan.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import is_in_force
from controller.model.accounts import HeldKey
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Target
from controller.model.bulletins import Approved, Bulletin
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.model.times import Times
from devices.ids import AiringId, AreaCode, RecordingId
from devices.messages import Kept
from devices.plan import is_quiet
from devices.statements import Policy
from devices.wire_types import parse, text_digest

REACH: Final = timedelta(hours=24)
"""What starts later can be fetched in the next quiet hours."""
MOST_AHEAD: Final = 8
"""Recordings of an area, beside those prepared for emergencies: a board with 64 MB has room for them."""
_NAME, _OF_DIGEST = "ahead-", 40
"""How the station calls them: never an airing's id, and the same for all airings of a recording."""
_NAMED_ANYWAY: Final = Times().horizon
_MOST_READ = 256
_POLICIES = select(Published.target, Published.document).where(
    Published.kind == DocumentKind.POLICY, Published.payload != ""
)
_APPROVED: Final = and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision)


def noted(texts: dict[str, str], approval: str) -> str:
    """Note a signed approval for the plan that names it; return its name, the digest of the text."""
    name = text_digest(approval)
    texts[name] = approval
    return name


def kept_of(name: AiringId, approved: Approved, texts: dict[str, str], *, test: bool) -> Kept:
    """Return a recording to keep, with its approval and when the station saw that."""
    return Kept(
        name=name,
        recording=approved.recording,
        approval=noted(texts, approved.jws),
        test=test,
        witnessed_at=approved.approved_at,
    )


def wanted_ahead(
    session: Session, now: datetime, only: Collection[AreaCode] | None, texts: dict[str, str]
) -> dict[str, tuple[Kept, ...]]:
    """Return, in quiet hours, recordings for each area's nodes to fetch for coming airings, next first.

    `texts` gets the approvals that they name.
    """
    quiet = _quiet_areas(session, now)
    if not quiet:
        return {}
    tree = area_tree(session)
    query = (
        select(Target.area, Approved, Bulletin.test)
        .join(Airing, Airing.id == Target.airing)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Approved, _APPROVED)
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(*_is_coming(now))
        .order_by(Airing.starts_at, Airing.id)
    )
    if only is not None:
        query = query.where(Target.area.in_(only))
    ahead: dict[str, dict[RecordingId, Kept]] = {}
    for area, approved, test in session.execute(query):
        of_area, lineage, recording = ahead.setdefault(area, {}), tree.lineage(area), approved.recording
        is_accepted = not set(lineage).isdisjoint(approved.areas or ())
        if len(of_area) < MOST_AHEAD and not quiet.isdisjoint(lineage) and is_accepted:
            name = AiringId(_NAME + recording[:_OF_DIGEST])
            of_area.setdefault(recording, kept_of(name, approved, texts, test=test))
    return {area: tuple(of_area.values()) for area, of_area in ahead.items() if of_area}


def starts_ahead(session: Session, now: datetime) -> dict[RecordingId, datetime]:
    """Return the recordings of the coming day's airings, each with its first start."""
    query = (
        select(Approved.recording, func.min(Airing.starts_at))
        .select_from(Airing)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Approved, _APPROVED)
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(*_is_coming(now))
        .group_by(Approved.recording)
    )
    return {recording: starts_at for recording, starts_at in session.execute(query)}  # noqa: C416 - typed


def _is_coming(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL condition for an airing and its approval to be fetched ahead."""
    return (
        Airing.state == AiringState.PLANNED,
        Airing.starts_at > now + _NAMED_ANYWAY,
        Airing.starts_at <= now + REACH,
        Airing.node.is_(None),
        ~Airing.only_chosen,
        *is_in_force(now),
    )


def _quiet_areas(session: Session, now: datetime) -> frozenset[str]:
    """Return the areas whose own policy has quiet hours now; they bind all areas below."""
    rows = session.execute(_POLICIES)
    return frozenset(target for target, document in rows if is_quiet(_read(document), now))


@lru_cache(_MOST_READ)
def _read(document: str) -> Policy:
    return parse(Policy, document)
