"""Reads for listeners: past and coming airings of approved texts only, and their reports."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.airings.consent import ConsentStanding, standings
from controller.features.airings.queries import reaches, targets_of
from controller.model.airing_states import IN_PLANS, AiringState
from controller.model.airings import Airing, Delivery, Target
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Bulletin, Recording, Revision
from controller.model.fleet import Node
from controller.model.listener_report_states import ReportId, Trouble
from controller.model.listeners import ListenerReport
from controller.model.speaker_tests import SpeakerTestResult
from controller.store import one_read
from devices.ids import AiringId, AreaCode, NodeId, RecordingId

_COMING = (AiringState.PLANNED, *IN_PLANS)
_HEARD = (AiringState.SOUNDING, AiringState.AIRED)
_MOST_COMING, _MOST_AIRED = 200, 50
"""Airings on a public page."""
_MOST_REPORTS = 200
"""On the page of the reports."""
SAME_DAY = timedelta(hours=24)
"""A report is about what sounded there within a day before it."""


@dataclass(frozen=True, slots=True)
class PublicAiring:
    """The public fields of one airing."""

    airing: Airing
    title: str
    text: str
    size: int | None
    duration_ms: int | None
    """Of the recording: an emergency goes on for longer, over and over."""


def public() -> ColumnElement[bool]:
    """SQL condition of public airings: approved, not withdrawn, and not a test."""
    return and_(Bulletin.state == BulletinState.APPROVED, Bulletin.test.is_(False))


@one_read
def coming_in(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> Sequence[tuple[Airing, str]]:
    """Return airings in the areas that begin between two instants or still play, in order, with titles.

    Airings that wait for a commune's consent, or were declined there, are not announced.
    """
    meant = select(Target.airing).where(Target.area.in_(areas))
    query = (
        select(Airing, Bulletin.title)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(Airing.id.in_(meant), Airing.state.in_(_COMING), public())
        .where(or_(Airing.starts_at >= since, Airing.state == AiringState.SOUNDING), Airing.starts_at < until)
        .order_by(Airing.starts_at, Airing.id)
        .limit(_MOST_COMING)
    )
    return agreed_to(session, [(row[0], row[1]) for row in session.execute(query)], areas)


def agreed_to(
    session: Session, rows: Sequence[tuple[Airing, str]], areas: Collection[AreaCode]
) -> list[tuple[Airing, str]]:
    """Return the airings without those that wait for the consent of a commune, or were declined there."""
    wide = [airing for airing, _ in rows if airing.node is None]
    said = standings(session, wide, targets_of(session, [one.id for one in wide]))
    return [(airing, title) for airing, title in rows if _is_agreed(said.get(airing.id), areas)]


@one_read
def heard_now(session: Session, airings: Iterable[Airing]) -> frozenset[AiringId]:
    """Return the airings that are playing: they are due, and not all nodes that began have stopped."""
    turns = {one.id: one.turns for one in airings if one.state is AiringState.SOUNDING}
    reached = reaches(session, turns)
    return frozenset(
        one for one, count in turns.items() if one not in reached or not reached[one].has_stopped(count)
    )


def _is_agreed(said: ConsentStanding | None, areas: Collection[AreaCode]) -> bool:
    return said is None or said.silent.isdisjoint(areas) or not said.agreed.isdisjoint(areas)


@one_read
def aired_in(session: Session, areas: Collection[AreaCode], since: datetime) -> list[PublicAiring]:
    """Return the airings heard in the areas since an instant, each text once, newest first."""
    meant = select(Target.airing).where(Target.area.in_(areas), Target.starts_at >= since)
    query = _aired().where(Airing.id.in_(meant), Airing.starts_at >= since)
    query = query.order_by(Airing.starts_at.desc(), Airing.id.desc()).limit(4 * _MOST_AIRED)
    found: dict[str, PublicAiring] = {}
    for row in session.execute(query):
        found.setdefault(row[0].bulletin, PublicAiring(*row))
    return list(found.values())[:_MOST_AIRED]


@one_read
def first_aired(
    session: Session, episodes: Iterable[PublicAiring]
) -> dict[tuple[BulletinId, int | None], datetime]:
    """Return when each of these wordings was first heard anywhere."""
    bulletins = {one.airing.bulletin for one in episodes}
    query = (
        select(Airing.bulletin, Airing.revision, func.min(Airing.starts_at))
        .where(Airing.bulletin.in_(bulletins), Airing.state.in_(_HEARD))
        .group_by(Airing.bulletin, Airing.revision)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


@one_read
def aired_one(session: Session, areas: Collection[AreaCode], airing_id: AiringId) -> PublicAiring:
    """Return one airing that was heard in one of the areas, or raise NotFound."""
    meant = select(Target.airing).where(Target.area.in_(areas))
    row = session.execute(_aired().where(Airing.id == airing_id, Airing.id.in_(meant))).one_or_none()
    if row is None:
        raise NotFound("Không có bản tin này, hoặc bản tin đã được rút.", code="listener.no-airing")
    return PublicAiring(*row)


def _aired() -> Select[Airing, str, str, int, int]:
    return (
        select(Airing, Bulletin.title, Revision.text, Recording.size, Recording.duration_ms)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Revision, and_(Revision.bulletin == Airing.bulletin, Revision.number == Airing.revision))
        .outerjoin(Recording, Recording.id == Airing.recording)
        .where(Airing.state.in_(_HEARD), public())
    )


@one_read
def may_be_heard_by_all(session: Session, recording: RecordingId) -> bool:
    """Whether a recording was aired, or is called as an emergency: then everybody may hear it again."""
    is_called = and_(Airing.every_ms.is_not(None), Airing.state.in_(IN_PLANS))
    query = (
        select(Airing.id)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(Airing.recording == recording, or_(Airing.state.in_(_HEARD), is_called), public())
        .limit(1)
    )
    return session.scalar(query) is not None


def last_sounded(session: Session, node: NodeId, now: datetime) -> AiringId | None:
    """Return the last airing that a node played within a day."""
    query = (
        select(Airing.id)
        .join(Delivery, Delivery.airing == Airing.id)
        .where(Delivery.node == node, Airing.state.in_(_HEARD))
        .where(Airing.starts_at <= now, Airing.starts_at > now - SAME_DAY)
        .order_by(Airing.starts_at.desc(), Airing.id)
        .limit(1)
    )
    return session.scalar(query)


def code_digest(code: str) -> str:
    """Return the digest of a report's code; letter case, spaces and dashes are ignored."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


@one_read
def report_by_code(session: Session, code: str) -> ListenerReport:
    """Return the report for a code, or raise NotFound."""
    query = select(ListenerReport).where(ListenerReport.code_sha256 == code_digest(code))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(
            "Không có phản ánh nào mang mã này. Hãy xem lại từng chữ của mã.", code="listener.no-code"
        )
    return found


@one_read
def reports_in(session: Session, areas: Collection[AreaCode] | None) -> list[tuple[ListenerReport, str]]:
    """Return reports of the areas (None: all) with the loudspeakers' names; open ones first, then newest."""
    query = (
        select(ListenerReport, Node.name)
        .join(Node, Node.id == ListenerReport.node)
        .order_by(ListenerReport.answered_at.is_not(None), ListenerReport.reported_at.desc())
        .limit(_MOST_REPORTS)
    )
    if areas is not None:
        query = query.where(ListenerReport.area.in_(areas))
    return [(report, name) for report, name in session.execute(query)]


def count_unanswered(session: Session, areas: Collection[AreaCode] | None) -> int:
    """Count the unanswered reports of the areas (None: all)."""
    query = select(func.count()).select_from(ListenerReport).where(ListenerReport.answered_at.is_(None))
    if areas is not None:
        query = query.where(ListenerReport.area.in_(areas))
    return session.scalar(query) or 0


_TO_MEND = (Trouble.BROKEN, Trouble.NOT_UNDERSTOOD, Trouble.TOO_LOUD)
"""What is mended at the pole; when something is aired is for the officers."""
_MEND_WITHIN = timedelta(days=90)


def reports_to_mend(session: Session, areas: Collection[AreaCode], now: datetime) -> Sequence[ListenerReport]:
    """Return what listeners reported of loudspeakers that nobody has heard in a test since, oldest first."""
    heard_since = select(SpeakerTestResult.airing).where(
        SpeakerTestResult.node == ListenerReport.node,
        SpeakerTestResult.heard,
        SpeakerTestResult.at > ListenerReport.reported_at,
    )
    query = (
        select(ListenerReport)
        .where(ListenerReport.area.in_(areas), ListenerReport.trouble.in_(_TO_MEND))
        .where(ListenerReport.reported_at > now - _MEND_WITHIN, ~heard_since.exists())
        .order_by(ListenerReport.reported_at)
        .limit(_MOST_REPORTS)
    )
    return session.scalars(query).all()


@one_read
def heard_since(session: Session, reports: Collection[ListenerReport]) -> dict[ReportId, datetime]:
    """Return when each loudspeaker was first heard in a test after what was reported of it, if it was."""
    nodes = {one.node for one in reports}
    query = select(SpeakerTestResult.node, SpeakerTestResult.at).order_by(SpeakerTestResult.at.desc())
    query = query.where(SpeakerTestResult.node.in_(nodes), SpeakerTestResult.heard)
    found: dict[ReportId, datetime] = {}
    for node, at in session.execute(query) if nodes else ():
        found |= {one.id: at for one in reports if one.node == node and at > one.reported_at}
    return found


def visible_report(session: Session, scope: Scope, report_id: ReportId) -> ListenerReport:
    """Return the report, for a change; raise NotFound also if the person may not see it."""
    row = session.get(ListenerReport, report_id, with_for_update=True)
    if row is None or row.area not in scope.seen:
        raise NotFound("Không có phản ánh này.", code="report.unknown")
    return row
