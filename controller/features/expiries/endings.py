"""Notices 90, 30 and 7 days before keys, the key set, policies and places end and must be renewed."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from controller.features.accounts.queries import administrators_of
from controller.features.areas.queries import get_area, top_area
from controller.features.notices.service import notify
from controller.model.accounts import Account, HeldKey, Passkey
from controller.model.local_time import ZONE
from controller.model.notices import Notice, NoticeKind
from controller.model.permissions import OperatorId
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from devices.ids import AreaCode, Role

AHEAD = (timedelta(days=90), timedelta(days=30), timedelta(days=7), timedelta())
"""How long before an end it is told, each time once: time to fetch the root key, a reminder, the last one,
and that it has come."""

_LOG = logging.getLogger(__name__)

_SECOND = aliased(HeldKey)
_KEYS = (
    select(HeldKey.holder, HeldKey.role, func.max(HeldKey.not_after), Account.display_name)
    .outerjoin(Account, Account.id == HeldKey.holder)
    .where(HeldKey.retired_at.is_(None), HeldKey.passkey.is_(None))
    .group_by(HeldKey.holder, HeldKey.role, Account.display_name)
)
_DEVICES = (
    select(Passkey.id, Passkey.holder, Passkey.name, Account.display_name, func.max(HeldKey.not_after))
    .join(HeldKey, HeldKey.passkey == Passkey.id)
    .join(Account, Account.id == Passkey.holder)
    .where(HeldKey.retired_at.is_(None), Passkey.removed_at.is_(None))
    .group_by(Passkey.id, Passkey.holder, Passkey.name, Account.display_name)
)
_ROOT_SETS = select(Published.expires_at).where(Published.kind == DocumentKind.ROOTS)
_KEY_SETS = select(func.min(Published.expires_at)).where(
    Published.kind == DocumentKind.KEYS, Published.payload != ""
)
_SIGNED = (
    select(Published, HeldKey.not_after, _SECOND.not_after)
    .join(HeldKey, HeldKey.kid == Published.kid)
    .outerjoin(_SECOND, _SECOND.kid == Published.second_kid)
    .where(Published.kind == bindparam("kind"), Published.payload != "")
    .order_by(Published.target)
)


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that ends; `subject` names it in notices, `what` and `then` say it in words."""

    subject: str
    ends_at: datetime
    what: str
    then: str
    """What happens after, and what to do."""
    area: AreaCode | None = None
    """Whose administrators are told; None: the province's."""
    also: frozenset[OperatorId] = field(default_factory=frozenset)

    def sentence(self, now: datetime) -> str:
        """Return the full sentence: “Khóa của đài hết hạn ngày 24/11/2028, còn 30 ngày. …”."""
        day = self.ends_at.astimezone(ZONE).strftime("%d/%m/%Y")
        left = (self.ends_at - now).days
        when = f"hết hạn ngày {day}, còn {left} ngày" if self.ends_at > now else f"đã hết hạn ngày {day}"
        return f"{self.what} {when}. {self.then}"


def endings(session: Session, now: datetime, within: timedelta = AHEAD[0]) -> list[Ending]:
    """Return what ends within a duration, earliest first; includes what has ended and is still in use."""
    found = [*_keys(session), *_passkeys(session), *_roots(session), *_key_set(session)]
    found += [*_policies(session), *_places(session)]
    return sorted((one for one in found if one.ends_at <= now + within), key=lambda one: one.ends_at)


def tell_of_endings(session: Session, *, now: datetime) -> int:
    """Notify administrators (and the holder of a key) of what ends, once for each of `AHEAD`; also log it."""
    told = 0
    for one in endings(session, now):
        ahead = min(ahead for ahead in AHEAD if one.ends_at - ahead <= now or ahead == AHEAD[0])
        if was_notified(session, NoticeKind.ENDS_SOON, one.subject, one.ends_at - ahead):
            continue
        sentence = one.sentence(now)
        area = one.area or top_area(session).code
        people = {*(account.id for account in administrators_of(session, area)), *one.also}
        notify(session, people, NoticeKind.ENDS_SOON, one.subject, sentence, now=now)
        _LOG.warning("ends %s: %s", one.ends_at.isoformat(), sentence)
        told += 1
    return told


def was_notified(session: Session, kind: NoticeKind, subject: str, since: datetime) -> bool:
    """Whether anybody got such a notice about a subject since an instant."""
    query = exists().where(Notice.kind == kind, Notice.subject == subject, Notice.at >= since)
    return bool(session.scalar(select(query)))


def _keys(session: Session) -> Iterable[Ending]:
    """Yield the newest active key of the station and of each person and role."""
    for holder, role, ends_at, name in session.execute(_KEYS):
        if role is Role.STATION:
            yield Ending(
                "station",
                ends_at,
                "Khóa của đài",
                "Sau ngày đó loa không nhận kế hoạch nào. Hãy mang khóa gốc đến máy chủ và chạy: "
                "loa keys renew-station.",
            )
        elif holder is not None:
            yield Ending(
                f"{role}.{holder}",
                ends_at,
                f"Khóa ký của {name}",
                "Sau ngày đó người này không ký được, và những gì khóa đã ký cũng hết hiệu lực. Người này "
                "hãy đổi mật khẩu ở trang Tài khoản để có khóa mới; rồi quản trị ký lại bộ khóa: "
                "loa keys sign.",
                also=frozenset({holder}),
            )


def _roots(session: Session) -> Iterable[Ending]:
    ends_at = session.scalar(_ROOT_SETS)
    if ends_at is not None:
        yield Ending(
            "roots",
            ends_at,
            "Bộ khóa gốc",
            "Sau ngày đó không ký được bộ khóa nào nữa, và loa im khi bộ khóa đang dùng hết hạn. Hãy lập bộ "
            "khóa gốc kế tiếp: loa keys request TỆP --holder NGƯỜI=KHÓA.",
        )


def _passkeys(session: Session) -> Iterable[Ending]:
    """Yield each device that signs; a person with several has time to enrol one of them again."""
    for device, holder, called, name, ends_at in session.execute(_DEVICES):
        yield Ending(
            f"passkey.{device}",
            ends_at,
            f"Khóa trên thiết bị «{called}» của {name}",
            "Sau ngày đó thiết bị không ký được, và những gì khóa đã ký cũng hết hiệu lực. Người này hãy gắn "
            "lại thiết bị ở trang Tài khoản; rồi quản trị ký lại bộ khóa: loa keys sign.",
            also=frozenset({holder}),
        )


def _key_set(session: Session) -> Iterable[Ending]:
    ends_at = session.scalar(_KEY_SETS)
    if ends_at is not None:
        yield Ending(
            "keys",
            ends_at,
            "Bộ khóa mà loa tin",
            "Sau ngày đó loa không tin chữ ký nào và im. Hãy mang khóa gốc đến máy chủ và chạy: "
            "loa keys sign.",
        )


def _policies(session: Session) -> Iterable[Ending]:
    for row, key_ends in _signed(session, DocumentKind.POLICY):
        area = AreaCode(row.target)
        yield Ending(
            f"policy.{area}",
            min(row.expires_at or key_ends, key_ends),
            f"Quy định của {get_area(session, area).name}",
            "Loa đang có quy định này vẫn theo, nhưng loa mới gắn hoặc bị xóa bộ nhớ sẽ không nhận nữa. "
            "Hãy ký lại ở trang Quy định.",
            area=area,
        )


def _places(session: Session) -> Iterable[Ending]:
    ends = [
        min(row.expires_at or key_ends, key_ends) for row, key_ends in _signed(session, DocumentKind.PLACE)
    ]
    if ends:
        yield Ending(
            "places",
            min(ends),
            "Nơi đặt của những cụm loa đã chuyển địa bàn",
            f"Loa đang giữ thì vẫn theo, loa bị xóa bộ nhớ sẽ về địa bàn cũ. Hãy chạy: "
            f"loa area sign-places {top_area(session).code} --as TÊN.",
        )


def _signed(session: Session, kind: DocumentKind) -> Sequence[tuple[Published, datetime]]:
    """Return the documents of a kind, each with the end of the key that ends first of its signers."""
    rows = session.execute(_SIGNED, {"kind": kind})
    return [(row, min(one, other or one)) for row, one, other in rows]
