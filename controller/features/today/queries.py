"""What the page Hôm nay shows: a constant number of queries, however many nodes there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Caller
from controller.features.airings.lateness_facts import add_forecasts
from controller.features.airings.page_queries import AiringList, airing_lists, commune_tiles, node_tiles
from controller.features.airings.queries import still_open
from controller.features.airings.views import AiringView, Tile
from controller.features.approvals.waiting import count_waiting
from controller.features.bulletins.page_queries import MOST_LINES, makings
from controller.features.bulletins.signs import Making
from controller.features.consent.asked import OpenQuestions, asked_of
from controller.features.fleet.page_queries import visible_nodes
from controller.features.lexicon.queries import count_proposals
from controller.features.listeners.queries import count_unanswered
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.schedules.line_queries import AskedLine, CommuneLine, commune_line
from controller.features.today.notices import notices_shown
from controller.features.today.troubles import (
    NamedTrouble,
    PlacesSeen,
    airing_troubles,
    communes_seen,
    heard_in_part,
    nodes_seen,
)
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Target
from controller.model.areas import Area
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.local_time import ZONE
from controller.model.permissions import Act, Operator
from controller.store import one_read

AHEAD = timedelta(hours=24)
BEHIND = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Todo:
    """What waits for this person."""

    to_approve: int
    returned: Sequence[Bulletin]
    asked: OpenQuestions
    """What the person's commune is asked to say."""
    reports: int
    """Reports of listeners that nobody has answered yet."""
    keys: int
    """Keys for which an administrator has to have the key set signed."""
    proposals: int
    """Readings that were proposed for the lexicon, and wait for this person's yes or no."""

    @property
    def count(self) -> int:
        """How many things wait."""
        figures = (self.to_approve, self.reports, self.keys, self.proposals)
        return sum(figures) + len(self.returned) + len(self.asked)


@dataclass(frozen=True, slots=True)
class Today:
    """All that the page Hôm nay shows."""

    sounding: Sequence[AiringView]
    upcoming: Sequence[AiringView]
    making: Sequence[Making]
    tiles: Sequence[Tile]
    """Communes with their loudspeakers counted; with what sounds there only for the province."""
    last: AiringView | None
    todo: Todo
    troubles: Sequence[NamedTrouble]
    """What is not well: airings, then loudspeakers."""
    seen: PlacesSeen
    line: CommuneLine | None = None
    """Today as a line, for a person who works for one commune."""

    @property
    def is_cut(self) -> bool:
        """Whether more may come than the page lists."""
        return len(self.upcoming) >= MOST_LINES

    @property
    def nodes(self) -> int:
        """Nodes in use."""
        return sum(tile.nodes for tile in self.tiles)

    @property
    def heard_now(self) -> int:
        """How many airings sound, as far as loudspeakers have told."""
        return sum(one.is_heard_now for one in self.sounding)


def day_page(session: Session, caller: Caller, asked: OpenQuestions | None) -> dict[str, Any]:
    """Return what the page shows; `asked`: what waits for the commune's word, None: look it up."""
    asked = asked_of(session, caller.by, caller.scope, caller.now()) if asked is None else asked
    found = today(session, caller, asked)
    return {"today": found, "notices": notices_shown(session, caller.by)}


@one_read
def today(session: Session, caller: Caller, asked: OpenQuestions) -> Today:
    """Return the state of things for one person, of whose commune this is asked."""
    scope, now = caller.scope, caller.now()
    asked_line = None
    if scope.is_of_commune():
        asked_line = AskedLine.of(caller.viewer, scope.home, now.astimezone(ZONE).date(), now)
    sounding, missed, upcoming, aired, *of_line = _airings(session, scope, now, asked_line)
    last = next(iter(aired), None)
    making = makings(session, scope, caller.station.rendering_progress)
    add_forecasts(session, caller.station, scope, (*sounding, *upcoming))
    line = None
    if asked_line is not None:
        tiles = node_tiles(session, scope, now)
        line = commune_line(session, asked_line, *of_line)
        sounds = any(one.is_heard_now for one in sounding)
        seen = nodes_seen(caller.viewer, visible_nodes(session, scope), now, sounds=sounds)
    else:
        tiles = commune_tiles(session, scope, now)
        seen = communes_seen(session, caller.viewer, tiles, now)
    of_airings = airing_troubles(caller.viewer, missed=missed, upcoming=upcoming, making=making, now=now)
    lately = last if last is not None and last.starts_at >= now - BEHIND else None
    in_part = heard_in_part(caller.viewer, None if line is None else line.today, lately)
    return Today(
        sounding=sounding,
        upcoming=upcoming,
        making=making,
        tiles=tiles,
        last=last,
        todo=_todo(session, caller.by, scope, asked=asked, now=now),
        troubles=(*of_airings, *in_part, *seen.troubles),
        seen=seen,
        line=line,
    )


def _airings(session: Session, scope: Scope, now: datetime, line: AskedLine | None) -> list[list[AiringView]]:
    """Return what sounds, was missed and comes, what was aired last, and the line's, if read with them.

    Lists of their own: after an outage the missed alone would fill any limit, and what sounds must be seen.
    """
    is_open = and_(still_open((AiringState.PLANNED, AiringState.DELIVERING)), Airing.starts_at <= now + AHEAD)
    is_missed = and_(Airing.state == AiringState.MISSED, Airing.ended_at >= now - BEHIND)
    asked = [
        AiringList(Airing.state == AiringState.SOUNDING, few=True),
        AiringList(is_missed, newest_first=True, limit=MOST_LINES, few=True),
        AiringList(is_open, limit=MOST_LINES, few=True),
        AiringList(_is_last_aired(scope), newest_first=True, limit=1, few=True),
    ]
    # a deputy sees more than the line of the own commune, which then is read by itself
    if line is not None and line.scope.seen == scope.seen:
        asked.append(line.airings)
    return airing_lists(session, scope, *asked)


def _is_last_aired(scope: Scope) -> ColumnElement[bool]:
    """Return the condition of few airings, among them the newest that was aired in the person's view.

    The newest of each area: an index leads to it, where all that a commune ever heard would be sorted.
    """
    is_aired = Airing.state == AiringState.AIRED
    if scope.is_whole():
        return is_aired
    newest = (
        select(Target.airing)
        .join(Airing, and_(Airing.id == Target.airing, is_aired))
        .where(Target.area == Area.code)
        .order_by(Target.starts_at.desc(), Target.airing.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(is_aired, Airing.id.in_(select(newest).where(Area.code.in_(scope.hears))))


def _todo(session: Session, operator: Operator, scope: Scope, *, asked: OpenQuestions, now: datetime) -> Todo:
    returned = session.scalars(
        select(Bulletin)
        .where(Bulletin.state == BulletinState.RETURNED, Bulletin.author == operator.id)
        .order_by(Bulletin.changed_at.desc())
        .limit(MOST_LINES)
    ).all()
    # reports of listeners concern who answers them and who repairs loudspeakers
    is_told = scope.may(operator, Act.WRITE) or scope.may(operator, Act.ENROL)
    reports = count_unanswered(session, None if scope.is_whole() else scope.seen) if is_told else 0
    keys = keys_to_sign_for(session, now) if scope.may(operator, Act.RULE) else 0
    waiting = count_waiting(session, operator, scope)
    proposals = count_proposals(session, scope, operator) if scope.may(operator, Act.TEACH) else 0
    return Todo(waiting, returned, asked, reports, keys, proposals)
