"""A planned airing goes on in parts, each an airing of its own, linked to the first: by area, by language.

Each airing has one recording, so that each language gets its own airing (docs/decisions/023).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from controller.features.airings.queries import targets_of
from controller.features.areas.queries import area_languages, area_tree
from controller.features.areas.turns import AT_ONCE, Turns, turns_at, turns_at_each
from controller.features.bulletins.variants import approved_variants
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Delivery, Target
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Approved, Recording
from controller.model.fleet import Node
from controller.model.languages import VIETNAMESE, LanguageCode, by_language
from controller.model.new_ids import new_id
from devices.ids import AiringId, AreaCode, Grade, NodeId


def root_of(airing: Airing) -> AiringId:
    """Return the name of the airing that a part belongs to; of a whole one, its own."""
    return airing.linked_to or airing.id


def parts_with(session: Session, airing_id: AiringId) -> Sequence[AiringId]:
    """Return the names of an airing and all parts that it was divided into; nothing for an unknown one."""
    root = select(func.coalesce(Airing.linked_to, Airing.id)).where(Airing.id == airing_id).scalar_subquery()
    return session.scalars(select(Airing.id).where(or_(Airing.id == root, Airing.linked_to == root))).all()


def split_off(session: Session, airing: Airing, areas: Collection[AreaCode], *, now: datetime) -> Airing:
    """Split some areas off a planned airing; return the part for those areas, planned alike.

    The caller ensures that both keep at least one area. Nodes that belong to an area above of which a part is
    cut out are in neither: no plan reaches them without the others.
    """
    tree = area_tree(session)
    targets = targets_of(session, [airing.id])[airing.id]
    there = tree.outermost(tree.below(targets) & tree.below(areas))
    left = tree.without(targets, areas)
    part = part_of(airing, now)
    session.add(part)
    session.flush()
    if airing.only_chosen:  # chosen nodes: each stays with the part for its area
        meant = select(Node.id).where(Node.area.in_(tree.below(there)))
        session.execute(
            update(Delivery)
            .where(Delivery.airing == airing.id, Delivery.node.in_(meant))
            .values(airing=part.id)
            .execution_options(synchronize_session=False)
        )
    aim_at(session, part, tree.below(there), there)
    aim_at(session, airing, tree.below(left), left)
    return part


def split_by_turns(session: Session, airing: Airing, *, now: datetime) -> None:
    """Split off the areas in which an airing's loudspeakers speak in turns: these have it in their own plans.

    The part is let in by the next run. Where that would leave loudspeakers out that belong to an area above
    both, the airing stays whole, in turns.
    """
    targets = targets_of(session, [airing.id])[airing.id]
    in_turns = turns_of(session, airing, targets).areas.keys()
    tree = area_tree(session)
    at_once = tree.without(targets, in_turns)
    if not in_turns or not at_once:
        return
    left_out = tree.below(targets) - tree.below(in_turns) - tree.below(at_once)
    if (
        session.scalar(select(Node.id).where(Node.area.in_(left_out), Node.retired_at.is_(None)).limit(1))
        is None
    ):
        split_off(session, airing, in_turns, now=now)


def turns_of(session: Session, airing: Airing, targets: Collection[AreaCode]) -> Turns:
    """Return the turns of an airing as they would be given now; a test and chosen nodes have none."""
    return turns_at(session, targets, airing.grade) if has_turns(airing) else AT_ONCE


class SpeaksInTurns(Protocol):
    """Fields of an airing that decide about its turns; a row with these columns is enough."""

    id: AiringId
    node: NodeId | None
    only_chosen: bool
    state: AiringState
    grade: Grade
    turns: int


def has_turns(airing: SpeaksInTurns) -> bool:
    """Return whether an airing's loudspeakers speak in turns where areas say so."""
    return airing.grade is Grade.ROUTINE and airing.node is None and not airing.only_chosen


def turns_of_each(
    session: Session, airings: Iterable[SpeaksInTurns], targets: Mapping[AiringId, tuple[AreaCode, ...]]
) -> dict[AiringId, int]:
    """Return in how many turns loudspeakers speak in each airing; of what is in no plan yet, as of now."""
    all_of_them = list(airings)
    open_ones = [one for one in all_of_them if one.state is AiringState.PLANNED and has_turns(one)]
    planned = {one.id: targets.get(one.id, ()) for one in open_ones}
    found = turns_at_each(session, set(planned.values()))
    return {one.id: found[planned[one.id]].count if one.id in planned else one.turns for one in all_of_them}


def part_of(airing: Airing, now: datetime) -> Airing:
    """Return another airing as that one is planned; what it sounds and where is not said yet."""
    return Airing(
        id=AiringId(new_id(now)),
        bulletin=airing.bulletin,
        schedule=airing.schedule,
        only_chosen=airing.only_chosen,
        state=AiringState.PLANNED,
        grade=airing.grade,
        volume=airing.volume,
        asked_at=airing.asked_at,
        starts_at=airing.starts_at,
        latest_start_at=airing.latest_start_at,
        created_by=airing.created_by,
        created_at=now,
        linked_to=root_of(airing),
        follows=airing.follows,
    )


def aim_at(
    session: Session, airing: Airing, below: Collection[AreaCode], targets: Collection[AreaCode]
) -> None:
    """Have the airing meant for these areas alone; deliveries to nodes elsewhere were never begun."""
    session.execute(delete(Target).where(Target.airing == airing.id))
    rows = [{"airing": airing.id, "area": area, "starts_at": airing.starts_at} for area in targets]
    session.execute(insert(Target), rows)
    meant = select(Node.id).where(Node.area.in_(below))
    session.execute(delete(Delivery).where(Delivery.airing == airing.id, Delivery.node.not_in(meant)))


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
