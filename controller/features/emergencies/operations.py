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
from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.queries import visible_bulletin
from controller.features.emergencies.preparation import prepare, release, write_from_template
from controller.features.emergencies.queries import check_visible, get_prepared
from controller.features.emergencies.service import (
    Call,
    Started,
    call_alone,
    call_emergency,
    confirm_emergency,
    decline_emergency,
    sound_all_clear,
    start_test,
)
from controller.features.emergencies.stopping import stop_emergency, stop_in
from controller.features.journal.service import record
from controller.http.station import Station
from controller.http.transactions import writes
from controller.model.emergencies import Emergency
from controller.model.emergency_states import EmergencyId, Kind, PreparedId
from controller.model.permissions import Operator
from devices.ids import AreaCode

_WRONG_CODE = "operator.wrong-code"


def call(
    station: Station,
    viewer: Viewer,
    tries: Tries,
    asked: Call,
    *,
    alone_because: str | None,
    code: str | None,
) -> EmergencyId:
    """Call an emergency: it waits for a second person, or starts at once where one person says why alone."""
    by, now = viewer.operator, station.now()

    def act(session: Session) -> Started:
        if alone_because is None:
            return call_emergency(session, asked, by=by, now=now)
        return call_alone(session, asked, alone_because, by=by, now=now, times=station.times)

    return _called(station, viewer, tries, code, act)


def confirm(
    station: Station, viewer: Viewer, tries: Tries, emergency: EmergencyId, code: str | None
) -> EmergencyId:
    """Confirm what another person called: it sounds within one second."""

    def act(session: Session) -> Started:
        check_visible(session, emergency, viewer.scope.hears)
        return confirm_emergency(
            session, emergency, by=viewer.operator, now=station.now(), times=station.times
        )

    return _called(station, viewer, tries, code, act)


def all_clear(
    station: Station,
    viewer: Viewer,
    tries: Tries,
    emergency: EmergencyId,
    *,
    prepared: PreparedId,
    code: str | None,
) -> EmergencyId:
    """End an emergency with a spoken all-clear."""

    def act(session: Session) -> Started:
        check_visible(session, emergency, viewer.scope.hears)
        return sound_all_clear(
            session, emergency, prepared, by=viewer.operator, now=station.now(), times=station.times
        )

    return _called(station, viewer, tries, code, act)


@writes(urgent=True)
def decline(session: Session, station: Station, viewer: Viewer, emergency: EmergencyId, reason: str) -> None:
    """Reject a call that waits for confirmation."""
    check_visible(session, emergency, viewer.scope.hears)
    decline_emergency(session, emergency, by=viewer.operator, now=station.now(), reason=reason)


@writes()
def prepare_template(
    session: Session, station: Station, viewer: Viewer, template: str, area: AreaCode
) -> PreparedId:
    """Write a built-in text for an area and submit it; nodes fetch it once another person approves it."""
    by, now = viewer.operator, station.now()
    return write_from_template(session, template, area, by=by, now=now, speech=station.speech).id


@writes()
def prepare_bulletin(
    session: Session, station: Station, viewer: Viewer, bulletin: str, *, kind: Kind, area: AreaCode
) -> PreparedId:
    """Have the nodes of an area hold a bulletin's recording ready, once it is approved."""
    known = visible_bulletin(session, viewer.scope, bulletin).id
    return prepare(session, known, kind, area, by=viewer.operator, now=station.now()).id


@writes()
def release_prepared(session: Session, station: Station, viewer: Viewer, prepared: PreparedId) -> None:
    """Stop holding a recording on nodes."""
    if get_prepared(session, prepared).area not in viewer.scope.hears:
        raise NotFound("Không có bản ghi soạn sẵn này.", code="emergency.unknown-prepared")
    release(session, prepared, by=viewer.operator, now=station.now())


def test(station: Station, viewer: Viewer, asked: Call) -> EmergencyId:
    """Sound a test; it asks for no code, since it cannot be taken for a real one."""
    with station.store.write(urgent=True) as session:
        started = start_test(session, asked, by=viewer.operator, now=station.now(), times=station.times)
        outgoing = station.sign(session, started.changed)
    station.publish_now(outgoing)
    return started.row.id


def stop_one(
    station: Station,
    viewer: Viewer,
    emergency: EmergencyId,
    reason: str,
    only: Collection[AreaCode] = (),
) -> None:
    """End one emergency everywhere, or in some areas only."""
    with station.store.write(urgent=True) as session:
        check_visible(session, emergency, viewer.scope.hears)
        changed = stop_emergency(
            session, emergency, by=viewer.operator, now=station.now(), reason=reason, only=only
        )
        outgoing = station.sign(session, changed)
    station.publish_now(outgoing)


def stop_where(station: Station, viewer: Viewer, areas: Collection[AreaCode], reason: str) -> list[Emergency]:
    """End everything that was called and sounds in areas, there alone."""
    with station.store.write(urgent=True) as session:
        ended, changed = stop_in(session, areas, by=viewer.operator, now=station.now(), reason=reason)
        outgoing = station.sign(session, changed)
    station.publish_now(outgoing)
    return ended


def _called(
    station: Station, viewer: Viewer, tries: Tries, code: str | None, act: Callable[[Session], Started]
) -> EmergencyId:
    with _wrong_codes_counted(station, viewer, tries), station.store.write(urgent=True) as session:
        check_person(session, viewer.operator, code, is_required=station.require_totp, now=station.now())
        started = act(session)
        outgoing = station.sign(session, started.changed) if started.changed else []
    station.publish_now(outgoing)
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
def _wrong_codes_counted(station: Station, viewer: Viewer, tries: Tries) -> Iterator[None]:
    """Limit and journal wrong codes; a counter of this session alone, which no stranger can fill."""
    try:
        with tries.counted(viewer.tried_as, Purpose.EMERGENCY):
            yield
    except NotAllowed as error:
        if error.code == _WRONG_CODE:
            with station.store.write(urgent=True) as session:
                record(session, viewer.operator, "emergency.refused", viewer.operator.id, station.now())
        raise
