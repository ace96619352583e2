"""Prepares the loudspeakers of a list: codes for new ones, and what the list says of known ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.accounts.queries import require
from controller.features.enrolment.service import LONGEST_LIFE, DescribedNode, make_codes
from controller.features.journal.service import record
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes
from controller.features.node_lists.checking import CheckedList, CheckedNode, LineState, check_list
from controller.model.fleet import EnrolmentCode, Node, PositionSource
from controller.model.permissions import Act, Operator
from controller.model.spreadsheets import check_wrong_lines
from controller.store import one_write
from controller.store.locks import Lock, hold

MOST_OPEN = 500
"""Codes that may wait at once: more would make one easier to guess; docs/decisions/024, 163."""


@dataclass(frozen=True, slots=True)
class PreparedList:
    """What was done: the lines as they were checked, and the codes that were made."""

    checked: CheckedList
    made: Sequence[tuple[EnrolmentCode, str]]


@one_write
def prepare_nodes(
    session: Session,
    text: str,
    *,
    by: Operator,
    now: datetime,
    taken: Collection[str],
    life: timedelta = LONGEST_LIFE,
    only_good: bool = False,
    renew: bool = False,
) -> PreparedList:
    """Do what a list asks for, all of it or nothing; the same list again changes nothing.

    `only_good`: leave out lines that are wrong; without it one of them refuses the list. `renew`: new codes
    also for those for which one waits (the sheet was lost: codes are shown once). `taken`: see `check_list`.
    """
    hold(session, Lock.NODES)  # of two who bring the same list, the second finds it done
    checked = check_list(session, text, by=by, now=now, taken=taken)
    wrong = [(one.listed.line, one.listed.fault) for one in checked.of(LineState.WRONG)]
    check_wrong_lines(wrong, len(checked.lines), only_good=only_good)
    good = [one for one in checked.lines if one.state is not LineState.WRONG]
    coded = [one for one in good if one.state is LineState.NEW or (renew and one.is_coded)]
    changed = [one for one in checked.of(LineState.CHANGED) if not (renew and one.is_coded)]
    require(session, by, Act.ENROL, *{one.listed.area for one in [*coded, *changed] if one.listed.area})
    _check_room(session, sum(not one.is_coded for one in coded), now)  # a renewed code replaces one
    made = make_codes(session, [_described(one) for one in coded], by=by, now=now, life=life, taken=taken)
    _write_changes(session, changed, by=by, now=now)
    if coded or changed:
        detail = {"nodes": len(coded), "changed": len(changed), "left_out": len(wrong)}
        record(session, by, "nodes.listed", (coded or changed)[0].node, now, detail=detail)
    return PreparedList(checked, made)


def _check_room(session: Session, more: int, now: datetime) -> None:
    query = select(func.count()).select_from(EnrolmentCode)
    query = query.where(EnrolmentCode.claimed_at.is_(None), EnrolmentCode.withdrawn_at.is_(None))
    waiting = session.scalar(query.where(EnrolmentCode.expires_at > now)) or 0
    if more and waiting + more > MOST_OPEN:
        raise Conflict(
            f"Mỗi lúc chỉ được {MOST_OPEN} mã chờ gắn; đang có {waiting} mã, danh sách cần thêm {more}. "
            "Chưa có gì thay đổi. Hãy gắn bớt, hoặc chia danh sách ra.",
            code="list.too-many-codes",
        )


def _described(one: CheckedNode) -> DescribedNode:
    line = one.listed
    if line.area is None:
        raise RuntimeError("a good line has an area")
    return DescribedNode(
        one.node, line.area, line.name, line.equipment, line.telephone, line.latitude, line.longitude
    )


def _write_changes(session: Session, changed: Sequence[CheckedNode], *, by: Operator, now: datetime) -> None:
    """Write what a list says of loudspeakers in use, and of those for which a code waits."""
    placed = []
    for one in changed:
        line = one.listed
        row: Node | EnrolmentCode
        row = _code(session, one) if one.is_coded else session.get_one(Node, one.node)
        row.name = line.name
        row.equipment, row.telephone = line.equipment or row.equipment, line.telephone or row.telephone
        if line.latitude is None or line.longitude is None or not one.is_moved:
            continue
        if isinstance(row, EnrolmentCode):
            row.latitude, row.longitude = line.latitude, line.longitude
        else:
            placed.append(Placed(one.node, line.latitude, line.longitude))
    if placed:
        place_nodes(session, placed, source=PositionSource.FILE, by=by, now=now)
    session.flush()


def _code(session: Session, one: CheckedNode) -> EnrolmentCode:
    """Return the code that waits for a loudspeaker: there is one, and its expiry is known."""
    query = select(EnrolmentCode).where(EnrolmentCode.node == one.node, EnrolmentCode.claimed_at.is_(None))
    return session.scalars(query.where(EnrolmentCode.withdrawn_at.is_(None)).with_for_update()).one()
