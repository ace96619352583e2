"""Words for what a schedule with an unapproved bulletin still needs, and who can do it."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from controller.features.accounts.queries import people_who_may
from controller.features.accounts.viewer import Viewer
from controller.model.accounts import Account
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.permissions import Act
from devices.ids import AreaCode

_FEW_NAMES = 3


def what_it_waits_for(
    session: Session, viewer: Viewer, bulletin: Bulletin, targets: Collection[AreaCode]
) -> str:
    """Return what must be done before the schedule is aired, and by whom; "" if nothing."""
    if bulletin.state is BulletinState.APPROVED:
        return ""
    if bulletin.state is BulletinState.SUBMITTED:
        return "Duyệt xong thì lịch tự chạy; lần nào tới giờ mà chưa duyệt thì bỏ qua."
    if bulletin.state in {BulletinState.DRAFT, BulletinState.RETURNED}:
        is_new = bulletin.state is BulletinState.DRAFT
        if viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area]):
            return "Mở bản tin rồi bấm Gửi duyệt." if is_new else "Mở bản tin, sửa rồi gửi duyệt lại."
        people = people_who_may(session, Act.WRITE, [bulletin.area])
        people.sort(key=lambda one: one.id != bulletin.author)
        return _whom_to_ask("gửi duyệt" if is_new else "sửa và gửi duyệt lại", people)
    if viewer.scope.may(viewer.operator, Act.STOP, targets):
        return "Hãy kết thúc lịch này, đặt lịch cho bản tin khác."
    return _whom_to_ask("kết thúc lịch này", people_who_may(session, Act.STOP, targets))


def _whom_to_ask(what: str, people: Collection[Account]) -> str:
    if not people:
        return f"Chưa tài khoản nào có quyền {what}. Hãy báo quản trị."
    names = [one.display_name for one in people][:_FEW_NAMES]
    others = f" và {len(people) - _FEW_NAMES} người khác" if len(people) > _FEW_NAMES else ""
    return f"Tài khoản của bạn không {what} được. Hãy nhắc người làm được: {', '.join(names)}{others}."
