"""Which areas would hear a bulletin in which language, as it stands now, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.areas.queries import area_languages
from controller.features.bulletins.queries import variants_of
from controller.model.airing_states import OPEN
from controller.model.airings import Airing, Target
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.fleet import Node
from controller.model.languages import VIETNAMESE, LanguageCode, by_language, languages
from controller.store import one_read
from devices.ids import AreaCode

_MOST_NAMED = 12
"""Areas that a line names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A bulletin in another language; one that is not `is_current` is of an older wording, and not aired."""

    bulletin: Bulletin
    language: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Hearing:
    """A language, the areas that would hear it, and what they hear it from; None: the bulletin itself.

    `lacks`: these areas asked for this language, and there is no variant in it.
    """

    language: str
    where: str
    variant: Bulletin | None = None
    lacks: bool = False


@dataclass(frozen=True, slots=True)
class VariantReach:
    """A bulletin's variants, who would hear what, and the languages that may still be brought."""

    variants: Sequence[Variant]
    hearings: Sequence[Hearing]
    open_to: Sequence[tuple[LanguageCode, str]]


@one_read
def spread_of(session: Session, scope: Scope, base: Bulletin) -> VariantReach:
    """Return who would hear the bulletin in which language once all that is handed in were approved."""
    known = languages()
    rows = [one for one in variants_of(session, base.id) if one.state is not BulletinState.WITHDRAWN]
    current = {one.language: one for one in rows if one.of_revision == base.revision and one.language}
    wanted = area_languages(session)
    targets = _targets(session, base)
    own = set(session.scalars(select(Node.area).where(Node.retired_at.is_(None)).distinct()))
    heard = by_language(scope.tree, targets, wanted, current.keys(), own)
    wished = by_language(scope.tree, targets, wanted, known.keys(), own)
    hearings = [
        Hearing(known[one].name, _named(scope, areas), current.get(one)) for one, areas in heard.items()
    ]
    hearings += [
        Hearing(known[one].name, _named(scope, areas), lacks=True)
        for one, areas in wished.items()
        if one not in heard and one != VIETNAMESE
    ]
    return VariantReach(
        [Variant(one, known[one.language].name, one in current.values()) for one in rows if one.language],
        hearings,
        [(one.code, one.name) for one in known.values() if one.code not in {VIETNAMESE, *current}],
    )


def _targets(session: Session, base: Bulletin) -> list[AreaCode]:
    """Return where it is planned to be heard; before that, where it belongs."""
    query = (
        select(Target.area)
        .join(Airing, Airing.id == Target.airing)
        .where(Airing.bulletin == base.id, Airing.state.in_(OPEN))
        .distinct()
        .order_by(Target.area)
    )
    return list(session.scalars(query)) or [base.area]


def _named(scope: Scope, areas: Sequence[AreaCode]) -> str:
    names = ", ".join(scope.name(area) for area in areas[:_MOST_NAMED])
    more = len(areas) - _MOST_NAMED
    return f"{names} và {more} nơi nữa" if more > 0 else names
