"""Phones that follow a commune: added and removed by whoever holds the phone; without an account."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.areas.queries import get_area
from controller.features.notices.announcements import forget, welcome
from controller.host.http_post import may_post
from controller.host.web_push import are_push_keys
from controller.model.followers import Follower, FollowerId
from controller.model.new_ids import new_id
from controller.settings import Settings
from controller.store import one_read, one_write
from devices.ids import AreaCode

MOST_FOLLOWERS: Final = 3000
"""Phones of one commune: a push takes some 100 ms of a worker, so all have an alarm in half a minute."""
MOST_FOLLOWED: Final = 5
"""Communes of one phone: home, work, parents."""
LONGEST_ADDRESS: Final = 1000


@one_write
def follow_commune(
    session: Session,
    code: AreaCode,
    *,
    address: str,
    keys: str,
    bulletins: bool,
    settings: Settings,
    now: datetime,
) -> None:
    """Tell a browser of emergencies here, and (`bulletins`) of new bulletins; once more changes what is told.

    `address` and `keys` are the browser's push subscription. The journal names none of this: who follows is
    nobody's affair.
    """
    area = get_area(session, code)
    if area.parent is None or area.ended_at is not None:
        raise NotFound("Hãy chọn một xã, phường để theo dõi.", code="follow.no-commune")
    if (
        len(address) > LONGEST_ADDRESS
        or not may_post(address, settings.push_hosts)
        or not are_push_keys(keys)
    ):
        raise BadInput(
            "Trình duyệt này dùng một dịch vụ báo tin mà đài không gửi tới. Hãy dùng Chrome, Edge, Firefox "
            "hoặc Safari.",
            code="follow.push-service",
        )
    row = _followed(session, address, code)
    if row is not None:
        row.keys, row.bulletins = keys, bulletins
        return
    _check_room(session, address, code)
    row = Follower(
        id=FollowerId(new_id(now)), area=code, address=address, keys=keys, bulletins=bulletins, since=now
    )
    session.add(row)
    session.flush()
    welcome(session, row, area.name, now=now)


@one_write
def unfollow_commune(session: Session, code: AreaCode, *, address: str) -> None:
    """Forget a browser here; whoever has its push address is its owner. Repeating it changes nothing."""
    row = _followed(session, address, code)
    if row is not None:
        forget(session, [row.id])


@one_read
def followed(session: Session, code: AreaCode, *, address: str) -> bool | None:
    """Return whether a browser is told of new bulletins here, too; None: it does not follow."""
    row = _followed(session, address, code)
    return None if row is None else row.bulletins


def _followed(session: Session, address: str, code: AreaCode) -> Follower | None:
    return session.scalars(select(Follower).where(Follower.address == address, Follower.area == code)).first()


def _check_room(session: Session, address: str, code: AreaCode) -> None:
    own = select(func.count()).select_from(Follower).where(Follower.address == address)
    if (session.scalar(own) or 0) >= MOST_FOLLOWED:
        raise Conflict(
            f"Một máy theo dõi được tối đa {MOST_FOLLOWED} xã, phường. Hãy thôi theo dõi một nơi trước.",
            code="follow.too-many",
        )
    here = select(func.count()).select_from(Follower).where(Follower.area == code)
    if (session.scalar(here) or 0) >= MOST_FOLLOWERS:
        raise Conflict(
            "Xã, phường này đã đủ số máy theo dõi mà đài báo kịp. Trang này vẫn có mọi thông báo.",
            code="follow.full",
        )
