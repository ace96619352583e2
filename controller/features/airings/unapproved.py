"""Ends airings that left the plans for lack of an approval in force, so that pages stop showing them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from controller.features.airings.cancellation import end_airing
from controller.features.airings.reopening import reopen_airings
from controller.features.bulletins.in_force import is_in_force
from controller.model.accounts import HeldKey
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing
from controller.model.bulletins import Approved, Bulletin

VOID = "Phê duyệt của bản tin không còn hiệu lực nên loa không phát nữa."


def void_airings(session: Session, now: datetime) -> Sequence[Airing]:
    """End the airings that were in the plans and have no approval in force; return them.

    The rule is that of the plans (`wanted_plans`): no node sounds an airing that they leave out. What starts
    hours later waits for an approval again, as what is in no plan yet.
    """
    held = (
        exists()
        .where(Bulletin.id == Airing.bulletin, Bulletin.revision == Airing.revision)
        .where(
            and_(Approved.bulletin == Airing.bulletin, Approved.revision == Airing.revision),
            Approved.recording == Airing.recording,
            HeldKey.kid == Approved.kid,
            *is_in_force(now),
        )
    )
    reopen_airings(session, ~held, now)
    query = select(Airing).where(Airing.state.in_(IN_PLANS), ~held).order_by(Airing.id).with_for_update()
    voided = session.scalars(query).all()
    for airing in voided:
        end_airing(airing, VOID, now)
    return voided
