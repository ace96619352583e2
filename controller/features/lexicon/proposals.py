"""Readings that people without the right to teach propose; a yes puts them into the lexicon."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.queries import require, sees
from controller.features.areas.queries import area_tree, get_area, top_area
from controller.features.journal.service import record
from controller.features.lexicon.queries import live_entry
from controller.features.lexicon.service import add_entry, one_line
from controller.features.notices.service import notify
from controller.model.lexicon import LexiconProposal, ProposalId
from controller.model.new_ids import new_id
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import AreaCode
from tts.errors import TextError
from tts.normalization import check_entry

MOST_OPEN = 50
"""Undecided proposals of one person: nobody reads more, and a mistake in a form must not fill the list."""
_OPEN = select(LexiconProposal).where(LexiconProposal.decided_at.is_(None))


@one_write
def propose_entry(
    session: Session, *, written: str, spoken: str, by: Operator, now: datetime, area: str | None = None
) -> LexiconProposal:
    """Propose how a written form is read, in the whole province or in an area that holds the person's own.

    The same again changes nothing. Who writes bulletins may; raises BadInput, Conflict or NotAllowed.
    """
    require(session, by, Act.WRITE, by.area)
    place = get_area(session, AreaCode(area)).code if area else top_area(session).code
    if place not in area_tree(session).lineage(by.area):
        raise NotAllowed("Chỉ đề nghị được cho địa bàn của mình hoặc cấp trên của địa bàn ấy.")
    written, spoken = one_line(written), one_line(spoken)
    try:
        check_entry(written, spoken)
    except TextError as error:
        raise BadInput(error.sentence, code=error.code) from error
    known = live_entry(session, written, place)
    if known is not None and known.spoken == spoken:
        raise Conflict(f"Từ điển đã có «{written}» đọc là «{spoken}».", code="lexicon.taught")
    if (there := _same(session, written, spoken, place)) is not None:
        return there
    _check_few(session, by)
    row = LexiconProposal(
        id=ProposalId(new_id(now)),
        written=written,
        spoken=spoken,
        area=place,
        proposed_by=by.id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    record(session, by, "lexicon.proposed", row.id, now, detail=_detail(row))
    return row


@one_write
def accept_proposal(session: Session, proposal_id: str, *, by: Operator, now: datetime) -> LexiconProposal:
    """Put what was proposed into the lexicon, and tell who proposed it; raises what `add_entry` raises."""
    row = _undecided(session, proposal_id, by)
    entry = add_entry(session, written=row.written, spoken=row.spoken, area=row.area, by=by, now=now)
    row.entry = entry.id
    _decide(session, row, "đã vào từ điển", by, now)
    record(session, by, "lexicon.proposal-accepted", row.id, now, detail=_detail(row) | {"entry": entry.id})
    return row


@one_write
def refuse_proposal(session: Session, proposal_id: str, *, by: Operator, now: datetime) -> LexiconProposal:
    """Leave the lexicon as it is, and tell who proposed it; the bulletin that has the reading keeps it."""
    row = _undecided(session, proposal_id, by)
    _decide(session, row, "không được đưa vào từ điển", by, now)
    record(session, by, "lexicon.proposal-refused", row.id, now, detail=_detail(row))
    return row


def _same(session: Session, written: str, spoken: str, area: AreaCode) -> LexiconProposal | None:
    query = _OPEN.where(
        LexiconProposal.written == written, LexiconProposal.spoken == spoken, LexiconProposal.area == area
    )
    return session.scalars(query).first()


def _check_few(session: Session, by: Operator) -> None:
    own = _OPEN.where(LexiconProposal.proposed_by == by.id).subquery()
    if (session.scalar(select(func.count()).select_from(own)) or 0) >= MOST_OPEN:
        raise Conflict(
            f"Bạn đã có {MOST_OPEN} đề nghị chưa được xem. Hãy đợi cán bộ duyệt xem bớt.",
            code="lexicon.too-many-proposals",
        )


def _undecided(session: Session, proposal_id: str, by: Operator) -> LexiconProposal:
    row = session.get(LexiconProposal, ProposalId(proposal_id), with_for_update=True)
    if row is None or not sees(session, by, row.area):
        raise NotFound("Không có đề nghị này.", code="lexicon.unknown-proposal")
    require(session, by, Act.TEACH, row.area)
    if row.decided_at is not None:
        raise Conflict("Đề nghị này đã có người xem rồi.", code="lexicon.decided")
    return row


def _decide(session: Session, row: LexiconProposal, word: str, by: Operator, now: datetime) -> None:
    row.decided_by, row.decided_at = by.id, now
    session.flush()
    sentence = f"Cách đọc bạn đề nghị, «{row.written}» đọc là «{row.spoken}», {word}."
    if row.proposed_by != by.id:
        notify(session, [row.proposed_by], NoticeKind.LEXICON, row.id, sentence, now=now)


def _detail(row: LexiconProposal) -> dict[str, str]:
    return {"written": row.written, "spoken": row.spoken, "area": row.area}
