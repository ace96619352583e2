"""Writes of areas: add, rename, re-parent, merge, split, close; records of past airings are not changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.pens import Pen
from controller.features.accounts.queries import require
from controller.features.accounts.service import Password
from controller.features.areas.queries import area_tree, ended_areas, get_area, history_of
from controller.features.fleet.queries import get_node, nodes_by_area
from controller.features.journal.service import record
from controller.features.plans.key_set_signing import mark_listed
from controller.features.plans.publication import take_back
from controller.features.plans.queries import published
from controller.features.relocation.service import move_nodes, place_key, sign_places, standing
from controller.model.accounts import Account
from controller.model.airing_states import OPEN
from controller.model.airings import Airing, Target
from controller.model.areas import Area, AreaSpan
from controller.model.emergencies import Prepared
from controller.model.fleet import Node
from controller.model.permissions import Act, Operator
from controller.model.plan_states import DocumentKind
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule, ScheduleTarget
from controller.store import one_write
from devices.ids import AreaCode, NodeId
from devices.wire_types import NAME_PATTERN

_OF_AREAS = (DocumentKind.PLAN, DocumentKind.POLICY, DocumentKind.KEYS, DocumentKind.HOME)
FORMER = "Địa bàn cũ"
"""What a commune is that lives on as a part of the one it was merged into."""
_CODE = re.compile(NAME_PATTERN)
_LONGEST_NAME, _LONGEST_KIND = 200, 50


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area to be made, by its official code."""

    code: AreaCode
    name: str
    kind: str


@one_write
def add_area(session: Session, new: NewArea, parent: AreaCode, *, by: Operator, now: datetime) -> Area:
    """Make an area below another: a commune of the province, a village of a commune."""
    require(session, by, Act.RULE, parent)
    _in_force(session, parent)
    if not _CODE.fullmatch(new.code):
        raise BadInput(f"Mã địa bàn không hợp lệ: {new.code!r}.", code="area.bad-code")
    if session.get(Area, new.code) is not None:
        raise Conflict(f"Đã có địa bàn mang mã {new.code}.", code="area.known")
    if session.scalar(select(Node.id).where(func.lower(Node.id) == new.code.lower()).limit(1)) is not None:
        raise BadInput(f"Mã địa bàn {new.code} trùng với mã cụm loa.", code="area.bad-code")
    area = Area(code=new.code, parent=parent, name=_named(new.name), kind=_kind(new.kind))
    session.add(area)
    session.flush()
    record(session, by, "area.added", new.code, now, detail={"parent": parent, "name": area.name})
    return area


@one_write
def rename_area(
    session: Session, code: AreaCode, *, name: str | None, kind: str | None, by: Operator, now: datetime
) -> None:
    """Rename an area; the earlier name stays in its history."""
    area = _in_force(session, code)
    require(session, by, Act.RULE, code)
    name, kind = _named(name or area.name), _kind(kind or area.kind)
    if (name, kind) == (area.name, area.kind):
        return
    _remember(session, area, now)
    area.name, area.kind = name, kind
    record(session, by, "area.renamed", code, now, detail={"name": name, "kind": kind})


def reparent_area(
    session: Session, code: AreaCode, to: AreaCode, *, by: Operator, password: Password, now: datetime
) -> int:
    """Put an area with all below it under another one; return how many nodes were told."""
    _check_parent(session, code, to, by)
    return _put_below(session, code, to, key=place_key(session, by, password, now), by=by, now=now)


def merge_areas(
    session: Session,
    codes: Sequence[AreaCode],
    into: NewArea,
    *,
    by: Operator,
    password: Password,
    now: datetime,
) -> int:
    """Join areas of one parent into a new one (or one that exists); return how many nodes were told.

    They live on below it as former areas: what is planned for one of them is still heard there, its policies
    bind, and what it aired adds up in the new one. Once nothing is planned for it, it can be closed.
    """
    require(session, by, Act.RULE, *codes)
    parents = {_in_force(session, code).parent for code in codes}
    parent = next(iter(parents), None)
    if len(parents) != 1 or parent is None or len(set(codes)) != len(codes) or into.code in codes:
        raise BadInput("Hãy chọn những địa bàn cùng cấp, thuộc cùng một địa bàn.", code="area.merge")
    if session.get(Area, into.code) is None:
        add_area(session, into, parent, by=by, now=now)
    key, told = place_key(session, by, password, now), 0
    for code in codes:
        _check_parent(session, code, into.code, by)
        told += _put_below(session, code, into.code, key=key, by=by, now=now, kind=FORMER)
    record(session, by, "area.merged", into.code, now, detail={"of": list(codes)})
    return told


def split_area(
    session: Session,
    code: AreaCode,
    parts: Mapping[NewArea, Sequence[NodeId]],
    *,
    by: Operator,
    password: Password,
    now: datetime,
) -> int:
    """Make new areas beside one, and move nodes of it into them; return how many moved. The rest stays."""
    area = _in_force(session, code)
    if area.parent is None:
        raise BadInput("Không chia được địa bàn cao nhất.", code="area.top")
    require(session, by, Act.RULE, code, area.parent)
    here = {node.id for node in nodes_by_area(session, code)}
    strangers = sorted({node for nodes in parts.values() for node in nodes} - here)
    if strangers:
        raise BadInput(f"Cụm loa {strangers[0]} không thuộc địa bàn {code}.", code="area.not-here")
    key, moved = place_key(session, by, password, now), 0
    for new, nodes in parts.items():
        add_area(session, new, area.parent, by=by, now=now)
        move_nodes(session, [get_node(session, one) for one in nodes], new.code, key=key, by=by, now=now)
        moved += len(nodes)
    detail = {"into": [new.code for new in parts], "nodes": moved}
    record(session, by, "area.split", code, now, detail=detail)
    return moved


def close_area(
    session: Session, code: AreaCode, into: AreaCode, *, by: Operator, password: Password, now: datetime
) -> list[str]:
    """End an area: its nodes go into another, what the broker has for it is taken back.

    Refused while anything is planned for it. Returns who still has an account there, by name.
    """
    area = _in_force(session, code)
    _check_parent(session, code, into, by, may_stay=True)
    _refuse_while_needed(session, code)
    key = place_key(session, by, password, now)
    move_nodes(session, nodes_by_area(session, code), into, key=key, by=by, now=now)
    _remember(session, area, now)
    area.parent, area.ended_at = into, now
    for kind in _OF_AREAS:
        row = published(session, kind, code, lock=True)
        if row is not None and row.payload:
            take_back(row, now)
    session.flush()
    mark_listed(session)
    record(session, by, "area.closed", code, now, detail={"into": into})
    return list(session.scalars(select(Account.name).where(Account.area == code).order_by(Account.name)))


def _put_below(
    session: Session,
    code: AreaCode,
    to: AreaCode,
    *,
    key: Pen,
    by: Operator,
    now: datetime,
    kind: str | None = None,
) -> int:
    area = get_area(session, code)
    if area.parent == to:
        return 0
    _remember(session, area, now)
    before, nodes = area.parent, nodes_by_area(session, code)
    stood = standing(session, nodes)
    area.parent, area.kind = to, kind or area.kind
    session.flush()
    record(session, by, "area.moved", code, now, detail={"from": before, "to": to})
    return sign_places(session, nodes, key=key, by=by, now=now, before=stood)


def _check_parent(
    session: Session, code: AreaCode, to: AreaCode, by: Operator, *, may_stay: bool = False
) -> None:
    area = _in_force(session, code)
    _in_force(session, to)
    require(session, by, Act.RULE, code, to)
    if area.parent is None:
        raise BadInput("Không chuyển được địa bàn cao nhất.", code="area.top")
    tree = area_tree(session)
    if to in tree.below([code]) or (to == code and not may_stay):
        raise BadInput(f"Địa bàn {to} thuộc chính địa bàn {code}.", code="area.circle")
    if tree.lineage(code)[-1] != tree.lineage(to)[-1]:
        raise BadInput("Chỉ chuyển được trong cùng một tỉnh.", code="area.other-province")


def _refuse_while_needed(session: Session, code: AreaCode) -> None:
    tree, ended = area_tree(session), ended_areas(session)
    below = [one for one in tree.below([code]) if one != code and one not in ended]
    if below:
        raise Conflict(f"Địa bàn {code} còn địa bàn {below[0]} bên dưới.", code="area.has-areas")
    open_one = session.scalars(
        select(Airing.id).join(Target).where(Target.area == code, Airing.state.in_(OPEN)).limit(1)
    ).first()
    if open_one is not None:
        raise Conflict(f"Còn lượt phát {open_one} đặt cho địa bàn này.", code="area.has-airings")
    ready = select(Prepared.id).where(Prepared.area == code, Prepared.released_at.is_(None)).limit(1)
    if session.scalars(ready).first() is not None:
        raise Conflict("Còn tin khẩn cấp soạn sẵn cho địa bàn này.", code="area.has-prepared")
    schedule = session.scalars(
        select(Schedule.id)
        .join(ScheduleTarget, ScheduleTarget.schedule == Schedule.id)
        .where(ScheduleTarget.area == code, Schedule.state == ScheduleState.RUNNING)
        .limit(1)
    ).first()
    if schedule is not None:
        raise Conflict(f"Còn lịch phát {schedule} đặt cho địa bàn này.", code="area.has-schedules")


def _in_force(session: Session, code: AreaCode) -> Area:
    area = get_area(session, code)
    if area.ended_at is not None:
        raise Conflict(f"Địa bàn {code} đã không còn.", code="area.ended")
    return area


def _remember(session: Session, area: Area, now: datetime) -> None:
    """Store the present state of the area in its history."""
    before = next(iter(history_of(session, area.code)), None)
    session.add(
        AreaSpan(
            code=area.code,
            name=area.name,
            kind=area.kind,
            parent=area.parent,
            valid_from=before and before.valid_to,
            valid_to=now,
        )
    )
    session.flush()


def _named(name: str) -> str:
    if not 1 <= len(name.strip()) <= _LONGEST_NAME:
        raise BadInput("Tên địa bàn phải có từ 1 đến 200 chữ.", code="area.bad-name")
    return name.strip()


def _kind(kind: str) -> str:
    if not 1 <= len(kind.strip()) <= _LONGEST_KIND:
        raise BadInput("Loại địa bàn phải có từ 1 đến 50 chữ.", code="area.bad-kind")
    return kind.strip()
