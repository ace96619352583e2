"""Writes of airings: planning one, with its targets and one delivery per node."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, literal, select, update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.airings.timing import LATEST_AFTER
from controller.features.areas.queries import area_tree, ended_areas
from controller.features.areas.turns import Turns
from controller.features.bulletins.queries import usable_bulletin
from controller.features.bulletins.scope import check_scope
from controller.features.bulletins.validity import check_in_force
from controller.features.journal.service import record
from controller.host.traces import note_planned
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import DEFAULT_VOLUME, Airing, Delivery, Target
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Bulletin
from controller.model.fleet import Node
from controller.model.local_time import wall
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from devices.ids import AiringId, AreaCode, Grade, NodeId
from schedules.turns import step_ms

FURTHEST = timedelta(days=366)
"""A start further away than a year is a slip of the hand."""
SLIP = timedelta(seconds=2)
"""So late a start may lie behind now and still be meant as now: the time from the form to here."""


def plan_airing(
    session: Session,
    bulletin_id: BulletinId,
    *,
    areas: Collection[AreaCode],
    starts_at: datetime,
    by: Operator,
    now: datetime,
    latest_start_at: datetime | None = None,
    grade: Grade = Grade.ROUTINE,
    volume: int = DEFAULT_VOLUME,
    nodes: Collection[NodeId] = (),
) -> Airing:
    """Plan an airing of a bulletin in areas, or for these nodes there; delivered once it is approved."""
    tree = area_tree(session)
    check_targets(session, tree, areas, grade, by)
    latest = latest_start_at or starts_at + LATEST_AFTER[grade]
    check_times(starts_at, latest, now)
    check_in_force(session, bulletin_id, starts_at)
    check_sound(session, usable_bulletin(session, bulletin_id, by), areas, grade, volume)
    airing = Airing(
        id=AiringId(new_id(now)),
        bulletin=bulletin_id,
        only_chosen=bool(nodes),
        state=AiringState.PLANNED,
        grade=grade,
        volume=volume,
        asked_at=starts_at,
        starts_at=starts_at,
        latest_start_at=latest,
        created_by=by.id,
        created_at=now,
    )
    session.add(airing)
    session.flush()
    targets = aim(session, tree, airing, areas, nodes)
    record(session, by, "airing.planned", airing.id, now, detail=_detail(airing, targets, nodes))
    note_planned(airing.id)
    return airing


def _detail(airing: Airing, targets: Collection[AreaCode], nodes: Collection[NodeId]) -> dict[str, Any]:
    told: dict[str, Any] = {"bulletin": airing.bulletin, "areas": targets, "grade": airing.grade}
    told["starts_at"] = wall(airing.starts_at)
    return told | ({"nodes": sorted(nodes)} if nodes else {})


def aim(
    session: Session,
    tree: AreaTree,
    airing: Airing,
    areas: Collection[AreaCode],
    nodes: Collection[NodeId] = (),
) -> tuple[AreaCode, ...]:
    """Give an airing its targets, the outermost of these areas, and a delivery to each node there.

    `nodes`: to these of them alone.
    """
    targets = tree.outermost(areas)
    session.execute(insert(Target), [{"airing": airing.id, "area": area} for area in targets])
    if nodes:
        _deliver_to(session, airing.id, Node.area.in_(tree.below(targets)) & Node.id.in_(nodes))
    else:
        add_deliveries(session, tree, airing.id, targets)
    return targets


def add_deliveries(
    session: Session, tree: AreaTree, airing_id: AiringId, targets: Iterable[AreaCode]
) -> None:
    """Add the deliveries still lacking, one for each node in use under the targets, in one statement.

    An airing for chosen nodes only already has all its deliveries.
    """
    alone, is_chosen = session.execute(
        select(Airing.node, Airing.only_chosen).where(Airing.id == airing_id)
    ).one()
    if is_chosen:
        return
    meant = Node.area.in_(tree.below(targets))
    _deliver_to(session, airing_id, meant if alone is None else meant & (Node.id == alone))


def give_turns(session: Session, airing: Airing, turns: Turns, duration_ms: int) -> None:
    """Fix when each node speaks; whoever has no turn, because all sound at once there, has the first."""
    airing.turns = turns.count
    airing.turn_ms = step_ms(duration_ms) if turns.count > 1 else 0
    for turn in range(1, turns.count):
        nodes = [node for node, its in turns.nodes.items() if its == turn]
        session.execute(
            update(Delivery)
            .where(Delivery.airing == airing.id, Delivery.node.in_(nodes))
            .values(turn=turn)
            .execution_options(synchronize_session=False)
        )


def _deliver_to(session: Session, airing_id: AiringId, which: ColumnElement[bool]) -> None:
    there = select(Delivery.node).where(Delivery.airing == airing_id)
    meant = (
        select(literal(airing_id), Node.id, Node.area, literal(int(DeliveryStage.PLANNED)), literal(0))
        .where(which, Node.retired_at.is_(None), Node.quarantined_at.is_(None), Node.id.not_in(there))
        .order_by(Node.id)
    )
    session.execute(insert(Delivery).from_select(["airing", "node", "area", "rung", "heard_ms"], meant))


def check_targets(
    session: Session, tree: AreaTree, areas: Collection[AreaCode], grade: Grade, by: Operator
) -> None:
    """Raise if there is no area, an unknown area, the person may not air there, or it is an emergency.

    An emergency is called and signed (features/emergencies): loudspeakers sound none that was planned.
    """
    if not areas:
        raise BadInput("Hãy chọn ít nhất một địa bàn.", code="airing.no-area")
    ended = ended_areas(session)
    for area in areas:
        if area not in tree or area in ended:
            raise BadInput(f"Không có địa bàn nào mang mã {area}.", code="area.unknown")
    if grade is Grade.EMERGENCY:
        raise BadInput(
            "Tin khẩn cấp không đặt trước được: loa chỉ phát khẩn khi có chữ ký của người gọi. Chưa đặt gì. "
            "Hãy soạn sẵn rồi gọi ở trang Phát khẩn.",
            code="airing.emergency-is-called",
        )
    require(session, by, Act.AIR, *areas)


def check_sound(
    session: Session, bulletin: Bulletin, areas: Collection[AreaCode], grade: Grade, volume: int
) -> None:
    """Raise for a withdrawn bulletin, a wrong volume, or a wrong scope."""
    if bulletin.state is BulletinState.WITHDRAWN:
        raise Conflict("Bản tin này đã bị rút nên không phát được nữa.", code="bulletin.withdrawn")
    if not 0 <= volume <= 100:  # noqa: PLR2004 - the scale of the wire
        raise BadInput("Âm lượng phải từ 0 đến 100.", code="airing.bad-volume")
    check_scope(session, bulletin, areas, grade)


def check_times(starts_at: datetime, latest_start_at: datetime, now: datetime) -> None:
    """Raise for a start without a zone, in the past, more than a year away, or after its own latest."""
    if starts_at.tzinfo is None or latest_start_at.tzinfo is None:
        raise BadInput("Giờ phát phải kèm múi giờ.", code="airing.naive-time")
    if starts_at < now - SLIP:
        raise BadInput(f"Giờ phát {wall(starts_at)} đã qua.", code="airing.start-in-past")
    if starts_at > now + FURTHEST:
        raise BadInput("Giờ phát cách đây hơn một năm. Hãy kiểm tra lại ngày.", code="airing.too-far")
    if latest_start_at < starts_at:
        raise BadInput("Giờ phát muộn nhất phải sau giờ phát.", code="airing.latest-before-start")
