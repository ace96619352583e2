"""Search in everything that a person may see: a few hits of each kind, by the beginnings of words.

What may be seen is asked of the same `Scope` as on the pages: loudspeakers, people and areas that it has
`seen`, bulletins whose area it `hears`, airings that are `heard_in` it. People are found by who may open the
page of people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from urllib.parse import quote

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from controller.features.accounts.viewer import Caller
from controller.features.airings.page_queries import airing_views, heard_in
from controller.features.bulletins.signs import BULLETIN_SIGNS
from controller.features.bulletins.validity import named
from controller.features.search.schemas import SearchGroup, SearchHit, SearchKind, SearchResult
from controller.http.journal_words import ROLES
from controller.http.words import day_and_clock
from controller.model.accounts import Account
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Bulletin, LegalReference
from controller.model.fleet import Node
from controller.model.permissions import Act
from controller.model.plain_text import search_text, search_words
from controller.store import one_read
from devices.ids import AreaCode, NodeId

MOST_HITS = 6
"""Hits of one kind: what a phone shows without much scrolling."""
LONGEST_QUERY = 100
_MOST_WORDS = 8
_MOST_BULLETINS = 8
"""Bulletins whose airings are looked for, the last changed first: one short query each."""
_AIRINGS_BACK = timedelta(days=90)
"""Older airings are found on the page of their bulletin."""
_LOUDSPEAKER = "/cum-loa"
_text_of_area = lru_cache(maxsize=4096)(search_text)


@dataclass(frozen=True)
class _SearchOfPerson:
    """One search of one person, in one snapshot."""

    session: Session
    caller: Caller
    query: str
    words: Sequence[str]

    def areas(self) -> SearchGroup:
        """Return the areas that the person sees, by name or code."""
        scope = self.caller.scope
        found = [
            SearchHit(
                id=area.code,
                title=area.name,
                detail="" if area.parent is None else scope.name(area.parent),
                page=f"{_LOUDSPEAKER}?xa={quote(area.code)}",
            )
            for area in scope.by_code.values()
            if area.code in scope.seen
            and area.ended_at is None
            and _holds(_text_of_area(area.name, area.code), self.words)
        ]
        return _group(SearchKind.AREA, found)

    def nodes(self) -> SearchGroup:
        """Return loudspeakers in use, by name, id and the name of their commune."""
        scope, seen = self.caller.scope, self.caller.scope.seen
        matches = [
            or_(Node.search_text.like(_like(word)), Node.area.in_(self._areas_with(word)))
            for word in self.words
        ]
        query = select(Node.id, Node.name, Node.area).where(Node.retired_at.is_(None), *matches)
        if not scope.is_whole():
            query = query.where(Node.area.in_(seen))
        rows = self.session.execute(query.order_by(Node.area, Node.name, Node.id).limit(MOST_HITS + 1))
        return _group(SearchKind.NODE, [self._node(*row) for row in rows], more=self._all_at(_LOUDSPEAKER))

    def bulletins(self) -> SearchGroup:
        """Return bulletins by title, the last changed first."""
        rows = self._bulletins[: MOST_HITS + 1]
        hits = [
            SearchHit(
                id=row.id,
                title=row.title,
                detail=f"{BULLETIN_SIGNS[row.state].word} · {self.caller.scope.name(row.area)}",
                page=f"/ban-tin/{row.id}",
            )
            for row in rows
        ]
        return _group(SearchKind.BULLETIN, hits, more=self._all_at("/ban-tin"))

    def legal_acts(self) -> SearchGroup:
        """Return legal acts by kind, number and issuer; each leads to the bulletin that tells of it."""
        query = (
            select(LegalReference, Bulletin.title)
            .join(Bulletin, Bulletin.id == LegalReference.bulletin)
            .where(_matches(LegalReference.search_text, self.words), self._is_visible())
            .order_by(Bulletin.changed_at.desc(), Bulletin.id.desc())
            .limit(MOST_HITS + 1)
        )
        hits = [
            SearchHit(id=act.bulletin, title=named(act), detail=title, page=f"/ban-tin/{act.bulletin}")
            for act, title in self.session.execute(query)
        ]
        return _group(SearchKind.LEGAL_ACT, hits)

    def airings(self) -> SearchGroup:
        """Return airings of the bulletins found, the newest first."""
        newest = [airing for bulletin in self._bulletins for airing in self._newest_of(bulletin.id)]
        if not newest:
            return _group(SearchKind.AIRING, [])
        scope, now = self.caller.scope, self.caller.now()
        views = airing_views(
            self.session,
            scope,
            Airing.id.in_(newest),
            newest_first=True,
            limit=MOST_HITS + 1,
            few=True,
        )
        hits = [
            SearchHit(
                id=view.id,
                title=view.title,
                detail=f"{day_and_clock(view.starts_at, now)} · {view.where} · {view.sign.word}",
                page=f"/phat/{view.id}",
            )
            for view in views
        ]
        return _group(SearchKind.AIRING, hits)

    def people(self) -> SearchGroup:
        """Return accounts by name, for who may open their pages."""
        if not self.caller.viewer.may(Act.RULE):
            return _group(SearchKind.PERSON, [])
        scope = self.caller.scope
        query = select(Account).where(_matches(Account.search_text, self.words))
        if not scope.is_whole():
            query = query.where(Account.area.in_(scope.seen))
        rows = self.session.scalars(query.order_by(Account.display_name, Account.name).limit(MOST_HITS + 1))
        hits = [
            SearchHit(
                id=row.name,
                title=row.display_name,
                detail=f"{', '.join(ROLES[role] for role in row.roles)} · {scope.name(row.area)}",
                page=f"/nguoi-dung/{quote(row.name)}",
            )
            for row in rows
        ]
        return _group(SearchKind.PERSON, hits)

    def _areas_with(self, word: str) -> list[AreaCode]:
        scope = self.caller.scope
        return [code for code in scope.seen if _holds(_text_of_area(scope.name(code)), [word])]

    def _node(self, node: NodeId, name: str, area: AreaCode) -> SearchHit:
        where = self.caller.scope.name(area)
        return SearchHit(id=node, title=name, detail=f"{where} · {node}", page=f"{_LOUDSPEAKER}/{node}")

    def _is_visible(self) -> ColumnElement[bool]:
        scope = self.caller.scope
        return true() if scope.is_whole() else Bulletin.area.in_(scope.hears)

    @cached_property
    def _bulletins(self) -> Sequence[Bulletin]:
        query = select(Bulletin).where(_matches(Bulletin.search_text, self.words), self._is_visible())
        query = query.order_by(Bulletin.changed_at.desc(), Bulletin.id.desc())
        return self.session.scalars(query.limit(_MOST_BULLETINS)).all()

    def _newest_of(self, bulletin: BulletinId) -> Iterator[str]:
        since = self.caller.now() - _AIRINGS_BACK
        query = select(Airing.id).where(
            Airing.bulletin == bulletin, Airing.starts_at >= since, heard_in(self.caller.scope)
        )
        yield from self.session.scalars(query.order_by(Airing.starts_at.desc()).limit(MOST_HITS + 1))

    def _all_at(self, page: str) -> str:
        return f"{page}?tim={quote(self.query)}"


@one_read
def search(session: Session, caller: Caller, query: str) -> SearchResult:
    """Return the first hits of each kind that the person may see; every word must begin a word of theirs."""
    asked = " ".join(query.split())[:LONGEST_QUERY]
    words = search_words(asked)[:_MOST_WORDS]
    if not words:
        return SearchResult(query=asked, groups=[])
    one = _SearchOfPerson(session, caller, asked, words)
    found = (one.areas, one.nodes, one.bulletins, one.legal_acts, one.airings, one.people)
    return SearchResult(query=asked, groups=[group for find in found if (group := find()).hits])


def _group(kind: SearchKind, hits: list[SearchHit], more: str | None = None) -> SearchGroup:
    has_more = len(hits) > MOST_HITS
    return SearchGroup(kind=kind, hits=hits[:MOST_HITS], has_more=has_more, more=more if has_more else None)


def _like(word: str) -> str:
    return f"% {word}%"


def _matches(column: InstrumentedAttribute[str], words: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(column.like(_like(word)) for word in words))


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(f" {word}" in text for word in words)
