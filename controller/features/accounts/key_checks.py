"""Whether a person can sign now, and with which key; why loudspeakers would refuse it otherwise."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.errors import Conflict, NotAllowed
from controller.features.accounts.pens import SIGNING_TIME, PasskeyPen, Touch
from controller.features.accounts.queries import (
    administrators_of,
    held_key,
    keys_in_hand,
    requires_passkeys,
)
from controller.features.areas.queries import area_tree
from controller.model.accounts import HeldKey, Passkey
from controller.model.permissions import Operator
from controller.store import one_read
from devices.ids import AreaCode, Role
from devices.jose import PublicKey
from devices.signing import PersonsKey

_FEW_NAMES = 3
NO_KEY = "Tài khoản này không có khóa ký còn hiệu lực."
_PASSKEY_ONLY = (
    "Tài khoản này ký bằng khóa trên thiết bị, không bằng mật khẩu. Chưa ký gì. Hãy bấm nút Ký bằng thiết bị."
)
_PASSKEY_NEEDED = (
    "Đài yêu cầu ký duyệt bằng khóa trên thiết bị (passkey), mà tài khoản này chưa có khóa nào. Hãy gắn "
    "điện thoại hoặc máy tính ở trang Tài khoản của tôi, rồi báo quản trị ký lại bộ khóa."
)


def sealed_key(session: Session, holder: Operator, role: Role, now: datetime) -> HeldKey:
    """Return the key that the person's password opens."""
    key = held_key(session, holder.id, role, now, is_sealed=True)
    if key is None:
        check_key(session, holder, role, now)
        raise NotAllowed(_PASSKEY_ONLY, code="passkey.needed")
    check_trusted(session, holder, key)
    return key


def check_trusted(session: Session, holder: Operator, key: HeldKey) -> None:
    """Raise Conflict where loudspeakers do not know the key yet."""
    if not key.in_key_set or key.area is None:
        raise Conflict(_not_in_key_set(session, holder), code="keys.not-in-key-set", facts={"kid": key.kid})


def check_key(
    session: Session, holder: Operator, role: Role, now: datetime, area: AreaCode | None = None
) -> None:
    """Raise what hinders the person from signing, by whatever means: no key, or none trusted yet.

    `area`: where the signature is to count; None: anywhere.
    """
    keys = keys_in_hand(session, holder.id, role, now)
    if not keys and role is Role.APPROVER and requires_passkeys(session):
        raise Conflict(_PASSKEY_NEEDED, code="passkey.needed")
    if not keys:
        raise NotAllowed(NO_KEY, code="operator.no-key")
    trusted = [key for key in keys if key.signing_areas]
    if not trusted:
        check_trusted(session, holder, keys[0])
    if area is None:
        return
    lineage = area_tree(session).lineage(area)
    if not any(key.signs_for(lineage) for key in trusted):
        facts = {"kid": trusted[0].kid}
        raise Conflict(_not_in_key_set(session, holder), code="keys.not-for-area", facts=facts)


def touched_pen(session: Session, holder: Operator, role: Role, touch: Touch, now: datetime) -> PasskeyPen:
    """Return the passkey's key; NotAllowed for a key of another person, role or kind, or an old answer."""
    keys = keys_in_hand(session, holder.id, role, now)
    key = next((one for one in keys if one.kid == touch.kid and one.passkey is not None), None)
    if key is None or touch.holder != holder.id:
        raise NotAllowed(NO_KEY, code="operator.no-key")
    check_trusted(session, holder, key)
    if not timedelta() <= now - touch.at <= SIGNING_TIME:
        raise NotAllowed(
            "Đã quá 5 phút từ lúc yêu cầu thiết bị ký, nên chưa ký gì. Hãy ký lại.", code="passkey.late"
        )
    if touch.assertion is not None and (device := session.get(Passkey, key.passkey)) is not None:
        device.last_used_at = now
    public = PublicKey(key.public, key.alg, key.rp_id or "")
    return PasskeyPen(PersonsKey(key.kid, role, public), key.not_after, touch)


def _not_in_key_set(session: Session, holder: Operator) -> str:
    names = [one.display_name for one in administrators_of(session, holder.area) if one.id != holder.id]
    whom = f" ({', '.join(names[:_FEW_NAMES])})" if names else ""
    return (
        "Loa chưa biết khóa ký của bạn ở nơi này, nên sẽ từ chối những gì bạn ký. Chưa ký gì. Hãy báo quản "
        f"trị{whom} mang khóa gốc đến máy chủ và chạy: loa keys sign --root TỆP. Xong thì bạn làm lại."
    )


@one_read
def why_unsigned(session: Session, operator: Operator, *, now: datetime) -> str:
    """Return why loudspeakers would refuse the person's approvals now, and what to do; "": they would not."""
    try:
        check_key(session, operator, Role.APPROVER, now)
    except Conflict as error:
        return error.sentence
    except NotAllowed:
        return ""  # no approver's key at all: the pages offer nothing to approve
    return ""
