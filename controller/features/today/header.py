"""What the head of every page says: what waits for a person, and what sounds as an emergency."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.approvals.waiting import count_waiting
from controller.features.consent.asked import OpenQuestions, asked_of
from controller.features.emergencies.alarm_bar import AlarmLine, alarm_lines
from controller.model.permissions import Operator


class Header:
    """As `accounts.dependencies.PageHeader`."""

    @staticmethod
    def waiting(session: Session, operator: Operator, scope: Scope) -> int:
        """Return how many bulletins wait for this person's approval."""
        return count_waiting(session, operator, scope)

    @staticmethod
    def asked(session: Session, operator: Operator, scope: Scope, now: datetime) -> OpenQuestions:
        """Return what waits for the word of this person's commune."""
        return asked_of(session, operator, scope, now)

    @staticmethod
    def alarms(session: Session, scope: Scope, now: datetime) -> Sequence[AlarmLine]:
        """Return what sounds or waits as an emergency."""
        return alarm_lines(session, scope, now)
