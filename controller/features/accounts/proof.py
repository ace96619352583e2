"""Acts on people and keys ask the administrator for a proof each time; docs/accounts.md.

A session alone is not enough: a cookie or a telephone may be stolen. The proof is a fresh code of the second
factor, or the password of a person without one, or a fresh sign-in at the provider of who has neither.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.second_factor import check_fresh_totp, has_second_factor
from controller.features.accounts.service import check_own_password
from controller.features.accounts.sessions import is_fresh
from controller.features.accounts.viewer import Caller, Viewer
from controller.model.accounts import Account
from controller.model.permissions import OperatorId
from controller.store import one_read


@contextmanager
def proven(caller: Caller, tries: Tries, proof: str) -> Iterator[Session]:
    """Open the write transaction of such an act; raise BadInput without a proof, NotAllowed for a wrong one.

    The code is used up when the transaction commits; after another failure the same code still works.
    """
    with tries.counted(caller.viewer.tried_as, Purpose.RULING):
        takes_code = asks_code(caller.store, caller.viewer)
        if not takes_code and not has_password(caller.store, caller.by.id):
            check_fresh(caller)
        elif not proof.strip():
            what = "mã xác thực đang hiện trên điện thoại" if takes_code else "mật khẩu của bạn"
            raise BadInput(f"Việc này cần {what}. Chưa có gì thay đổi.", code="operator.proof-needed")
        elif not takes_code:
            check_own_password(caller.store, caller.by, proof)
        with caller.store.write() as session:
            if takes_code:
                check_fresh_totp(session, caller.by, proof, caller.now())
            yield session


def check_present(caller: Caller, password: str) -> None:
    """Raise unless the person is there: the own password, or for who has none a fresh sign-in elsewhere."""
    if not has_password(caller.store, caller.by.id):
        check_fresh(caller)
    elif not password:
        raise BadInput("Việc này cần mật khẩu của bạn. Chưa có gì thay đổi.", code="operator.proof-needed")
    else:
        check_own_password(caller.store, caller.by, password)


def check_fresh(caller: Caller) -> None:
    """Raise BadInput unless the person has just signed in anew at the provider."""
    with caller.store.read() as session:
        if not is_fresh(session, caller.viewer.token, caller.now()):
            raise BadInput(
                "Việc này cần bạn vừa đăng nhập lại qua hệ thống của cơ quan. Chưa có gì thay đổi. Hãy bấm "
                "Đăng nhập lại ở trang Tài khoản, rồi làm trong 10 phút.",
                code="operator.fresh-needed",
            )


@one_read
def has_password(session: Session, operator: OperatorId) -> bool:
    """Whether the person has a password here, and is not let in by a provider alone."""
    account = session.get(Account, operator)
    return account is not None and bool(account.password_hash)


@one_read
def asks_code(session: Session, viewer: Viewer) -> bool:
    """Whether the proof is a code, not the password."""
    return has_second_factor(session, viewer.operator.id)
