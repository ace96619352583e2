"""Whether loudspeakers ask for authors' signatures, and what would be silent by it; docs/accounts.md."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from controller.features.accounts.queries import requires_authors
from controller.features.bulletins.in_force import is_in_force
from controller.features.journal.service import record
from controller.features.plans.queries import published_key_sets
from controller.features.plans.reliance import Reliance, relied_upon
from controller.model.accounts import HeldKey, RuleName, StationRule
from controller.model.bulletins import Approved, Bulletin
from controller.store import one_read

EVER = datetime(1970, 1, 1, tzinfo=UTC)


@one_read
def authors_stated(session: Session) -> bool:
    """Return whether the key sets in force ask for authors' signatures."""
    return any(one.authors for one in published_key_sets(session))


@one_read
def authors_asked(session: Session) -> bool:
    """Return whether the station asks authors for their signatures."""
    return requires_authors(session)


@one_read
def without_author(session: Session, now: datetime) -> list[Reliance]:
    """Return what is in use and approved without its author's signature, by title."""
    query = (
        select(Bulletin.id)
        .join(Approved, and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision))
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(*is_in_force(now), Approved.author_kid.is_(None))
    )
    return relied_upon(session, query)


def ask_for_authors(session: Session, *, wanted: bool, now: datetime) -> None:
    """Have the station ask authors for their signatures from now on, or no more; the root decides it."""
    rule = session.get(StationRule, RuleName.AUTHORS)
    if wanted and rule is None:
        session.add(StationRule(name=RuleName.AUTHORS, since=now, by=None))
        record(session, None, "authors.required", RuleName.AUTHORS, now)
    elif not wanted and rule is not None:
        session.delete(rule)
        record(session, None, "authors.not-required", RuleName.AUTHORS, now)
    session.flush()


def authors_to_state(session: Session, now: datetime) -> bool:
    """Return whether the next key set is to ask for authors: the station does, and nothing in use lacks one.

    What nobody uses ends then: loudspeakers would refuse it.
    """
    if not requires_authors(session):
        return False
    if not authors_stated(session):
        if without_author(session, now):
            return False
        end_approvals(session, now, Approved.author_kid.is_(None))
    return True


def end_approvals(session: Session, now: datetime, *which: Any) -> None:
    """End approvals that loudspeakers would refuse: they are to be given again."""
    ends = update(Approved).where(Approved.expires_at > now, *which).values(expires_at=now)
    session.execute(ends.execution_options(synchronize_session=False))
