"""Emergency operations for pages and JSON: one transaction signs the plans, then they are sent at once."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.second_factor import (
    check_fresh_totp,
    has_second_factor,
    needs_second_factor,
)
from controller.features.accounts.viewer import Caller
from controller.features.bulletins.queries import visible_bulletin
from controller.features.emergencies.preparation import prepare, release, write_from_template
from controller.features.emergencies.queries import check_visible, get_prepared
from controller.features.emergencies.service import (
    Started,
    WantedCall,
    call_alone,
    call_emergency,
    confirm_emergency,
    decline_emergency,
    sound_all_clear,
    start_test,
)
from controller.features.emergencies.stopping import stop_emergency, stop_in
from controller.features.journal.service import record
from controller.model.emergencies import Emergency
from controller.model.emergency_states import EmergencyId, Kind, PreparedId
from controller.model.permissions import Operator
from devices.ids import AreaCode

_WRONG_CODE = "operator.wrong-code"


def call(
    caller: Caller, tries: Tries, asked: WantedCall, *, alone_because: str | None, code: str | None
) -> EmergencyId:
    """Call an emergency: it waits for a second person, or starts at once where one person says why alone."""
    by, now = caller.by, caller.now()

    def act(session: Session) -> Started:
        if alone_because is None:
            return call_emergency(session, asked, by=by, now=now)
        return call_alone(session, asked, alone_because, by=by, now=now, times=caller.station.times)

    return _called(caller, tries, code, act)


def confirm(caller: Caller, tries: Tries, emergency: EmergencyId, code: str | None) -> EmergencyId:
    """Confirm what another person called: it sounds within one second."""

    def act(session: Session) -> Started:
        check_visible(session, emergency, caller.scope.hears)
        return confirm_emergency(
            session, emergency, by=caller.by, now=caller.now(), times=caller.station.times
        )

    return _called(caller, tries, code, act)


def all_clear(
    caller: Caller, tries: Tries, emergency: EmergencyId, *, prepared: PreparedId, code: str | None
) -> EmergencyId:
    """End an emergency with a spoken all-clear."""

    def act(session: Session) -> Started:
        check_visible(session, emergency, caller.scope.hears)
        return sound_all_clear(
            session, emergency, prepared, by=caller.by, now=caller.now(), times=caller.station.times
        )

    return _called(caller, tries, code, act)


def decline(caller: Caller, emergency: EmergencyId, reason: str) -> None:
    """Reject a call that waits for confirmation."""
    with caller.write() as session:
        check_visible(session, emergency, caller.scope.hears)
        decline_emergency(session, emergency, by=caller.by, now=caller.now(), reason=reason)


def prepare_template(caller: Caller, template: str, area: AreaCode) -> PreparedId:
    """Write a built-in text for an area and submit it; nodes fetch it once another person approves it."""
    with caller.write() as session:
        by, now = caller.by, caller.now()
        return write_from_template(session, template, area, by=by, now=now, speech=caller.station.speech).id


def prepare_bulletin(caller: Caller, bulletin: str, *, kind: Kind, area: AreaCode) -> PreparedId:
    """Have the nodes of an area hold a bulletin's recording ready, once it is approved."""
    with caller.write() as session:
        known = visible_bulletin(session, caller.scope, bulletin).id
        return prepare(session, known, kind, area, by=caller.by, now=caller.now()).id


def release_prepared(caller: Caller, prepared: PreparedId) -> None:
    """Stop holding a recording on nodes."""
    with caller.write() as session:
        if get_prepared(session, prepared).area not in caller.scope.hears:
            raise NotFound("Không có bản ghi soạn sẵn này.", code="emergency.unknown-prepared")
        release(session, prepared, by=caller.by, now=caller.now())


def test(caller: Caller, asked: WantedCall) -> EmergencyId:
    """Sound a test; it asks for no code, since it cannot be taken for a real one."""
    with caller.store.write(urgent=True) as session:
        started = start_test(session, asked, by=caller.by, now=caller.now(), times=caller.station.times)
        outgoing = caller.station.sign(session, started.changed)
    caller.station.publish_now(outgoing)
    return started.row.id


def stop_one(
    caller: Caller,
    emergency: EmergencyId,
    reason: str,
    only: Collection[AreaCode] = (),
) -> None:
    """End one emergency everywhere, or in some areas only."""
    with caller.store.write(urgent=True) as session:
        check_visible(session, emergency, caller.scope.hears)
        changed = stop_emergency(session, emergency, by=caller.by, now=caller.now(), reason=reason, only=only)
        outgoing = caller.station.sign(session, changed)
    caller.station.publish_now(outgoing)


def stop_where(caller: Caller, areas: Collection[AreaCode], reason: str) -> list[Emergency]:
    """End everything that was called and sounds in areas, there alone."""
    with caller.store.write(urgent=True) as session:
        ended, changed = stop_in(session, areas, by=caller.by, now=caller.now(), reason=reason)
        outgoing = caller.station.sign(session, changed)
    caller.station.publish_now(outgoing)
    return ended


def _called(caller: Caller, tries: Tries, code: str | None, act: Callable[[Session], Started]) -> EmergencyId:
    with _wrong_codes_counted(caller, tries), caller.store.write(urgent=True) as session:
        check_person(session, caller.by, code, is_required=caller.station.require_totp, now=caller.now())
        started = act(session)
        outgoing = caller.station.sign(session, started.changed) if started.changed else []
    caller.station.publish_now(outgoing)
    return started.row.id


def check_person(
    session: Session, operator: Operator, code: str | None, *, is_required: bool, now: datetime
) -> None:
    """Require a fresh telephone code from people who have a second factor or whose role needs one."""
    if not (has_second_factor(session, operator.id) or (is_required and needs_second_factor(operator))):
        return
    if not code:
        raise BadInput(
            "Phát khẩn cấp cần mã xác thực đang hiện trên điện thoại. Chưa có gì được phát.",
            code="operator.code-needed",
        )
    check_fresh_totp(session, operator, code, now)


@contextmanager
def _wrong_codes_counted(caller: Caller, tries: Tries) -> Iterator[None]:
    """Limit and journal wrong codes; a counter of this session alone, which no stranger can fill."""
    try:
        with tries.counted(caller.viewer.tried_as, Purpose.EMERGENCY):
            yield
    except NotAllowed as error:
        if error.code == _WRONG_CODE:
            with caller.store.write(urgent=True) as session:
                record(session, caller.by, "emergency.refused", caller.by.id, caller.now())
        raise
