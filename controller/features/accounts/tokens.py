"""Tokens for programs: named, narrower than their person, ended by date or by hand; only digests are kept."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.accounts.queries import require
from controller.features.accounts.secret_codes import TOKEN_PREFIX, digest_of_secret, fresh_token
from controller.features.areas.queries import area_tree, get_area
from controller.features.journal.service import record
from controller.model.accounts import Account, ApiToken
from controller.model.new_ids import new_id
from controller.model.permissions import TOKEN_ACTS, Act, Operator, OperatorId, judge
from controller.model.plain_text import one_line
from controller.store import one_read, one_write
from devices.ids import AreaCode

LONGEST_LIFE = timedelta(days=366)
"""A token that nobody remembers ends within a year."""
TOUCH_EVERY = timedelta(minutes=1)
"""`last_used_at` is not written at each call: a program that polls would keep the writer busy."""
LONGEST_NAME = 100


@one_write
def create_token(
    session: Session,
    *,
    name: str,
    acts: Collection[Act],
    area: AreaCode,
    expires_at: datetime,
    of: Operator,
    now: datetime,
    by: Operator | None = None,
) -> tuple[ApiToken, str]:
    """Give a person's program a token; return its row, and the token itself, which is shown this once.

    `by`: an administrator who makes it for the person; None: the person, or a command on the server.
    """
    if by is not None:
        require(session, by, Act.RULE, of.area)
    if of.acts is not None:
        raise NotAllowed("Một mã truy cập không tạo được mã khác.", code="token.by-token")
    get_area(session, area)
    name = _checked_name(name)
    if not now < expires_at <= now + LONGEST_LIFE:
        raise BadInput("Hạn của mã truy cập phải trong vòng một năm tới.", code="token.bad-expiry")
    _check_acts(session, of, acts, area)
    token = TOKEN_PREFIX + fresh_token()
    row = ApiToken(
        id=new_id(now),
        operator=of.id,
        name=name,
        token_sha256=digest_of_secret(token),
        acts=sorted(acts),
        area=area,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    detail = {"name": name, "of": of.id, "acts": row.acts, "area": area}
    record(session, by or of, "token.created", row.id, now, detail=detail)
    return row, token


@one_write
def revoke_token(session: Session, token_id: str, *, by: Operator | None, now: datetime) -> None:
    """End a token: one's own, or as administrator anybody's; None: on the server. Again changes nothing."""
    row = session.get(ApiToken, token_id, with_for_update=True)
    if row is None:
        raise NotFound("Không có mã truy cập này.", code="token.unknown")
    if by is not None and row.operator != by.id:
        require(session, by, Act.RULE, session.get_one(Account, row.operator).area)
    if row.revoked_at is None:
        row.revoked_at = now
        record(session, by, "token.revoked", row.id, now, detail={"name": row.name})


@one_read
def tokens_of(session: Session, operator: OperatorId | None = None) -> Sequence[ApiToken]:
    """Return a person's tokens, or everybody's, newest first; those that ended too."""
    query = select(ApiToken).order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    return session.scalars(query if operator is None else query.where(ApiToken.operator == operator)).all()


def bearer(session: Session, token: str, now: datetime) -> tuple[ApiToken, Operator] | None:
    """Return the token's row and the person as narrowed by it; None when it is not in force; reads only."""
    row = session.execute(
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.operator)
        .where(ApiToken.token_sha256 == digest_of_secret(token), ApiToken.revoked_at.is_(None))
        .where(ApiToken.expires_at > now, Account.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    found: ApiToken = row.ApiToken
    person: Operator = row.Account.operator()
    # moved to another area since: what lies outside the person's area is no longer the token's either
    if person.area not in area_tree(session).lineage(found.area):
        return None
    return found, replace(person, area=found.area, acts=frozenset(Act(act) for act in found.acts))


def touch_token(session: Session, token_id: str, now: datetime) -> None:
    """Note that the token was used."""
    row = session.get(ApiToken, token_id)
    if row is not None:
        row.last_used_at = max(row.last_used_at or now, now)


def _check_password_there(session: Session, of: Operator) -> None:
    if not session.get_one(Account, of.id).password_hash:
        raise NotAllowed(
            "Tài khoản này đăng nhập qua hệ thống của cơ quan nên không có mã truy cập: mã sẽ còn dùng được "
            "khi người đó đã nghỉ. Hãy nhờ quản trị mở một tài khoản riêng cho chương trình.",
            code="token.no-password",
        )


def _checked_name(name: str) -> str:
    name = one_line(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput("Hãy đặt tên cho mã truy cập (tối đa 100 ký tự).", code="token.bad-name")
    return name


def _check_acts(session: Session, of: Operator, acts: Collection[Act], area: AreaCode) -> None:
    _check_password_there(session, of)
    if not acts or not TOKEN_ACTS.issuperset(acts):
        allowed = ", ".join(sorted(TOKEN_ACTS))
        raise BadInput(f"Mã truy cập chỉ được cấp cho các việc: {allowed}.", code="token.bad-acts")
    lineage = area_tree(session).lineage(area)
    for act in sorted(acts):
        verdict = judge(of, act, lineage)
        if not verdict.allowed:
            raise NotAllowed(
                f"{verdict.sentence} Vì vậy không cấp được quyền này cho mã.", code="token.wider"
            )
