"""Plans airings after checking conflicts; nothing is saved before the check."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.airings.cancellation import cancel_airing, parts_of
from controller.features.airings.conflict_check import Asking, check_conflicts, facts_of, foresight_shown
from controller.features.airings.conflict_messages import (
    NameOf,
    against_policy_sentence,
    meets_others_sentence,
)
from controller.features.airings.conflicts import Foresight, Meeting
from controller.features.airings.queries import deliveries_of, get_airing, targets_of
from controller.features.airings.service import check_sound, check_targets, check_times, plan_airing
from controller.features.airings.timing import LATEST_AFTER
from controller.features.areas.queries import area_tree
from controller.features.bulletins.queries import usable_bulletin
from controller.features.bulletins.validity import check_in_force
from controller.model.airing_states import MOVABLE
from controller.model.airings import DEFAULT_VOLUME, Airing
from controller.model.areas import Area
from controller.model.bulletin_states import BulletinId
from controller.model.drills import Drill
from controller.model.local_time import wall
from controller.model.permissions import Operator
from controller.store import one_write
from devices.ids import AiringId, AreaCode, Grade, NodeId

REPLACED = "Được thay bằng một lượt phát khác."


@dataclass(frozen=True, slots=True)
class BroadcastRequest:
    """Where, when and how to air a bulletin; default of `latest_start_at`: by grade."""

    areas: Collection[AreaCode]
    starts_at: datetime
    latest_start_at: datetime | None = None
    grade: Grade = Grade.ROUTINE
    volume: int = DEFAULT_VOLUME
    meeting: Meeting = Meeting.REFUSE
    nodes: Collection[NodeId] = ()
    """Of all that stand in the areas, these alone; none: all."""


class AgainstPolicy(Conflict):
    """The loudspeakers' policies would silence the airing, or a part of it."""

    code = "airing.against-policy"


class MeetsOthers(Conflict):
    """Other airings are planned where and when this one would sound."""

    code = "airing.meets-others"


@one_write
def plan_foreseen(
    session: Session, bulletin_id: str, broadcast: BroadcastRequest, *, by: Operator, now: datetime
) -> Airing:
    """Plan an airing, unless a policy forbids it or it has conflicts that the broadcast does not decide.

    Raises AgainstPolicy or MeetsOthers with the conflicts in `facts`; then nothing was saved.
    """
    bulletin, asking = asking_of(session, bulletin_id, broadcast, by=by, now=now)
    late = _delay(session, bulletin, asking, broadcast.meeting, by=by, now=now)
    return plan_airing(
        session,
        bulletin,
        areas=broadcast.areas,
        starts_at=broadcast.starts_at + late,
        latest_start_at=asking.latest_start_at + late,
        grade=broadcast.grade,
        volume=broadcast.volume,
        nodes=broadcast.nodes,
        by=by,
        now=now,
    )


def move_airing(
    session: Session,
    airing_id: AiringId,
    *,
    to: datetime,
    by: Operator,
    now: datetime,
    meeting: Meeting = Meeting.REFUSE,
) -> Airing:
    """Move an airing that no node has started to another start: cancel it and plan it again.

    Its parts that are still to be heard move too; communes that have not agreed are asked again.
    One that a schedule made is moved as its occurrence instead. Raises as `plan_foreseen` does; then the
    caller's transaction keeps the airing as it was.
    """
    airing = get_airing(session, airing_id, lock=True)
    family = [airing_id, *(part.id for part in parts_of(session, [airing_id]))]
    areas = {area for targets in targets_of(session, family).values() for area in targets}
    check_targets(session, area_tree(session), areas, airing.grade, by)
    if airing.state not in MOVABLE:
        raise Conflict("Lượt phát này đã bắt đầu hoặc đã kết thúc nên không dời được.", code="airing.begun")
    patience = airing.latest_start_at - airing.starts_at
    nodes = [one.node for one in deliveries_of(session, airing_id)] if airing.only_chosen else []
    cancel_airing(session, airing_id, by=by, now=now, reason=f"Đã dời sang {wall(to)}.")
    session.flush()
    broadcast = BroadcastRequest(areas, to, to + patience, airing.grade, airing.volume, meeting, nodes)
    moved = plan_foreseen(session, airing.bulletin, broadcast, by=by, now=now)
    told = {"airing": moved.id, "starts_at": moved.starts_at}
    session.execute(update(Drill).where(Drill.airing == airing_id).values(told))  # its drill moves along
    return moved


def asking_of(
    session: Session, bulletin_id: str, broadcast: BroadcastRequest, *, by: Operator, now: datetime
) -> tuple[BulletinId, Asking]:
    """Return bulletin and requested airing after the checks of planning: areas, rights, sound and times."""
    bulletin = usable_bulletin(session, bulletin_id, by)
    check_targets(session, area_tree(session), broadcast.areas, broadcast.grade, by)
    check_sound(session, bulletin, broadcast.areas, broadcast.grade, broadcast.volume)
    latest = broadcast.latest_start_at or broadcast.starts_at + LATEST_AFTER[broadcast.grade]
    check_times(broadcast.starts_at, latest, now)
    check_in_force(session, bulletin.id, broadcast.starts_at)
    is_chosen = bool(broadcast.nodes)
    asking = Asking(
        broadcast.areas, broadcast.starts_at, latest, broadcast.grade, broadcast.volume, is_chosen
    )
    return bulletin.id, asking


def check_policies(session: Session, bulletin_id: BulletinId, asking: Asking, *, now: datetime) -> None:
    """Raise AgainstPolicy where policies would silence a part of it; what else it meets is not asked."""
    _refuse_forbidden(session, asking, check_conflicts(session, bulletin_id, asking), now)


def _delay(
    session: Session,
    bulletin_id: BulletinId,
    asking: Asking,
    meeting: Meeting,
    *,
    by: Operator,
    now: datetime,
) -> timedelta:
    """Return by how much the start moves; raise where it may not be planned as asked."""
    foresight = check_conflicts(session, bulletin_id, asking)
    while meeting is Meeting.REPLACE and replace_met(session, [foresight], by=by, now=now):
        foresight = check_conflicts(
            session, bulletin_id, asking
        )  # what the cancelled ones kept silent may appear
    if meeting is Meeting.AFTER and foresight.conflicts and foresight.clear_at is not None:
        return foresight.clear_at - asking.starts_at
    _refuse_forbidden(session, asking, foresight, now)
    if foresight.others and meeting is not Meeting.ACCEPT:
        sentence = meets_others_sentence(
            foresight.others, foresight.titles, foresight.clear_at, area_names(session), now
        )
        raise MeetsOthers(sentence, facts=facts_of(foresight_shown(foresight)))
    return timedelta()


def _refuse_forbidden(session: Session, asking: Asking, foresight: Foresight, now: datetime) -> None:
    if foresight.is_forbidden(asking.latest_start_at):
        sentence = against_policy_sentence(
            foresight.against_policy, asking.starts_at, foresight.clear_at, area_names(session), now
        )
        raise AgainstPolicy(sentence, facts=facts_of(foresight_shown(foresight)))


def replace_met(session: Session, foresights: Iterable[Foresight], *, by: Operator, now: datetime) -> bool:
    """Cancel the conflicting airings, except emergencies (stopped only by hand). False: none cancelled."""
    names = {one.other for foresight in foresights for one in foresight.others if one.other is not None}
    met = [get_airing(session, name) for name in sorted(names)]
    replaced = [airing for airing in met if airing.grade is not Grade.EMERGENCY]
    for airing in replaced:
        cancel_airing(session, airing.id, by=by, now=now, reason=REPLACED)
    session.flush()
    return bool(replaced)


def area_names(session: Session) -> NameOf:
    """Return what names an area, or its code where it is unknown."""
    names = {area.code: area.name for area in session.scalars(select(Area))}
    return lambda code: names.get(code, code)
