"""Which loudspeakers failed the newest drill that asked them, and were not heard in a test since."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from controller.model.drill_states import LEFT_OUT, NOT_TO_MEND
from controller.model.drills import DrillResult
from controller.model.fleet import Node
from controller.model.speaker_tests import SpeakerTestResult
from devices.ids import AreaCode

_WITHIN: Final = timedelta(days=90)
"""A drill longer ago says nothing about a loudspeaker of today."""


def failed_in_drills(
    session: Session, areas: Collection[AreaCode], now: datetime, *, limit: int
) -> Sequence[DrillResult]:
    """Return the results that somebody should see to, the newest first.

    One is done when the loudspeaker passes another drill (or the retry of this one), or a person at the pole
    heard a test of it.
    """
    later = aliased(DrillResult)
    newer = select(later.drill).where(
        later.node == DrillResult.node, later.at > DrillResult.at, later.cause.not_in(LEFT_OUT)
    )
    heard = select(SpeakerTestResult.airing).where(
        SpeakerTestResult.node == DrillResult.node,
        SpeakerTestResult.heard,
        SpeakerTestResult.at > DrillResult.at,
    )
    query = (
        select(DrillResult)
        .join(Node, Node.id == DrillResult.node)
        .where(DrillResult.at > now - _WITHIN, DrillResult.cause.not_in(NOT_TO_MEND))
        .where(~newer.exists(), ~heard.exists())
        .where(Node.area.in_(areas), Node.retired_at.is_(None), Node.quarantined_at.is_(None))
        .order_by(DrillResult.at.desc(), DrillResult.node)
        .limit(limit)
    )
    return session.scalars(query).all()
