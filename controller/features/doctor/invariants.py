"""Queries for states that must not exist; run by `loa doctor` and at the end of tests."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from controller.features.accounts.checks import nobody_rules_and_approves
from controller.features.airings.checks import followers_start_after, nothing_declined_is_in_plans
from controller.features.areas.queries import area_tree
from controller.features.evidence.checks import CHECKS as EVIDENCE_CHECKS
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


@one_read
def invariants(session: Session, *, now: datetime) -> list[str]:
    """Return a line for each violation. Reads the whole database: do not call it from beats."""
    return [fault for check in _CHECKS for fault in check(session, now)]


def _wordings_match_their_digest(session: Session, _now: datetime) -> Iterator[str]:
    for revision in session.scalars(select(Revision).execution_options(yield_per=200)):
        if digest_of(revision.text, revision.manner) != revision.text_sha256:
            yield f"revision {revision.bulletin}/{revision.number}: the text does not fit its digest"


def _bulletins_have_their_revision(session: Session, _now: datetime) -> Iterator[str]:
    there = exists().where(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision)
    for bulletin in session.scalars(select(Bulletin.id).where(~there)):
        yield f"bulletin {bulletin}: its newest revision is not there"


def _approved_bulletins_are_approved(session: Session, _now: datetime) -> Iterator[str]:
    there = exists().where(
        Approved.bulletin == Bulletin.id,
        Approved.revision == Bulletin.revision,
        Approved.withdrawn_at.is_(None),
    )
    query = select(Bulletin.id).where(Bulletin.state == BulletinState.APPROVED, ~there)
    for bulletin in session.scalars(query):
        yield f"bulletin {bulletin}: called approved without an approval in force"


def _approvals_fit(session: Session, _now: datetime) -> Iterator[str]:
    query = (
        select(Approved, Revision, Rendering.recording, Bulletin.author)
        .join(Bulletin, Bulletin.id == Approved.bulletin)
        .join(Revision, and_(Revision.bulletin == Approved.bulletin, Revision.number == Approved.revision))
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Approved.bulletin, Rendering.revision == Approved.revision)
        )
    )
    for approved, revision, recording, author in session.execute(query):
        name = f"approval {approved.bulletin}/{approved.revision}"
        if approved.approver in {revision.author, author}:
            yield f"{name}: author and approver are one person"
        if approved.text_sha256 != revision.text_sha256:
            yield f"{name}: is of another text"
        if approved.recording != recording:
            yield f"{name}: is of another recording"


def _ready_renderings_have_a_recording(session: Session, _now: datetime) -> Iterator[str]:
    query = select(Rendering.id).where(
        or_(
            and_(Rendering.state == RenderingState.READY, Rendering.recording.is_(None)),
            and_(Rendering.state == RenderingState.FAILED, Rendering.fault.is_(None)),
        )
    )
    for rendering in session.scalars(query):
        yield f"rendering {rendering}: ready without a recording, or failed without a fault"


def _airings_are_whole(session: Session, _now: datetime) -> Iterator[str]:
    fixed = and_(Airing.recording.is_not(None), Airing.revision.is_not(None), Airing.duration_ms.is_not(None))
    in_plans = Airing.state.in_((*IN_PLANS, AiringState.AIRED))
    for airing in session.scalars(select(Airing.id).where(in_plans, ~fixed)):
        yield f"airing {airing}: in the plans without a fixed recording"
    for airing in session.scalars(select(Airing.id).where(Airing.latest_start_at < Airing.starts_at)):
        yield f"airing {airing}: starts after its latest start"
    unexplained = Airing.state.in_((AiringState.MISSED, AiringState.CANCELLED)) & Airing.reason.is_(None)
    for airing in session.scalars(select(Airing.id).where(unexplained)):
        yield f"airing {airing}: missed or cancelled without a reason"
    there = exists().where(Target.airing == Airing.id)
    for airing in session.scalars(select(Airing.id).where(~there)):
        yield f"airing {airing}: has no target"


def _targets_know_their_start(session: Session, _now: datetime) -> Iterator[str]:
    query = select(Target.airing).join(Airing, Airing.id == Target.airing)
    for airing in session.scalars(query.where(Target.starts_at != Airing.starts_at).distinct()):
        yield f"airing {airing}: a target names another start"


def _nothing_unapproved_is_aired(session: Session, _now: datetime) -> Iterator[str]:
    there = exists().where(
        Approved.bulletin == Airing.bulletin,
        Approved.revision == Airing.revision,
        Approved.recording == Airing.recording,
    )
    query = select(Airing.id).where(Airing.recording.is_not(None), ~there)
    for airing in session.scalars(query):
        yield f"airing {airing}: its recording was never approved"


def _deliveries_fit_their_receipts(session: Session, _now: datetime) -> Iterator[str]:
    stages = (DeliveryStage.FETCHED, DeliveryStage.STARTED, DeliveryStage.FINISHED)
    instants = (Delivery.fetched_at, Delivery.started_at, Delivery.finished_at)
    for rung, at in zip(stages, instants, strict=True):
        lacking = select(Delivery.airing, Delivery.node).where(Delivery.rung == int(rung), at.is_(None))
        for airing, node in session.execute(lacking):
            yield f"delivery {airing}/{node}: {rung.name} without its instant"
    there = exists().where(StoredReceipt.airing == Delivery.airing, StoredReceipt.node == Delivery.node)
    query = select(Delivery.airing, Delivery.node).where(Delivery.rung > int(DeliveryStage.PLANNED), ~there)
    for airing, node in session.execute(query):
        yield f"delivery {airing}/{node}: climbed without a receipt"


def _none_heard_twice(session: Session, _now: datetime) -> Iterator[str]:
    query = (
        select(StoredReceipt.node, StoredReceipt.airing)
        .where(StoredReceipt.kind == "finished")
        .group_by(StoredReceipt.node, StoredReceipt.airing)
        .having(func.count() > 1)
    )
    for node, airing in session.execute(query):
        yield f"node {node}: finished airing {airing} more than once"


def _occurrences_fit(session: Session, _now: datetime) -> Iterator[str]:
    query = (
        select(Occurrence.schedule, Occurrence.airing)
        .join(Airing, Airing.id == Occurrence.airing)
        .join(Schedule, Schedule.id == Occurrence.schedule)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(
            or_(
                Airing.schedule != Schedule.id,
                func.coalesce(Bulletin.variant_of, Bulletin.id) != Schedule.bulletin,
            )
        )
    )
    for schedule, airing in session.execute(query):
        yield f"occurrence of {schedule}: airing {airing} is not of it"


def _scheduled_airings_have_their_occurrence(session: Session, _now: datetime) -> Iterator[str]:
    there = exists().where(Occurrence.airing == Airing.id)
    whole = Airing.linked_to.is_(None)  # a part in another language belongs to its base airing
    query = select(Airing.id).where(Airing.schedule.is_not(None), whole, Airing.state.in_(OPEN), ~there)
    for airing in session.scalars(query):
        yield f"airing {airing}: of a schedule, and no occurrence of it"


def _plans_name_only_the_approved(session: Session, _now: datetime) -> Iterator[str]:
    query = select(Published).where(Published.kind == DocumentKind.PLAN)
    approvals = {*session.scalars(select(Approved.jws)), *session.scalars(select(FormerApproval.jws))}
    for row in session.scalars(query):
        plan = parse(Plan, row.document)
        given = {name for name, approval in plan.approval_texts.items() if approval in approvals}
        for airing in plan.airings:
            if airing.approval not in given:
                yield f"plan {row.target}: airing {airing.airing} with an approval that nobody gave"
        for kept in plan.keep:
            if kept.approval not in given:
                yield f"plan {row.target}: keeps {kept.name} by an approval that nobody gave"


def _emergencies_fit(session: Session, _now: datetime) -> Iterator[str]:
    query = (
        select(Emergency, Airing, Bulletin.test, Recording.duration_ms)
        .join(Bulletin, Bulletin.id == Emergency.bulletin)
        .outerjoin(Airing, Airing.id == Emergency.airing)
        .outerjoin(Recording, Recording.id == Airing.recording)
    )
    for row, airing, test, length in session.execute(query):
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


def _only_emergencies_are_repeated(session: Session, _now: datetime) -> Iterator[str]:
    there = exists().where(Emergency.airing == Airing.id)
    for airing in session.scalars(select(Airing.id).where(Airing.every_ms.is_not(None), ~there)):
        yield f"airing {airing}: repeated, and nobody called it"


def _prepared_recordings_fit(session: Session, _now: datetime) -> Iterator[str]:
    mixed = Bulletin.test != (Prepared.kind == Kind.TEST)
    query = select(Prepared.id).join(Bulletin, Bulletin.id == Prepared.bulletin).where(mixed)
    for prepared in session.scalars(query):
        yield f"prepared {prepared}: a test's recording for a real one, or the other way"
    there = exists().where(StoredReceipt.airing == Holding.prepared, StoredReceipt.node == Holding.node)
    for prepared, node in session.execute(select(Holding.prepared, Holding.node).where(~there)):
        yield f"keeping {prepared}/{node}: nobody told it"


def _nodes_stand_where_they_stay(session: Session, _now: datetime) -> Iterator[str]:
    there = exists().where(Stay.node == Node.id, Stay.until.is_(None), Stay.area == Node.area)
    for node in session.scalars(select(Node.id).where(Node.retired_at.is_(None), ~there)):
        yield f"node {node}: in use, and no stay says where"
    open_stays = select(Stay.node).where(Stay.until.is_(None)).group_by(Stay.node).having(func.count() > 1)
    for node in session.scalars(open_stays):
        yield f"node {node}: stands in two places"
    in_force = select(Hardware.node).where(Hardware.ended_at.is_(None))
    for node in session.scalars(in_force.group_by(Hardware.node).having(func.count() > 1)):
        yield f"node {node}: two boards bear its name"


def _nodes_were_told_where_they_stand(session: Session, _now: datetime) -> Iterator[str]:
    tree = area_tree(session)
    query = select(Node.id, Node.area, Published.document).join(
        Published, and_(Published.kind == DocumentKind.PLACE, Published.target == Node.id)
    )
    for node, area, document in session.execute(query.where(Node.retired_at.is_(None))):
        if parse(Place, document).areas != tuple(reversed(tree.lineage(area))):
            yield f"node {node}: was told that it stands elsewhere"


def _tests_are_for_one_node(session: Session, _now: datetime) -> Iterator[str]:
    for airing in session.scalars(
        select(Airing.id).join(Bulletin).where(Airing.node.is_not(None), ~Bulletin.test)
    ):
        yield f"airing {airing}: for one node, and no test"
    query = (
        select(Delivery.airing, Delivery.node)
        .join(Airing, Airing.id == Delivery.airing)
        .where(Airing.node.is_not(None), Airing.node != Delivery.node)
    )
    for airing, node in session.execute(query):
        yield f"delivery {airing}/{node}: a test for another node"


def _chosen_airings_are_in_no_plan_of_an_area(session: Session, _now: datetime) -> Iterator[str]:
    chosen = set(session.scalars(select(Airing.id).where(Airing.only_chosen)))
    is_of_area = and_(Published.kind == DocumentKind.PLAN, Published.target.in_(select(Area.code)))
    documents = session.scalars(select(Published.document).where(is_of_area)) if chosen else ()
    for plan in (parse(Plan, document) for document in documents):
        for airing in chosen & {one.airing for one in plan.airings}:
            yield f"airing {airing}: for chosen nodes, and in the plan of {plan.target}"


def _ended_areas_are_empty(session: Session, _now: datetime) -> Iterator[str]:
    ended = select(Area.code).where(Area.ended_at.is_not(None))
    query = select(Node.id, Node.area).where(Node.area.in_(ended), Node.retired_at.is_(None))
    for node, area in session.execute(query):
        yield f"node {node}: in use in area {area}, which is no more"
    kinds = Published.kind.in_((DocumentKind.PLAN, DocumentKind.POLICY))
    left = select(Published.target).where(Published.target.in_(ended), kinds, Published.payload != "")
    for target in session.scalars(left):
        yield f"area {target}: is no more, and still has a plan or a policy"


def _programmes_hold_only_the_approved(session: Session, _now: datetime) -> Iterator[str]:
    held = aliased(Bulletin)
    query = (
        select(Bulletin.id, held.id)
        .join(
            ProgrammeItem,
            and_(ProgrammeItem.bulletin == Bulletin.id, ProgrammeItem.revision == Bulletin.revision),
        )
        .join(held, held.id == ProgrammeItem.item)
        .where(Bulletin.state == BulletinState.APPROVED)
        .where(or_(held.state != BulletinState.APPROVED, held.revision != ProgrammeItem.item_revision))
    )
    for programme, item in session.execute(query):
        yield f"programme {programme}: approved, and holds {item}, which is not"


def _parts_share_no_area(session: Session, _now: datetime) -> Iterator[str]:
    whole = aliased(Delivery)
    query = (
        select(Airing.id, Delivery.node)
        .join(Delivery, Delivery.airing == Airing.id)
        .join(whole, and_(whole.airing == Airing.linked_to, whole.node == Delivery.node))
    )
    for airing, node in session.execute(query):
        yield f"airing {airing}: node {node} is meant to hear it in two languages"


def _answered_reports_have_their_answer(session: Session, _now: datetime) -> Iterator[str]:
    query = select(ListenerReport).where(
        (ListenerReport.state == ReportState.ANSWERED) != ListenerReport.answer.is_not(None)
    )
    for report in session.scalars(query):
        yield f"listener's report {report.id}: {report.state} does not fit its answer"


_CHECKS: tuple[Check, ...] = (
    _wordings_match_their_digest,
    _bulletins_have_their_revision,
    _approved_bulletins_are_approved,
    _approvals_fit,
    _ready_renderings_have_a_recording,
    _airings_are_whole,
    _targets_know_their_start,
    _nothing_unapproved_is_aired,
    _deliveries_fit_their_receipts,
    _none_heard_twice,
    _occurrences_fit,
    _scheduled_airings_have_their_occurrence,
    _plans_name_only_the_approved,
    *EVIDENCE_CHECKS,
    *PLAN_CHECKS,
    nobody_rules_and_approves,
    _emergencies_fit,
    _only_emergencies_are_repeated,
    _prepared_recordings_fit,
    _nodes_stand_where_they_stay,
    _nodes_were_told_where_they_stand,
    _ended_areas_are_empty,
    _programmes_hold_only_the_approved,
    _parts_share_no_area,
    nothing_declined_is_in_plans,
    followers_start_after,
    _tests_are_for_one_node,
    _chosen_airings_are_in_no_plan_of_an_area,
    _answered_reports_have_their_answer,
    *LOG_CHECKS,
)
