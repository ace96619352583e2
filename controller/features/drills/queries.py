"""Reads of drills: which there are, the scoreboard by commune, and what became of each loudspeaker."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.airings.consent import commune_of
from controller.features.airings.queries import targets_of
from controller.features.areas.queries import known_areas
from controller.features.drills.schemas import CommuneScore, DrillNode, DrillScoreboard, DrillShown
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Target
from controller.model.area_tree import AreaTree
from controller.model.bulletins import Bulletin
from controller.model.drill_states import CAUSE_WORDS, LEFT_OUT, DrillCause
from controller.model.drills import Drill, DrillId, DrillResult
from controller.model.fleet import Node
from controller.store import one_read
from devices.ids import AreaCode

MOST_DRILLS: Final = 100
"""Drills on a list, the newest first: one a month for eight years."""
MOST_NODES: Final = 200
"""Loudspeakers on a page; a program pages through all of them."""
_PASSED = DrillResult.cause == DrillCause.HEARD
_COUNTS = DrillResult.cause.not_in(LEFT_OUT)


@dataclass(slots=True)
class Tally:
    """What is counted of a drill, or of one commune in it."""

    counted: int = 0
    heard: int = 0
    left_out: int = 0
    before_counted: int = 0
    before_heard: int = 0
    better: int = 0
    worse: int = 0
    again: int = 0
    causes: Counter[DrillCause] = field(default_factory=Counter)

    def add(self, cause: DrillCause, before: DrillCause | None, count: int) -> None:
        """Add so many loudspeakers with this result, and this one before."""
        had_before = before is not None and before not in LEFT_OUT
        passed_before = before is DrillCause.HEARD
        self.before_counted += count * had_before
        self.before_heard += count * passed_before
        if cause in LEFT_OUT:
            self.left_out += count
            return
        passes = cause is DrillCause.HEARD
        self.counted += count
        self.heard += count * passes
        if not passes:
            self.causes[cause] += count
        if had_before:
            self.better += count * (passes and not passed_before)
            self.worse += count * (passed_before and not passes)
            self.again += count * (not passes and not passed_before)


@one_read
def visible_drill(session: Session, scope: Scope, drill_id: str, *, lock: bool = False) -> Drill:
    """Return the drill, or raise NotFound: one outside the person's view is not there."""
    query = select(Drill).join(Airing, Airing.id == Drill.airing)
    query = query.where(Drill.id == drill_id, _seen_by(scope))
    drill = session.scalar(query.with_for_update(of=Drill) if lock else query)
    if drill is None:
        raise NotFound(
            "Không có buổi diễn tập này, hoặc nó không thuộc địa bàn của bạn.", code="drill.unknown"
        )
    return drill


@one_read
def drills_shown(session: Session, scope: Scope) -> list[DrillShown]:
    """Return the drills of the person's areas, the newest first; three queries."""
    return _shown(session, _seen_by(scope), scope.seen)


@one_read
def drill_shown(session: Session, scope: Scope, drill_id: str) -> DrillShown:
    """Return one drill, or raise NotFound."""
    drill = visible_drill(session, scope, drill_id)
    return _shown(session, Drill.id == drill.id, scope.seen)[0]


@one_read
def published_drills(session: Session) -> list[DrillShown]:
    """Return the drills whose scoreboard everybody may see, the newest first."""
    return _shown(session, Drill.published_at.is_not(None), None)


@one_read
def scoreboard(session: Session, scope: Scope, drill_id: str) -> DrillScoreboard:
    """Return a drill by commune, as far as the person may see it, or raise NotFound."""
    drill = visible_drill(session, scope, drill_id)
    return _scoreboard(session, drill, scope.seen)


@one_read
def published_scoreboard(session: Session, drill_id: str) -> DrillScoreboard:
    """Return a published drill by commune, or raise NotFound."""
    drill = session.scalar(select(Drill).where(Drill.id == drill_id, Drill.published_at.is_not(None)))
    if drill is None:
        raise NotFound("Không có kết quả diễn tập này.", code="drill.unknown")
    return _scoreboard(session, drill, None)


@one_read
def drill_nodes(
    session: Session,
    scope: Scope,
    drill_id: str,
    *,
    only_failed: bool,
    limit: int = MOST_NODES,
    after: str = "",
    area: AreaCode | None = None,
    board: DrillScoreboard | None = None,
) -> list[DrillNode]:
    """Return what became of each loudspeaker, by its name on the wire, from `after` on.

    `board`: the drill's, where it was read: then what it is compared with is not looked for again.
    """
    drill = visible_drill(session, scope, drill_id)
    before = aliased(DrillResult)
    earlier = _id_of(compared_with(session, drill)) if board is None else board.compared_with
    seen = scope.seen if area is None else scope.seen & scope.tree.below([area])
    query = (
        select(DrillResult, Node.name, before.cause)
        .join(Node, Node.id == DrillResult.node)
        .outerjoin(before, and_(before.node == DrillResult.node, before.drill == earlier))
        .where(DrillResult.drill == drill.id, DrillResult.node > after, DrillResult.area.in_(seen))
        .order_by(DrillResult.node)
        .limit(limit)
    )
    if only_failed:
        query = query.where(~_PASSED, _COUNTS)
    return [
        DrillNode.of(result, name=name, before=cause, sentence=CAUSE_WORDS[result.cause])
        for result, name, cause in session.execute(query)
    ]


def compared_with(session: Session, drill: Drill) -> Drill | None:
    """Return the drill that it is compared with: the newest before it that asked the same loudspeakers.

    Of a retry it is the drill that it retries; what was heard nowhere is no comparison.
    """
    if drill.retry_of is not None:
        return session.get(Drill, drill.retry_of)
    own, theirs = aliased(DrillResult), aliased(DrillResult)
    shares = (
        select(own.node)
        .join(theirs, and_(theirs.node == own.node, theirs.drill == Drill.id))
        .where(own.drill == drill.id, theirs.cause == DrillCause.HEARD)
    )
    query = (
        select(Drill)
        .where(Drill.starts_at < drill.starts_at, Drill.judged_at.is_not(None), Drill.retry_of.is_(None))
        .where(shares.exists())
        .order_by(Drill.starts_at.desc(), Drill.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def tally(
    session: Session, drill: Drill, earlier: Drill | None, areas: Collection[AreaCode] | None = None
) -> Mapping[tuple[AreaCode, DrillCause, DrillCause | None], int]:
    """Return how many loudspeakers stood in an area with this result, and this one in the earlier drill."""
    before = aliased(DrillResult)
    group = (DrillResult.area, DrillResult.cause, before.cause)
    query = (
        select(*group, func.count())
        .outerjoin(before, and_(before.node == DrillResult.node, before.drill == _id_of(earlier)))
        .where(DrillResult.drill == drill.id)
        .group_by(*group)
    )
    if areas is not None:
        query = query.where(DrillResult.area.in_(areas))
    return {(area, cause, was): count for area, cause, was, count in session.execute(query)}


def total(counts: Mapping[tuple[AreaCode, DrillCause, DrillCause | None], int]) -> Tally:
    """Return the sums over all areas."""
    found = Tally()
    for (_, cause, before), count in counts.items():
        found.add(cause, before, count)
    return found


def _id_of(drill: Drill | None) -> DrillId | None:
    return None if drill is None else drill.id


def _seen_by(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a drill joined with its airing is for an area of the person's view.

    An airing that was split has its targets in its parts.
    """
    part = aliased(Airing)
    is_part = (part.id == Drill.airing) | (part.linked_to == Drill.airing)
    there = select(part.id).join(Target, Target.airing == part.id)
    return there.where(is_part, Target.area.in_(scope.hears)).exists()


def _shown(
    session: Session, condition: ColumnElement[bool], areas: Collection[AreaCode] | None
) -> list[DrillShown]:
    query = (
        select(Drill, Airing.state, Bulletin.title)
        .join(Airing, Airing.id == Drill.airing)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(condition)
        .order_by(Drill.starts_at.desc(), Drill.id.desc())
        .limit(MOST_DRILLS)
    )
    rows = session.execute(query).all()
    counts = _counts(session, [drill.id for drill, _, _ in rows], areas)
    targets = _targets(session, [drill for drill, _, _ in rows])
    found = []
    for drill, state, title in rows:
        counted, heard, left_out = counts.get(drill.id, (0, 0, 0))
        found.append(
            DrillShown.of(
                drill,
                title=title,
                areas=list(targets[drill.id]),
                is_cancelled=state is AiringState.CANCELLED and not heard,
                counted=counted,
                heard=heard,
                left_out=left_out,
            )
        )
    return found


def _targets(session: Session, drills: Sequence[Drill]) -> Mapping[DrillId, tuple[AreaCode, ...]]:
    """Return where each was asked for, with all parts of its airing."""
    wanted = {drill.airing: drill.id for drill in drills}
    query = select(Airing.id, Airing.linked_to).where(Airing.id.in_(wanted) | Airing.linked_to.in_(wanted))
    parts = session.execute(query).all() if wanted else []
    targets = targets_of(session, [part for part, _ in parts])
    found: dict[DrillId, set[AreaCode]] = defaultdict(set)
    for part, of in parts:
        found[wanted[of or part]].update(targets.get(part, ()))
    return {drill.id: tuple(sorted(found[drill.id])) for drill in drills}


def _counts(
    session: Session, drills: Sequence[DrillId], areas: Collection[AreaCode] | None
) -> Mapping[DrillId, tuple[int, int, int]]:
    """Return how many of each drill count, were heard, and are left out; one query."""
    sums = (func.sum(case((one, 1), else_=0)) for one in (_COUNTS, _PASSED, ~_COUNTS))
    query = select(DrillResult.drill, *sums).where(DrillResult.drill.in_(drills)).group_by(DrillResult.drill)
    if areas is not None:
        query = query.where(DrillResult.area.in_(areas))
    return {drill: (counted, heard, out) for drill, counted, heard, out in session.execute(query)}


def _scoreboard(session: Session, drill: Drill, areas: Collection[AreaCode] | None) -> DrillScoreboard:
    earlier = compared_with(session, drill)
    counts = tally(session, drill, earlier, areas)
    summed = total(counts)
    return DrillScoreboard(
        drill=_shown(session, Drill.id == drill.id, areas)[0],
        communes=_by_commune(session, counts),
        compared_with=None if earlier is None else earlier.id,
        compared_name=None if earlier is None else earlier.name,
        compared_at=None if earlier is None else earlier.starts_at,
        better=summed.better,
        worse=summed.worse,
        again=summed.again,
        causes=_by_number(summed.causes),
    )


def _by_commune(
    session: Session, counts: Mapping[tuple[AreaCode, DrillCause, DrillCause | None], int]
) -> list[CommuneScore]:
    known = known_areas(session)
    tree = AreaTree({code: area.parent for code, area in known.items()})
    tallies: dict[AreaCode, Tally] = defaultdict(Tally)
    for (area, cause, before), count in counts.items():
        tallies[commune_of(tree, area) or area].add(cause, before, count)
    scores = [
        CommuneScore.of(found, area=code, name=known[code].name, causes=_by_number(found.causes))
        for code, found in tallies.items()
    ]
    return sorted(scores, key=_worst_first)


def _worst_first(score: CommuneScore) -> tuple[int, int, str]:
    share = 101 if score.percent is None else score.percent
    return share, score.heard - score.counted, score.name


def _by_number(causes: Counter[DrillCause]) -> dict[DrillCause, int]:
    return dict(causes.most_common())
