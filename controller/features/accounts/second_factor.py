"""The second factor: TOTP (RFC 6238) with codes that work once, and recovery codes; see decision 014.

The secret lies in the database sealed under a key that only the station's own key can make: a stolen
database gives no codes. The only import of pyotp.
"""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.encryption import WrongSecret, seal_with, unseal_with
from controller.features.accounts.notifications import tell_of_account
from controller.features.accounts.queries import require
from controller.features.accounts.secret_codes import (
    digest_of_code,
    fresh_code,
    fresh_totp_secret,
    typed_code,
)
from controller.features.journal.service import record
from controller.model.accounts import Account, RecoveryCode, SecondFactor
from controller.model.permissions import SECOND_FACTOR_ROLES, Act, Operator, OperatorId
from controller.store import one_read, one_write
from controller.store.engine import JOURNAL_SIGNER, JournalSigner

STEP_SECONDS = 30
WINDOW = 1
"""Steps before and after that are taken too: a telephone's clock may be half a minute off."""
RECOVERY_CODES = 10
_RECOVERY_LETTERS = 16  # 80 bits: their digests need no slow hash
_PURPOSE = "loa second factor v1"
_ISSUER = "Loa"


@dataclass(frozen=True, slots=True)
class SecondFactorEnrolment:
    """What a telephone's app needs: `uri` as a QR code, `secret` to type where there is no camera."""

    uri: str
    secret: str


def needs_second_factor(operator: Operator) -> bool:
    """Whether the person's roles ask for a second factor."""
    return not SECOND_FACTOR_ROLES.isdisjoint(operator.roles)


@one_read
def has_second_factor(session: Session, operator: OperatorId) -> bool:
    """Whether the person's second factor is in force."""
    factor = session.get(SecondFactor, operator)
    return factor is not None and factor.confirmed_at is not None


@one_read
def codes_left(session: Session, operator: OperatorId) -> int:
    """Return how many recovery codes the person has not used."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.operator == operator, RecoveryCode.used_at.is_(None))) or 0


@one_write
def begin_second_factor(
    session: Session, *, by: Operator, place: str, now: datetime
) -> SecondFactorEnrolment:
    """Make the person's secret, or show again one that is not confirmed; it does nothing before it is.

    `place` names the station in the telephone's list, such as “Khánh Hòa”.
    """
    factor = session.get(SecondFactor, by.id, with_for_update=True)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict("Tài khoản này đã có mã xác thực hai bước.", code="operator.has-second-factor")
    if factor is None:
        secret = fresh_totp_secret()
        sealed = seal_with(secret.encode(), _key(session), by.id)
        session.add(SecondFactor(operator=by.id, sealed=sealed, begun_at=now))
        session.flush()
    else:
        secret = _secret(session, factor)
    uri = pyotp.TOTP(secret).provisioning_uri(name=by.name, issuer_name=f"{_ISSUER} {place}".strip())
    return SecondFactorEnrolment(uri, secret)


@one_write
def confirm_second_factor(session: Session, code: str, *, by: Operator, now: datetime) -> tuple[str, ...]:
    """Put the second factor in force by a first right code; return the recovery codes, shown this once."""
    factor = session.get(SecondFactor, by.id, with_for_update=True)
    if factor is None:
        raise NotFound("Hãy bắt đầu lại việc gắn mã xác thực.", code="operator.no-second-factor")
    if factor.confirmed_at is not None:
        raise Conflict("Tài khoản này đã có mã xác thực hai bước.", code="operator.has-second-factor")
    if not _take_step(session, factor, code, now):
        raise BadInput(
            "Mã chưa đúng. Hãy xem lại mã đang hiện trên điện thoại và giờ của điện thoại.",
            code="operator.wrong-code",
        )
    factor.confirmed_at = now
    codes = _new_recovery_codes(session, by.id)
    record(session, by, "operator.second-factor-confirmed", by.id, now)
    return codes


@one_write
def renew_recovery_codes(session: Session, code: str, *, by: Operator, now: datetime) -> tuple[str, ...]:
    """Replace the recovery codes, the old ones with them; asks for a fresh code of the telephone."""
    if not has_second_factor(session, by.id):
        raise NotFound("Tài khoản này chưa có mã xác thực hai bước.", code="operator.no-second-factor")
    check_fresh_totp(session, by, code, now)
    codes = _new_recovery_codes(session, by.id)
    record(session, by, "operator.recovery-codes-renewed", by.id, now)
    return codes


def check_fresh_totp(session: Session, operator: Operator, code: str, now: datetime) -> None:
    """Take a code of the person's telephone for one act (an emergency), or raise NotAllowed.

    The code is used up with the transaction that it belongs to. Recovery codes do not count here. Whoever
    calls limits wrong codes: `Tries.check_code` before, `Tries.failed_code` after code `operator.wrong-code`.
    """
    factor = session.get(SecondFactor, operator.id, with_for_update=True)
    if factor is None or factor.confirmed_at is None:
        raise NotAllowed(
            "Việc này cần mã xác thực hai bước, mà tài khoản chưa gắn. Hãy gắn ở trang Tài khoản.",
            code="operator.no-second-factor",
        )
    if not _take_step(session, factor, code, now):
        raise NotAllowed(
            "Mã xác thực không đúng hoặc đã dùng rồi. Hãy đợi mã kế tiếp.", code="operator.wrong-code"
        )


def takes_code(session: Session, operator: OperatorId, code: str, now: datetime) -> bool:
    """Whether it is the telephone's present code or an unused recovery code; either is used up by this."""
    factor = session.get(SecondFactor, operator, with_for_update=True)
    if factor is None or factor.confirmed_at is None:
        return False
    if _take_step(session, factor, code, now):
        return True
    if len(typed_code(code)) != _RECOVERY_LETTERS:
        return False
    spare = session.get(RecoveryCode, (operator, digest_of_code(code)), with_for_update=True)
    if spare is None or spare.used_at is not None:
        return False
    spare.used_at = now
    account = session.get_one(Account, operator)
    detail = {"left": codes_left(session, operator)}
    record(session, account.operator(), "operator.recovery-code-used", operator, now, detail=detail)
    return True


def remove_second_factor(
    session: Session, operator: OperatorId, *, by: Operator | None, now: datetime
) -> None:
    """Take a person's second factor away (a lost telephone); by an administrator, or on the server (None)."""
    account = session.get(Account, operator)
    if account is None:
        raise NotFound("Không có tài khoản này.", code="operator.unknown")
    if by is not None:
        require(session, by, Act.RULE, account.area)
        if by.id == operator:
            raise Conflict("Việc này phải do một quản trị khác làm.", code="operator.self")
    factor = session.get(SecondFactor, operator)
    if factor is None:
        raise NotFound("Tài khoản này chưa có mã xác thực hai bước.", code="operator.no-second-factor")
    session.delete(factor)
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator == operator))
    record(session, by, "operator.second-factor-removed", operator, now)
    tell_of_account(session, account, "bị gỡ mã xác thực hai bước", by=by, now=now)


def _take_step(session: Session, factor: SecondFactor, code: str, now: datetime) -> bool:
    """Whether the code is of a step in the window that is newer than the last one taken; takes it."""
    typed = code.replace(" ", "")
    totp = pyotp.TOTP(_secret(session, factor))
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - WINDOW, present + WINDOW + 1):
        is_new = factor.last_step is None or step > factor.last_step
        if is_new and pyotp.utils.strings_equal(typed, totp.generate_otp(step)):
            factor.last_step = step
            session.flush()
            return True
    return False


def _new_recovery_codes(session: Session, operator: OperatorId) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator == operator))
    codes = tuple(fresh_code(_RECOVERY_LETTERS) for _ in range(RECOVERY_CODES))
    session.add_all(RecoveryCode(operator=operator, code_sha256=digest_of_code(code)) for code in codes)
    session.flush()
    return codes


def _secret(session: Session, factor: SecondFactor) -> str:
    try:
        return unseal_with(factor.sealed, _key(session), factor.operator).decode()
    except WrongSecret:
        raise NotAllowed(
            "Mã xác thực của tài khoản này thuộc khóa cũ của đài. Hãy nhờ quản trị gỡ, rồi gắn lại.",
            code="operator.second-factor-sealed",
        ) from None


def _key(session: Session) -> bytes:
    signer: JournalSigner | None = session.info.get(JOURNAL_SIGNER)
    if signer is None:
        raise RuntimeError("this store was opened without the station's key")
    return signer.derive(_PURPOSE)
