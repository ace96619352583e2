"""What waits for the word of a person's commune: yes or no, or which goes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Viewer
from controller.features.airings.precedence import Collision, collisions_for
from controller.features.consent.queries import questions_for
from controller.features.consent.schemas import QuestionShown
from controller.model.permissions import Operator


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """All of it; its length is the figure beside Hôm nay in the navigation."""

    questions: Sequence[QuestionShown] = ()
    """What the commune is asked to say yes or no to."""
    collisions: Sequence[Collision] = ()
    """Priority airings of which the commune may say which goes first."""

    def __len__(self) -> int:
        """How many things wait."""
        return len(self.questions) + len(self.collisions)


def asked_of(session: Session, operator: Operator, scope: Scope, now: datetime) -> OpenQuestions:
    """Return what waits for this person's word; nothing where they may not answer."""
    return OpenQuestions(
        questions_for(session, scope.tree, operator, now), collisions_for(session, scope.tree, operator, now)
    )


def asked_by(viewer: Viewer) -> OpenQuestions:
    """Return what the head of this request's page has looked up already."""
    return viewer.asked if isinstance(viewer.asked, OpenQuestions) else OpenQuestions()
