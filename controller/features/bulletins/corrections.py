"""An approver mends slips of the author's words; they then wait for approval anew (decision 109)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from controller.errors import Conflict, NotAllowed
from controller.features.accounts.queries import require
from controller.features.bulletins.letter_corrections import mended_places
from controller.features.bulletins.queries import get_revision, usable_bulletin
from controller.features.bulletins.renderings import order_rendering
from controller.features.bulletins.revision_writes import write_revision
from controller.features.journal.service import record
from controller.features.notices.service import notify
from controller.model.accounts import Account
from controller.model.bulletin_states import IN_WORDS, BulletinState, RevisionKind
from controller.model.bulletins import Bulletin, Revision
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator
from controller.model.speech import Speech
from controller.model.wording import clean_text
from controller.store import one_write


@one_write
def correct_bulletin(
    session: Session,
    bulletin_id: str,
    *,
    revision: int,
    text: str,
    by: Operator,
    now: datetime,
    speech: Speech | None = None,
) -> Revision:
    """Mend letters of the wording that waits for approval; it goes on waiting, with a recording of its own.

    The author stays the author, so author and approver still differ, and is told of each place. How much may
    be mended is measured against what the author wrote last, however often it is mended.
    """
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.APPROVE, bulletin.area)
    before = _waiting(session, bulletin, revision, by)
    text = clean_text(text)
    mended_places(_as_authored(session, before).text, text)
    places = mended_places(before.text, text)
    after = write_revision(session, bulletin, text, by, now, manner=before.manner, author=before.author)
    bulletin.changed_at = now
    session.execute(
        update(Bulletin)
        .where(Bulletin.variant_of == bulletin.id, Bulletin.of_revision == before.number)
        .values(of_revision=after.number)  # a slip of the pen changes nothing that a translation says
    )
    order_rendering(session, bulletin, speech or Speech(), now=now)
    said = "; ".join(f"«{one.was.strip()}» thành «{one.now.strip()}»" for one in places)
    _tell(session, bulletin, before, said, by=by, now=now)
    return after


def _waiting(session: Session, bulletin: Bulletin, revision: int, by: Operator) -> Revision:
    """Return the wording that this person may mend, or raise."""
    if bulletin.state is not BulletinState.SUBMITTED or bulletin.revision != revision:
        raise Conflict(
            f"Chưa sửa được: bản tin {IN_WORDS[bulletin.state]}, phiên bản {bulletin.revision}. "
            "Hãy tải lại trang.",
            code="bulletin.changed",
        )
    before = get_revision(session, bulletin.id, revision)
    if before.kind is not RevisionKind.TEXT:
        raise Conflict("Chỉ sửa được chữ của bản tin do máy đọc.", code="bulletin.not-a-text")
    if by.id in {bulletin.author, before.author}:
        raise NotAllowed("Người soạn sửa bản tin của mình ở trang Sửa.", code="bulletin.own")
    return before


def _as_authored(session: Session, newest: Revision) -> Revision:
    """Return the last wording that nobody but its author wrote."""
    query = (
        select(Revision)
        .where(
            Revision.bulletin == newest.bulletin,
            Revision.number <= newest.number,
            Revision.corrected_by.is_(None),
        )
        .order_by(Revision.number.desc())
        .limit(1)
    )
    return session.scalars(query).one()


def _tell(
    session: Session, bulletin: Bulletin, before: Revision, said: str, *, by: Operator, now: datetime
) -> None:
    detail = {"revision": bulletin.revision, "of": before.number, "places": said}
    record(session, by, "bulletin.corrected", bulletin.id, now, detail=detail)
    name = session.get_one(Account, by.id).display_name
    sentence = f"{name} sửa lỗi gõ trong «{bulletin.title}» khi duyệt: {said}."
    authors = {bulletin.author, before.author}
    notify(session, authors, NoticeKind.CORRECTED, bulletin.id, sentence, now=now)
