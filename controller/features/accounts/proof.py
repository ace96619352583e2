"""Acts on people and keys ask the administrator for a proof each time; docs/operator.md.

A session alone is not enough: a cookie or a telephone may be stolen. The proof is a fresh code of
the second factor, or the password of a person without one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.second_factor import check_fresh_totp, has_second_factor
from controller.features.accounts.service import check_own_password
from controller.features.accounts.viewer import Caller, Viewer
from controller.store import one_read


@contextmanager
def proven(caller: Caller, tries: Tries, proof: str) -> Iterator[Session]:
    """Open the write transaction of such an act; raise BadInput without a proof, NotAllowed for a wrong one.

    The code is used up when the transaction commits; after another failure the same code still works.
    """
    with tries.counted(caller.viewer.tried_as, Purpose.RULING):
        takes_code = asks_code(caller.store, caller.viewer)
        if not proof.strip():
            what = "mã xác thực đang hiện trên điện thoại" if takes_code else "mật khẩu của bạn"
            raise BadInput(f"Việc này cần {what}. Chưa có gì thay đổi.", code="operator.proof-needed")
        if not takes_code:
            check_own_password(caller.store, caller.by, proof)
        with caller.store.write() as session:
            if takes_code:
                check_fresh_totp(session, caller.by, proof, caller.now())
            yield session


@one_read
def asks_code(session: Session, viewer: Viewer) -> bool:
    """Whether the proof is a code, not the password."""
    return has_second_factor(session, viewer.operator.id)
