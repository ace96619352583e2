"""What two administrators sign: the first signs and proposes, the second confirms; docs/accounts.md.

The act is run twice. The first run makes the statements, keeps what the first person signed, and is undone.
The second run, days later, makes them again for the same instant; they must be the very same ones, and both
signatures go out together. So nothing is half done meanwhile, and permissions are checked when it happens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import Conflict, NotAllowed, NotFound
from controller.features.accounts.key_checks import check_key
from controller.features.accounts.pens import First, Second, Touch
from controller.features.accounts.queries import administrators_of, require
from controller.features.accounts.service import OnePassword
from controller.features.journal.service import record
from controller.features.notices.service import notify, take_back
from controller.model.accounts import Account, HeldKey
from controller.model.new_ids import new_id
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator
from controller.model.proposals import Proposal, ProposalId
from controller.store import one_read, one_write
from controller.store.units import Transactions
from devices.ids import AreaCode, KeyId, Role

PROPOSAL_LIFE = timedelta(days=7)
"""For the second person to sign: a week with a holiday in it."""
WAITS = "Bạn đã ký. Việc này cần hai quản trị: có hiệu lực khi một quản trị nữa ký ở trang Chờ ký."


@dataclass(frozen=True, slots=True)
class SharedAct:
    """An act that two administrators may have to sign; `run(session, command, by=, password=, now=)`."""

    name: str
    run: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class WantedAct:
    """An act as somebody asks for it: with what (JSON), for which area, and in words."""

    act: SharedAct
    command: Mapping[str, Any]
    area: AreaCode
    """All that it changes lies here or below; who confirms it rules here, as the first person does."""
    words: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it: its result, or the proposal that now waits for a second administrator."""

    result: Any
    proposal: ProposalId | None = None


class _Undone(Exception):  # noqa: N818 - undoes the first run
    pass


def do_or_propose(
    unit: Transactions, wanted: WantedAct, *, by: Operator, password: OnePassword, now: datetime
) -> Done:
    """Do the act, or keep it with the first signatures where two administrators must sign."""
    first = First(password)
    try:
        with unit.write() as session:
            result = wanted.act.run(session, wanted.command, by=by, password=first, now=now)
            _undo_where_needed(first)
            return Done(result)
    except _Undone:
        return Done(None, _propose(unit, wanted, first, by=by, now=now))


def _undo_where_needed(first: First) -> None:
    if first.needs_second:
        raise _Undone


@one_write
def _propose(session: Session, wanted: WantedAct, first: First, *, by: Operator, now: datetime) -> ProposalId:
    """Keep what the first person signed, and tell the other administrators."""
    if first.at is None:
        raise RuntimeError("an act that nobody signed")
    row = Proposal(
        id=ProposalId(new_id(now)),
        act=wanted.act.name,
        command=dict(wanted.command),
        area=wanted.area,
        words=wanted.words,
        texts=first.texts,
        kid=first.kid,
        by=by.id,
        at=first.at,
    )
    session.add(row)
    session.flush()
    others = {one.id for one in administrators_of(session, wanted.area)} - {by.id}
    sentence = f"{by.display_name} đã ký và chờ bạn ký: {wanted.words}"
    notify(session, others, NoticeKind.SECOND_SIGNATURE, row.id, sentence, now=now)
    record(
        session, by, "proposal.made", row.id, now, detail={"act": row.act, "area": row.area, "kid": row.kid}
    )
    return row.id


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal that waits, and who made it."""

    row: Proposal
    name: str
    is_over: bool
    """Nobody signed it in time."""


@one_read
def open_proposals(session: Session, areas: Sequence[AreaCode], now: datetime) -> list[ProposalLine]:
    """Return what waits for a second administrator in these areas, oldest first."""
    query = (
        select(Proposal, Account.display_name)
        .join(Account, Account.id == Proposal.by)
        .where(Proposal.closed_at.is_(None), Proposal.area.in_(areas))
        .order_by(Proposal.at, Proposal.id)
    )
    return [ProposalLine(row, name, now - row.at > PROPOSAL_LIFE) for row, name in session.execute(query)]


@one_read
def waiting_for(session: Session, by: Operator, areas: Sequence[AreaCode], now: datetime) -> int:
    """Return how many wait for this person's signature."""
    return sum(one.row.by != by.id and not one.is_over for one in open_proposals(session, areas, now))


@one_read
def known_proposal(session: Session, proposal: str, by: Operator, *, lock: bool = False) -> Proposal:
    """Return a proposal that is open; NotFound for any other, NotAllowed for who does not rule there."""
    row = session.get(Proposal, proposal, with_for_update=lock or None)
    if row is None:
        raise NotFound("Không có yêu cầu ký này.", code="proposal.unknown")
    require(session, by, Act.RULE, row.area)
    if row.closed_at is not None:
        raise Conflict("Yêu cầu này đã xong hoặc đã bỏ.", code="proposal.closed")
    return row


def check_confirmable(session: Session, row: Proposal, *, by: Operator, now: datetime) -> None:
    """Raise what hinders this person from being the second; also checked before the password is."""
    if row.by == by.id:
        raise NotAllowed("Người thứ hai phải là một quản trị khác.", code="proposal.own")
    if now - row.at > PROPOSAL_LIFE:
        raise Conflict("Quá 7 ngày không ai ký tiếp, nên phải làm lại từ đầu.", code="proposal.over")
    key = session.get(HeldKey, row.kid)
    if key is None or not key.in_key_set or key.retired_at is not None or key.not_after <= now:
        raise Conflict(
            "Khóa của người ký thứ nhất đã ngừng dùng, nên phải làm lại từ đầu.", code="proposal.changed"
        )
    check_key(session, by, Role.ADMINISTRATOR, now, row.area)


def run_confirmed(
    session: Session, act: SharedAct, row: Proposal, *, by: Operator, password: OnePassword, now: datetime
) -> Any:
    """Run a proposal with both signatures, and close it; the first one's permission is checked again."""
    check_confirmable(session, row, by=by, now=now)
    if isinstance(password, Touch) and len(row.texts) > 1:
        raise NotAllowed("Việc này phải ký bằng mật khẩu.", code="passkey.not-here")
    second = Second(row.texts, KeyId(row.kid), row.at, by, password)
    maker = session.get_one(Account, row.by).operator()
    result = act.run(session, row.command, by=maker, password=second, now=now)
    _close(session, row, by, now)
    record(session, by, "proposal.confirmed", row.id, now, detail={"act": row.act, "by": maker.name})
    return result


@one_write
def withdraw_proposal(session: Session, proposal: str, *, by: Operator, now: datetime) -> None:
    """Put a proposal aside, one's own or another's: nothing of it is done."""
    row = known_proposal(session, proposal, by, lock=True)
    _close(session, row, by, now)
    record(session, by, "proposal.withdrawn", row.id, now, detail={"act": row.act})


def _close(session: Session, row: Proposal, by: Operator, now: datetime) -> None:
    row.closed_at, row.closed_by = now, by.id
    take_back(session, NoticeKind.SECOND_SIGNATURE, row.id, "(Đã xong.)", now=now)
