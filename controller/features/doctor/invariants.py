"""Queries for states that must not exist; run by `loa doctor` and at the end of tests."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from controller.features.accounts.checks import nobody_rules_and_approves
from controller.features.airings.checks import followers_start_after, nothing_declined_is_in_plans
from controller.features.airings.removed_receipts import is_of_removed_year
from controller.features.areas.queries import area_tree
from controller.features.evidence.checks import CHECKS as EVIDENCE_CHECKS
from controller.features.homes.checks import CHECKS as HOME_CHECKS
from controller.features.plans.checks import CHECKS as PLAN_CHECKS
from controller.features.reports.checks import CHECKS as LOG_CHECKS
from controller.model.airing_states import IN_PLANS, OPEN, AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery, StoredReceipt, Target
from controller.model.areas import Area
from controller.model.bulletin_states import BulletinState, RenderingState
from controller.model.bulletins import (
    Approved,
    Bulletin,
    FormerApproval,
    ProgrammeItem,
    Recording,
    Rendering,
    Revision,
)
from controller.model.emergencies import Emergency, Holding, Prepared
from controller.model.emergency_states import EmergencyState, Kind
from controller.model.fleet import Hardware, Node, Stay
from controller.model.listener_report_states import ReportState
from controller.model.listeners import ListenerReport
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.model.schedules import Occurrence, Schedule
from controller.model.wording import digest_of
from controller.store import one_read
from devices.enrolment import Place
from devices.ids import Grade
from devices.messages import Plan
from devices.wire_types import parse

Check = Callable[[Session, datetime], Iterator[str]]

_ANSWERED = ListenerReport.state == ReportState.ANSWERED
_ENDED = select(Area.code).where(Area.ended_at.is_not(None))
_FIXED = and_(Airing.recording.is_not(None), Airing.revision.is_not(None), Airing.duration_ms.is_not(None))
_HELD, _WHOLE = aliased(Bulletin), aliased(Delivery)
_IN_FORCE = (
    exists()
    .where(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision)
    .where(Approved.withdrawn_at.is_(None))
)
_OF_APPROVED = (
    exists()
    .where(Approved.bulletin == Airing.bulletin, Approved.revision == Airing.revision)
    .where(Approved.recording == Airing.recording)
)
_TOLD = exists().where(StoredReceipt.airing == Delivery.airing, StoredReceipt.node == Delivery.node)
_NEVER: tuple[tuple[str, Select[*tuple[Any, ...]]], ...] = (
    (
        "bulletin {}: its newest revision is not there",
        select(Bulletin.id).where(
            ~exists().where(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision)
        ),
    ),
    (
        "bulletin {}: called approved without an approval in force",
        select(Bulletin.id).where(Bulletin.state == BulletinState.APPROVED, ~_IN_FORCE),
    ),
    (
        "rendering {}: ready without a recording",
        select(Rendering.id).where(Rendering.state == RenderingState.READY, Rendering.recording.is_(None)),
    ),
    (
        "rendering {}: claimed or handed over, but not being made",
        select(Rendering.id).where(
            Rendering.state != RenderingState.RENDERING,
            or_(Rendering.claim.is_not(None), Rendering.made.is_not(None)),
        ),
    ),
    (
        "rendering {}: failed without a fault",
        select(Rendering.id).where(Rendering.state == RenderingState.FAILED, Rendering.fault.is_(None)),
    ),
    (
        "airing {}: in the plans without a fixed recording",
        select(Airing.id).where(Airing.state.in_((*IN_PLANS, AiringState.AIRED)), ~_FIXED),
    ),
    (
        "airing {}: starts after its latest start",
        select(Airing.id).where(Airing.latest_start_at < Airing.starts_at),
    ),
    (
        "airing {}: missed or cancelled without a reason",
        select(Airing.id).where(
            Airing.state.in_((AiringState.MISSED, AiringState.CANCELLED)), Airing.reason.is_(None)
        ),
    ),
    ("airing {}: has no target", select(Airing.id).where(~exists().where(Target.airing == Airing.id))),
    (
        "airing {}: a target names another start",
        select(Target.airing)
        .join(Airing, Airing.id == Target.airing)
        .where(Target.starts_at != Airing.starts_at)
        .distinct(),
    ),
    (
        "airing {}: its recording was never approved",
        select(Airing.id).where(Airing.recording.is_not(None), ~_OF_APPROVED),
    ),
    *(
        (
            f"delivery {{}}/{{}}: {rung.name} without its instant",
            select(Delivery.airing, Delivery.node).where(Delivery.rung == int(rung), at.is_(None)),
        )
        for rung, at in (
            (DeliveryStage.FETCHED, Delivery.fetched_at),
            (DeliveryStage.STARTED, Delivery.started_at),
            (DeliveryStage.FINISHED, Delivery.finished_at),
        )
    ),
    (
        "delivery {}/{}: advanced without a receipt",
        select(Delivery.airing, Delivery.node)
        .join(Airing, Airing.id == Delivery.airing)
        .where(Delivery.rung > int(DeliveryStage.PLANNED), ~_TOLD, ~is_of_removed_year()),
    ),
    (
        "node {}: finished airing {} more than once",
        select(StoredReceipt.node, StoredReceipt.airing)
        .where(StoredReceipt.kind == "finished")
        .group_by(StoredReceipt.node, StoredReceipt.airing)
        .having(func.count() > 1),
    ),
    (
        "occurrence of {}: airing {} is not of it",
        select(Occurrence.schedule, Occurrence.airing)
        .join(Airing, Airing.id == Occurrence.airing)
        .join(Schedule, Schedule.id == Occurrence.schedule)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(
            or_(
                Airing.schedule != Schedule.id,
                func.coalesce(Bulletin.variant_of, Bulletin.id) != Schedule.bulletin,
            )
        ),
    ),
    (  # a part in another language belongs to its base airing
        "airing {}: of a schedule, and no occurrence of it",
        select(Airing.id).where(
            Airing.schedule.is_not(None),
            Airing.linked_to.is_(None),
            Airing.state.in_(OPEN),
            ~exists().where(Occurrence.airing == Airing.id),
        ),
    ),
    (
        "airing {}: repeated, and nobody called it",
        select(Airing.id).where(Airing.every_ms.is_not(None), ~exists().where(Emergency.airing == Airing.id)),
    ),
    (
        "prepared {}: a test's recording for a real one, or the other way",
        select(Prepared.id)
        .join(Bulletin, Bulletin.id == Prepared.bulletin)
        .where(Bulletin.test != (Prepared.kind == Kind.TEST)),
    ),
    (
        "keeping {}/{}: nobody told it",
        select(Holding.prepared, Holding.node).where(
            ~exists().where(StoredReceipt.airing == Holding.prepared, StoredReceipt.node == Holding.node)
        ),
    ),
    (
        "node {}: in use, and no stay says where",
        select(Node.id).where(
            Node.retired_at.is_(None),
            ~exists().where(Stay.node == Node.id, Stay.until.is_(None), Stay.area == Node.area),
        ),
    ),
    (
        "node {}: stands in two places",
        select(Stay.node).where(Stay.until.is_(None)).group_by(Stay.node).having(func.count() > 1),
    ),
    (
        "node {}: two boards bear its name",
        select(Hardware.node)
        .where(Hardware.ended_at.is_(None))
        .group_by(Hardware.node)
        .having(func.count() > 1),
    ),
    (
        "airing {}: for one node, and no test",
        select(Airing.id).join(Bulletin).where(Airing.node.is_not(None), ~Bulletin.test),
    ),
    (
        "delivery {}/{}: a test for another node",
        select(Delivery.airing, Delivery.node)
        .join(Airing, Airing.id == Delivery.airing)
        .where(Airing.node.is_not(None), Airing.node != Delivery.node),
    ),
    (
        "node {}: in use in area {}, which is no more",
        select(Node.id, Node.area).where(Node.area.in_(_ENDED), Node.retired_at.is_(None)),
    ),
    (
        "area {}: is no more, and still has a plan or a policy",
        select(Published.target).where(
            Published.target.in_(_ENDED),
            Published.kind.in_((DocumentKind.PLAN, DocumentKind.POLICY)),
            Published.payload != "",
        ),
    ),
    (
        "programme {}: approved, and holds {}, which is not",
        select(Bulletin.id, _HELD.id)
        .join(
            ProgrammeItem,
            and_(ProgrammeItem.bulletin == Bulletin.id, ProgrammeItem.revision == Bulletin.revision),
        )
        .join(_HELD, _HELD.id == ProgrammeItem.item)
        .where(Bulletin.state == BulletinState.APPROVED)
        .where(or_(_HELD.state != BulletinState.APPROVED, _HELD.revision != ProgrammeItem.item_revision)),
    ),
    (
        "airing {}: node {} is meant to hear it in two languages",
        select(Airing.id, Delivery.node)
        .join(Delivery, Delivery.airing == Airing.id)
        .join(_WHOLE, and_(_WHOLE.airing == Airing.linked_to, _WHOLE.node == Delivery.node)),
    ),
    (
        "listener's report {}: its state does not fit its answer",
        select(ListenerReport.id).where(ListenerReport.answer.is_not(None) != _ANSWERED),
    ),
)
"""What must never be found, and how a line tells of each row."""
_FOUND = select(*(query.exists() for _, query in _NEVER))
"""Whether there is any row of each, by one statement: nearly always there is none."""
_REVISIONS = select(Revision).execution_options(yield_per=200)
_APPROVALS = (
    select(Approved, Revision, Rendering.recording, Bulletin.author)
    .join(Bulletin, Bulletin.id == Approved.bulletin)
    .join(Revision, and_(Revision.bulletin == Approved.bulletin, Revision.number == Approved.revision))
    .outerjoin(
        Rendering, and_(Rendering.bulletin == Approved.bulletin, Rendering.revision == Approved.revision)
    )
)
_PLANS = select(Published).where(Published.kind == DocumentKind.PLAN)
_GIVEN, _GIVEN_BEFORE = select(Approved.jws), select(FormerApproval.jws)
_EMERGENCIES = (
    select(Emergency, Airing, Bulletin.test, Recording.duration_ms)
    .join(Bulletin, Bulletin.id == Emergency.bulletin)
    .outerjoin(Airing, Airing.id == Emergency.airing)
    .outerjoin(Recording, Recording.id == Airing.recording)
)
_PLACES = (
    select(Node.id, Node.area, Published.document)
    .join(Published, and_(Published.kind == DocumentKind.PLACE, Published.target == Node.id))
    .where(Node.retired_at.is_(None))
)
_CHOSEN = select(Airing.id).where(or_(Airing.only_chosen, Airing.turns > 1))
_PLANS_OF_AREAS = select(Published.document).where(
    Published.kind == DocumentKind.PLAN, Published.target.in_(select(Area.code))
)


@one_read
def invariants(session: Session, *, now: datetime) -> list[str]:
    """Return a line for each violation. Reads the whole database: do not call it from beats."""
    found = zip(session.execute(_FOUND).one(), _NEVER, strict=True)
    simple = [
        line.format(*row) for is_found, (line, query) in found if is_found for row in session.execute(query)
    ]
    return simple + [fault for check in _CHECKS for fault in check(session, now)]


def _wordings_match_their_digest(session: Session, _now: datetime) -> Iterator[str]:
    for revision in session.scalars(_REVISIONS):
        if digest_of(revision.text, revision.manner) != revision.text_sha256:
            yield f"revision {revision.bulletin}/{revision.number}: the text does not fit its digest"


def _approvals_fit(session: Session, _now: datetime) -> Iterator[str]:
    for approved, revision, recording, author in session.execute(_APPROVALS):
        name = f"approval {approved.bulletin}/{approved.revision}"
        if approved.approver in {revision.author, author}:
            yield f"{name}: author and approver are one person"
        if approved.text_sha256 != revision.text_sha256:
            yield f"{name}: is of another text"
        if approved.recording != recording:
            yield f"{name}: is of another recording"


def _plans_name_only_the_approved(session: Session, _now: datetime) -> Iterator[str]:
    approvals = {*session.scalars(_GIVEN), *session.scalars(_GIVEN_BEFORE)}
    for row in session.scalars(_PLANS):
        plan = parse(Plan, row.document)
        given = {name for name, approval in plan.approval_texts.items() if approval in approvals}
        for airing in plan.airings:
            if airing.approval not in given:
                yield f"plan {row.target}: airing {airing.airing} with an approval that nobody gave"
        for kept in plan.keep:
            if kept.approval not in given:
                yield f"plan {row.target}: keeps {kept.name} by an approval that nobody gave"


def _emergencies_fit(session: Session, _now: datetime) -> Iterator[str]:
    for row, airing, test, length in session.execute(_EMERGENCIES):
        name = f"emergency {row.id}"
        is_started = row.state in {EmergencyState.STARTED, EmergencyState.ENDED}
        if is_started != (airing is not None):
            yield f"{name}: {row.state}, and {'no' if airing is None else 'an'} airing"
        if test != (row.kind is Kind.TEST):
            yield f"{name}: a test's recording in a real one, or the other way"
        if row.confirmed_by == row.called_by:
            yield f"{name}: called and confirmed by one person"
        if row.kind is Kind.ALARM and is_started and not (row.confirmed_by or row.alone_because):
            yield f"{name}: started by one person without a reason"
        if airing is None:
            continue
        if row.state is EmergencyState.ENDED and airing.state in IN_PLANS:
            yield f"{name}: ended, and still in the plans"
        if (airing.bulletin, airing.grade is Grade.EMERGENCY) != (row.bulletin, row.kind is not Kind.TEST):
            yield f"{name}: its airing is of another bulletin or grade"
        if (row.kind is Kind.TEST) != (airing.every_ms is None) or (airing.every_ms or length) < length:
            yield f"{name}: repeated wrongly"


def _nodes_were_told_where_they_stand(session: Session, _now: datetime) -> Iterator[str]:
    tree = area_tree(session)
    for node, area, document in session.execute(_PLACES):
        if parse(Place, document).areas != tuple(reversed(tree.lineage(area))):
            yield f"node {node}: was told that it stands elsewhere"


def _airings_of_nodes_are_in_no_plan_of_an_area(session: Session, _now: datetime) -> Iterator[str]:
    chosen = set(session.scalars(_CHOSEN))
    documents = session.scalars(_PLANS_OF_AREAS) if chosen else ()
    for plan in (parse(Plan, document) for document in documents):
        for airing in chosen & {one.airing for one in plan.airings}:
            yield f"airing {airing}: for nodes each in its plan, and in the plan of {plan.target}"


_CHECKS: tuple[Check, ...] = (
    _wordings_match_their_digest,
    _approvals_fit,
    _plans_name_only_the_approved,
    *EVIDENCE_CHECKS,
    *HOME_CHECKS,
    *PLAN_CHECKS,
    nobody_rules_and_approves,
    _emergencies_fit,
    _nodes_were_told_where_they_stand,
    nothing_declined_is_in_plans,
    followers_start_after,
    _airings_of_nodes_are_in_no_plan_of_an_area,
    *LOG_CHECKS,
)
