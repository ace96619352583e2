"""Comments of approvers at single sentences; the author sees them beside the words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.queries import require
from controller.features.accounts.scope import Scope
from controller.features.bulletins.queries import get_revision, usable_bulletin, visible_bulletin
from controller.features.journal.service import record
from controller.model.accounts import Account
from controller.model.bulletin_states import IN_WORDS, BulletinState
from controller.model.bulletins import Bulletin, BulletinComment
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.store import one_read, one_write

LONGEST_COMMENT = 1000
MOST_COMMENTS = 100
"""Of one bulletin, all its versions together."""
_ENDS = re.compile(r"(?<=[.!?;])\s+|\n+")


@dataclass(frozen=True, slots=True)
class CommentShown:
    """A comment with its author's name; `is_there`: its sentence stands unchanged in the newest wording."""

    id: str
    revision: int
    sentence: str
    text: str
    by: str
    at: datetime
    is_there: bool


def written_sentences(text: str) -> list[str]:
    """Return the sentences of a text as they are written, each once, in order."""
    return list(dict.fromkeys(part.strip() for part in _ENDS.split(text) if part.strip()))


@one_write
def comment_on_sentence(
    session: Session,
    bulletin_id: str,
    *,
    revision: int,
    sentence: int,
    text: str,
    by: Operator,
    now: datetime,
) -> BulletinComment:
    """Keep what an approver says about a sentence (its number from 0) of the wording that waits.

    Conflict where the bulletin does not wait for approval any more, or has another wording by now.
    """
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.APPROVE, bulletin.area)
    if bulletin.state is not BulletinState.SUBMITTED or bulletin.revision != revision:
        raise Conflict(
            f"Chưa ghi được góp ý: bản tin {IN_WORDS[bulletin.state]}, phiên bản {bulletin.revision}. "
            "Hãy tải lại trang.",
            code="bulletin.changed",
        )
    said = text.strip()
    if not said:
        raise BadInput("Hãy ghi góp ý cho câu này.", code="bulletin.no-comment")
    quoted = _quoted(session, bulletin, sentence)
    row = BulletinComment(
        id=new_id(now),
        bulletin=bulletin.id,
        revision=revision,
        sentence=quoted,
        text=said[:LONGEST_COMMENT],
        by=by.id,
        at=now,
    )
    session.add(row)
    session.flush()
    detail = {"revision": revision, "sentence": row.sentence, "comment": row.text}
    record(session, by, "bulletin.commented", bulletin.id, now, detail=detail)
    return row


def _quoted(session: Session, bulletin: Bulletin, sentence: int) -> str:
    """Return the sentence, or raise where there is none or too much was said about the bulletin already."""
    found = written_sentences(get_revision(session, bulletin.id, bulletin.revision).text)
    if not 0 <= sentence < len(found):
        raise NotFound("Không có câu này trong bản tin.", code="bulletin.no-sentence")
    count = select(func.count()).where(BulletinComment.bulletin == bulletin.id)
    if (session.scalar(count) or 0) >= MOST_COMMENTS:
        raise Conflict(
            f"Bản tin này đã có {MOST_COMMENTS} góp ý. Hãy trả lại cho người soạn.", code="bulletin.comments"
        )
    return found[sentence]


@one_read
def comments_seen(session: Session, scope: Scope, bulletin_id: str) -> Sequence[CommentShown]:
    """Return the comments on a bulletin that the person sees, or raise NotFound."""
    return comments_of(session, visible_bulletin(session, scope, bulletin_id))


def comments_of(session: Session, bulletin: Bulletin) -> Sequence[CommentShown]:
    """Return the comments on all wordings in the order in which they were made."""
    query = (
        select(BulletinComment, Account.display_name)
        .join(Account, Account.id == BulletinComment.by)
        .where(BulletinComment.bulletin == bulletin.id)
        .order_by(BulletinComment.at, BulletinComment.id)
    )
    rows = session.execute(query).all()
    text = get_revision(session, bulletin.id, bulletin.revision).text if rows else ""
    there = frozenset(written_sentences(text))
    return [
        CommentShown(row.id, row.revision, row.sentence, row.text, name, row.at, row.sentence in there)
        for row, name in rows
    ]


def number_of_comments(session: Session, bulletin: Bulletin) -> int:
    """Return how many comments there are on the newest wording."""
    query = select(func.count()).where(
        BulletinComment.bulletin == bulletin.id, BulletinComment.revision == bulletin.revision
    )
    return session.scalar(query) or 0
