"""Divides an airing that is about to be delivered among the languages of its areas (docs/decisions/023).

Each airing still has one recording: each language gets its own airing, linked to the first.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.airings.queries import targets_of
from controller.features.airings.split import aim_at, part_of
from controller.features.areas.queries import area_languages, area_tree
from controller.features.bulletins.variants import approved_variants
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Approved, Recording
from controller.model.fleet import Node
from controller.model.languages import VIETNAMESE, LanguageCode, by_language


class PlannedPart(NamedTuple):
    """An airing that is still planned, with what it will sound."""

    airing: Airing
    approved: Approved
    recording: Recording
    language: LanguageCode = VIETNAMESE


def divided(
    session: Session, airing: Airing, approved: Approved, recording: Recording, *, now: datetime
) -> Iterator[PlannedPart]:
    """Yield the airing alone, or its parts by language: chosen now, among what is approved now.

    Areas whose languages have no approved variant hear Vietnamese, or whatever the bulletin itself is in.
    """
    is_whole = airing.node is not None or airing.only_chosen  # a test, or what single ones missed
    found = {} if is_whole else approved_variants(session, airing.bulletin, approved.revision, now)
    variants = {language: one for language, one in found.items() if _suits(one[0], airing)}
    wanted = area_languages(session) if variants else {}
    if not wanted:
        yield PlannedPart(airing, approved, recording)
        return
    tree, targets = area_tree(session), targets_of(session, [airing.id])[airing.id]
    own = set(session.scalars(select(Node.area).where(Node.retired_at.is_(None)).distinct()))
    parts = by_language(tree, targets, wanted, variants.keys(), own)
    if set(parts) == {VIETNAMESE}:
        yield PlannedPart(airing, approved, recording)
        return
    sounds = {VIETNAMESE: (approved, recording), **variants}
    first = VIETNAMESE if VIETNAMESE in parts else next(iter(parts))
    for language in (first, *(one for one in parts if one != first)):
        part = airing if language == first else part_of(airing, now)
        sound = sounds[language]
        part.bulletin = BulletinId(sound[0].bulletin)
        session.add(part)
        session.flush()
        aim_at(session, part, tree.below(parts[language]), parts[language])
        yield PlannedPart(part, *sound, language)


def _suits(approved: Approved, airing: Airing) -> bool:
    """Return whether a variant, which belongs to its bulletin's area, is approved for the airing's grade."""
    return approved.grade is not None and airing.grade.rank <= approved.grade.rank
