"""The first administrator: a one-time code, made on the server, is valid for an hour on page Bắt đầu."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from controller.errors import Conflict, NotAllowed
from controller.features.accounts.passwords import NewPassword
from controller.features.accounts.queries import has_administrator
from controller.features.accounts.secret_codes import digest_of_code, fresh_code
from controller.features.accounts.service import create_operator
from controller.features.journal.service import record
from controller.model.accounts import FirstCode
from controller.model.permissions import Operator, OperatorRole
from devices.ids import AreaCode

CODE_LIFE = timedelta(hours=1)
_LETTERS = 12  # 60 bits: too many to guess in an hour, or to search for a stolen digest


def make_first_code(session: Session, *, now: datetime) -> str:
    """Return a new code, valid once and for one hour; earlier codes become void."""
    if has_administrator(session):
        raise Conflict(
            "Đài đã có quản trị. Người đó thêm được tài khoản khác: loa operator add.",
            code="operator.has-administrator",
        )
    code = fresh_code(_LETTERS)
    session.execute(delete(FirstCode))
    session.add(FirstCode(code_sha256=digest_of_code(code), made_at=now, expires_at=now + CODE_LIFE))
    session.flush()
    record(session, None, "operator.first-code-made", "first", now)
    return code


def check_first_code(session: Session, code: str, *, now: datetime, lock: bool = False) -> FirstCode:
    """Return the row of the code; raise Conflict or NotAllowed if it is not valid."""
    if has_administrator(session):
        raise Conflict("Đài đã có quản trị. Hãy đăng nhập.", code="operator.has-administrator")
    row = session.get(FirstCode, digest_of_code(code), with_for_update=lock)
    if row is None or row.used_at is not None or now >= row.expires_at:
        raise NotAllowed(
            "Mã bắt đầu không đúng hoặc đã hết hạn. Hãy lấy mã mới trên máy chủ: loa operator first-code.",
            code="operator.wrong-first-code",
        )
    return row


def create_first_administrator(
    session: Session,
    *,
    code: str,
    name: str,
    display_name: str,
    password: NewPassword,
    area: AreaCode,
    now: datetime,
) -> Operator:
    """Open the first administrator's account with the code, which is used up by it."""
    row = check_first_code(session, code, now=now, lock=True)
    person = create_operator(
        session,
        name=name,
        display_name=display_name,
        roles={OperatorRole.ADMINISTRATOR},
        area=area,
        password=password,
        by=None,
        now=now,
    )
    row.used_at = now
    return person
