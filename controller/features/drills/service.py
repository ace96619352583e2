"""Writes of drills: planning one, asking those that failed again, publishing, and judging what was heard."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.accounts.scope import scope_of
from controller.features.airings.planning import BroadcastRequest, plan_foreseen
from controller.features.airings.queries import targets_of
from controller.features.airings.split import parts_with
from controller.features.areas.queries import area_tree, top_area
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.queries import visible_drill
from controller.features.drills.schemas import LONGEST_NAME
from controller.features.journal.service import record
from controller.features.speaker_tests.service import approved_test
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.drill_states import LEFT_OUT, DrillCause
from controller.model.drills import Drill, DrillId, DrillResult
from controller.model.fleet import Node
from controller.model.local_time import wall
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.plain_text import one_line
from controller.store import one_write
from devices.ids import AreaCode

MOST_MONTHS = 12
MOST_RETRIED = 200
"""Each has a plan of its own to sign and send; where more failed, their communes are drilled again."""
_LONGEST_START_S = 600
_AGAIN = " (lại)"
PUBLISHES = Act.APPROVE
"""Who approves what everybody hears says what everybody may read of it."""


@one_write
def plan_drill(
    session: Session,
    name: str,
    broadcast: BroadcastRequest,
    criteria: DrillCriteria,
    *,
    by: Operator,
    now: datetime,
    bulletin: str | None = None,
    every_months: int | None = None,
    repeats: DrillId | None = None,
    retry_of: DrillId | None = None,
) -> Drill:
    """Plan an airing of an approved test in these areas, and what counts as heard of it.

    Raises NotFound where no test is approved there, and as `plan_foreseen` does; then nothing is saved.
    """
    name = one_line(name)
    _check(name, criteria, every_months)
    chosen, _ = approved_test(session, _shared_by(session, broadcast.areas), _asked(bulletin), now)
    airing = plan_foreseen(session, chosen, broadcast, by=by, now=now)
    drill = Drill(
        id=DrillId(new_id(now)),
        name=name,
        airing=airing.id,
        starts_at=airing.starts_at,
        start_within_s=criteria.start_within_s,
        least_percent=criteria.least_percent,
        needs_level=criteria.needs_level,
        every_months=every_months,
        repeats=repeats,
        retry_of=retry_of,
        created_by=by.id,
        created_at=now,
    )
    session.add(drill)
    session.flush()
    told = {"name": name, "airing": airing.id, "starts_at": wall(airing.starts_at)}
    record(session, by, "drill.planned", drill.id, now, detail=told)
    return drill


@one_write
def retry_drill(
    session: Session, drill_id: str, broadcast: BroadcastRequest, *, by: Operator, now: datetime
) -> Drill:
    """Ask the loudspeakers that failed a drill again, alone; the broadcast's areas are where they stand."""
    require(session, by, Act.AIR, by.area)
    first = _judged(session, drill_id, by)
    query = (
        select(Node.id, Node.area)
        .join(DrillResult, DrillResult.node == Node.id)
        .where(DrillResult.drill == first.id, DrillResult.cause.not_in([DrillCause.HEARD, *LEFT_OUT]))
        .where(Node.retired_at.is_(None), Node.quarantined_at.is_(None))
        .where(Node.area.in_(scope_of(session, by).seen))
        .order_by(Node.id)
    )
    failed = {node: area for node, area in session.execute(query)}  # noqa: C416 - a typed dict from typed rows
    if not 1 <= len(failed) <= MOST_RETRIED:
        raise Conflict(
            "Không còn cụm loa nào không đạt để diễn tập lại."
            if not failed
            else f"Hơn {MOST_RETRIED} cụm loa không đạt. Hãy đặt buổi diễn tập mới cho các xã, phường ấy.",
            code="drill.nobody-to-retry" if not failed else "drill.too-many",
        )
    again = replace(broadcast, areas=sorted(set(failed.values())), nodes=tuple(failed))
    bulletin = session.get_one(Airing, first.airing).bulletin
    name = f"{first.name.removesuffix(_AGAIN)[: LONGEST_NAME - len(_AGAIN)]}{_AGAIN}"
    return plan_drill(
        session, name, again, criteria_of(first), by=by, now=now, bulletin=bulletin, retry_of=first.id
    )


@one_write
def publish_drill(session: Session, drill_id: str, *, public: bool, by: Operator, now: datetime) -> Drill:
    """Put a judged drill's scoreboard by commune on the public pages, or take it off."""
    drill = _judged(session, drill_id, by)
    require(session, by, PUBLISHES, top_area(session).code)
    if (drill.published_at is not None) != public:
        drill.published_at = now if public else None
        session.flush()
        act = "drill.published" if public else "drill.taken-off"
        record(session, by, act, drill.id, now, detail={"name": drill.name})
    return drill


@one_write
def stop_repeating(session: Session, drill_id: str, *, by: Operator, now: datetime) -> Drill:
    """Plan no further drill after this one; asked of those who may stop what sounds in all of its areas.

    Conflict when it is judged: then the next is planned already.
    """
    drill = visible_drill(session, scope_of(session, by), drill_id, lock=True)
    targets = targets_of(session, parts_with(session, drill.airing))
    require(session, by, Act.STOP, *{area for areas in targets.values() for area in areas})
    if drill.judged_at is not None:
        raise Conflict("Buổi này đã có kết quả. Hãy thôi lặp lại ở buổi sau.", code="drill.judged")
    if drill.every_months is not None:
        drill.every_months = None
        session.flush()
        record(session, by, "drill.not-repeated", drill.id, now, detail={"name": drill.name})
    return drill


def criteria_of(drill: Drill) -> DrillCriteria:
    """Return what counts as heard in a drill."""
    return DrillCriteria(drill.start_within_s, drill.least_percent, drill.needs_level)


def _judged(session: Session, drill_id: str, by: Operator) -> Drill:
    drill = visible_drill(session, scope_of(session, by), drill_id)
    if drill.judged_at is None:
        raise Conflict("Buổi diễn tập chưa có kết quả.", code="drill.not-judged")
    return drill


def _check(name: str, criteria: DrillCriteria, every_months: int | None) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput(f"Hãy đặt tên buổi diễn tập, không quá {LONGEST_NAME} chữ.", code="drill.no-name")
    if not 1 <= criteria.start_within_s <= _LONGEST_START_S:
        raise BadInput("Bắt đầu muộn nhất phải từ 1 đến 600 giây.", code="drill.bad-start")
    if not 1 <= criteria.least_percent <= 100:  # noqa: PLR2004 - percent
        raise BadInput("Phần phải phát được phải từ 1 đến 100%.", code="drill.bad-percent")
    if every_months is not None and not 1 <= every_months <= MOST_MONTHS:
        raise BadInput("Lặp lại sau 1 đến 12 tháng.", code="drill.bad-months")


def _asked(bulletin: str | None) -> BulletinId | None:
    return BulletinId(bulletin) if bulletin else None


def _shared_by(session: Session, areas: Collection[AreaCode]) -> frozenset[AreaCode]:
    """Return the areas whose bulletins may be aired in all of these."""
    tree = area_tree(session)
    lineages = [frozenset(tree.lineage(area)) for area in areas if area in tree]
    return frozenset.intersection(*lineages) if lineages else frozenset()
