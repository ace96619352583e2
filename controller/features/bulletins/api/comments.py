"""Comments at single sentences of bulletins, by JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.accounts.dependencies import SignedVisit
from controller.features.bulletins.comments import LONGEST_COMMENT, comment_on_sentence, comments_seen
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.schemas import Command, View

router = json_router(prefix="/bulletins/{bulletin_id}/comments", tags=["bulletins"])


class CommentView(View):
    """A comment at a sentence."""

    id: str
    revision: int
    sentence: str = Field(description="As it is written in that revision.")
    text: str
    by: str
    at: datetime
    is_there: bool = Field(description="Whether the sentence stands unchanged in the newest revision.")


class Comment(Command):
    """What an approver says about a sentence."""

    revision: Annotated[int, Field(ge=1)]
    sentence: Annotated[int, Field(ge=0, le=10_000, description="Its number in the text, from 0.")]
    text: Annotated[str, Field(max_length=LONGEST_COMMENT)]


@router.get("", responses=refusals(401, 404))
def index(visit: SignedVisit, bulletin_id: str) -> list[CommentView]:
    """Return the comments on all revisions, oldest first."""
    return [CommentView.of(one) for one in comments_seen(visit.store, visit.scope, bulletin_id)]


@router.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def add(visit: SignedVisit, bulletin_id: str, asked: Comment) -> list[CommentView]:
    """Comment on a sentence of what waits for approval; return all comments."""
    comment_on_sentence(visit, bulletin_id, **asked.model_dump(), **visit.stamp)
    return index(visit, bulletin_id)
