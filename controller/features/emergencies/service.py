"""Writes that call: an emergency by two people, or by one who says why; tests; all-clears. Decision 019."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.accounts.queries import get_operator, require
from controller.features.accounts.service import OnePassword
from controller.features.airings.called_airings import Called, call_airing
from controller.features.airings.conflict_check import allowed_start
from controller.features.airings.planning import AgainstPolicy
from controller.features.airings.queries import targets_of
from controller.features.areas.queries import area_tree, get_area
from controller.features.bulletins.queries import get_bulletin, usable_bulletin
from controller.features.bulletins.scope import check_scope
from controller.features.emergencies.queries import (
    count_ready,
    get_emergency,
    running_in,
    sound_of,
    usable_prepared,
)
from controller.features.emergencies.rings import ring, stop_ringing
from controller.features.emergencies.signed_calls import called, sign_first, sign_second, sounding_ms
from controller.features.emergencies.stopping import give_way
from controller.features.emergencies.told_followers import tell_begun
from controller.features.journal.service import record
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.emergencies import Emergency
from controller.model.emergency_states import (
    LONGEST,
    LOUDEST,
    USUAL_LENGTH,
    EmergencyEvent,
    EmergencyId,
    EmergencyState,
    Kind,
    PreparedId,
    after,
    every_ms,
    is_lapsed,
)
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.times import Times
from devices.calls import LONGEST_ALONE
from devices.ids import AreaCode, Grade
from devices.plan import EMERGENCY_FLOOR

ALL_CLEAR = "Báo yên."
"""Why one person signs it: it ends an emergency that persons called."""
_SCALE = 100


@dataclass(frozen=True, slots=True)
class WantedCall:
    """What shall be called and where: something prepared, or an approved bulletin that nobody holds yet."""

    areas: Collection[AreaCode]
    prepared: PreparedId | None = None
    bulletin: BulletinId | None = None
    volume: int = LOUDEST
    lasts: timedelta = USUAL_LENGTH


@dataclass(frozen=True, slots=True)
class Started:
    """What was called, and the areas whose plans changed by it: none while it waits for a second person."""

    row: Emergency
    changed: frozenset[AreaCode] = frozenset()


def call_emergency(
    session: Session, call: WantedCall, *, by: Operator, password: OnePassword, now: datetime
) -> Started:
    """Sign a call; it sounds once a second person signs it, too, and lapses if nobody does."""
    row = _write_down(session, call, Kind.ALARM, Act.AIR, by=by, now=now)
    sign_first(session, row, by=by, password=password, now=now)
    record(session, by, "emergency.called", row.id, now, detail=_detail(row))
    ring(session, row, now=now)
    return Started(row)


def confirm_emergency(
    session: Session,
    emergency: EmergencyId,
    *,
    by: Operator,
    password: OnePassword,
    now: datetime,
    times: Times,
) -> Started:
    """Sign what another person called: it sounds at once. One of the two may air emergencies."""
    row = get_emergency(session, emergency, lock=True)
    check_confirmable(session, emergency, by=by, now=now)
    sign_second(session, row, by=by, password=password, now=now)
    row.confirmed_by, row.confirmed_at = by.id, now
    record(session, by, "emergency.confirmed", row.id, now)
    stop_ringing(session, row, f"({by.display_name} đã xác nhận.)", now=now)
    return _start(session, row, by=by, now=now, times=times)


def check_confirmable(session: Session, emergency: EmergencyId, *, by: Operator, now: datetime) -> None:
    """Raise what hinders the person from confirming a call, apart from the password."""
    row = get_emergency(session, emergency)
    check_in_person(by)
    require(session, by, Act.AIR, *row.areas)
    after(row.state, EmergencyEvent.START)
    if is_lapsed(row.state, row.called_at, now):
        raise Conflict(
            "Yêu cầu này đã quá 10 phút nên không còn hiệu lực. Chưa có gì được phát. Hãy gọi lại từ đầu.",
            code="emergency.lapsed",
        )
    if row.called_by == by.id:
        raise Conflict(
            "Người gọi không tự xác nhận được. Hãy nhờ người thứ hai; nếu không có ai, hãy gọi một mình và "
            "ghi lý do.",
            code="emergency.same-person",
        )
    _check_one_may(session, row, by)


def call_alone(
    session: Session,
    call: WantedCall,
    because: str,
    *,
    by: Operator,
    password: OnePassword,
    now: datetime,
    times: Times,
) -> Started:
    """Sign and start by one person, who gives a reason; the journal has an act of its own for it."""
    if not because.strip():
        raise BadInput(
            "Phát khẩn cấp một mình thì phải ghi lý do. Chưa có gì được phát.", code="emergency.no-reason"
        )
    if call.lasts > LONGEST_ALONE:
        raise BadInput(
            f"Một người gọi thì phát được tối đa {LONGEST_ALONE // timedelta(hours=1)} giờ. "
            "Chưa có gì được phát. Hãy chọn thời gian ngắn hơn, hoặc nhờ người thứ hai xác nhận.",
            code="emergency.too-long-alone",
        )
    row = _write_down(session, call, Kind.ALARM, Act.AIR_EMERGENCY, by=by, now=now)
    row.alone_because = because.strip()
    sign_first(session, row, by=by, password=password, now=now, alone=row.alone_because)
    detail = _detail(row) | {"reason": row.alone_because}
    record(session, by, "emergency.glass-broken", row.id, now, detail=detail)
    return _start(session, row, by=by, now=now, times=times)


def decline_emergency(
    session: Session, emergency: EmergencyId, *, by: Operator, now: datetime, reason: str = ""
) -> Emergency:
    """Reject a waiting call; by anybody who may stop in its areas."""
    row = get_emergency(session, emergency, lock=True)
    require(session, by, Act.STOP, *row.areas)
    row.state = after(row.state, EmergencyEvent.DECLINE)
    row.ended_by, row.ended_at, row.end_reason = by.id, now, reason.strip() or None
    record(session, by, "emergency.declined", row.id, now, detail={"reason": reason.strip()})
    stop_ringing(session, row, "(Đã bị từ chối hoặc rút lại.)", now=now)
    return row


def sound_all_clear(
    session: Session,
    emergency: EmergencyId,
    prepared: PreparedId,
    *,
    by: Operator,
    password: OnePassword,
    now: datetime,
    times: Times,
) -> Started:
    """End an emergency, and everything else that was called there, with a spoken all-clear, signed by one."""
    cleared = get_emergency(session, emergency, lock=True)
    require(session, by, Act.AIR_EMERGENCY, *cleared.areas)
    if cleared.kind is not Kind.ALARM or cleared.airing is None:
        raise Conflict("Chỉ báo yên được cho một lượt khẩn cấp đã phát.", code="emergency.not-started")
    areas = targets_of(session, [cleared.airing])[cleared.airing]
    call = WantedCall(areas, prepared, volume=cleared.volume)
    row = _write_down(session, call, Kind.ALL_CLEAR, Act.AIR_EMERGENCY, by=by, now=now)
    row.clears = cleared.id
    sign_first(session, row, by=by, password=password, now=now, alone=ALL_CLEAR)
    record(session, by, "emergency.all-clear", row.id, now, detail=_detail(row) | {"clears": cleared.id})
    return _start(session, row, by=by, now=now, times=times)


def start_test(session: Session, call: WantedCall, *, by: Operator, now: datetime, times: Times) -> Started:
    """Sound a test at once: its own recording, once, below every emergency, and never in quiet hours."""
    row = _write_down(session, call, Kind.TEST, Act.AIR, by=by, now=now)
    if any(one.kind is not Kind.TEST for one, _ in running_in(session, row.areas)):
        raise Conflict(
            "Đang có phát khẩn cấp trong địa bàn nên không thử loa được lúc này.", code="emergency.running"
        )
    record(session, by, "emergency-test.called", row.id, now, detail=_detail(row))
    started = _start(session, row, by=by, now=now, times=times)
    airing, (_, recording) = session.get_one(Airing, row.airing), sound_of(session, row.bulletin, now)
    if allowed_start(session, airing, row.areas, airing.starts_at, recording.duration_ms) != airing.starts_at:
        raise AgainstPolicy(
            "Đang trong giờ yên lặng hoặc hết số phút trong ngày của địa bàn nên không thử loa được. "
            "Chưa có gì được phát. Hãy thử vào giờ khác."
        )
    return started


def check_call(
    session: Session, call: WantedCall, kind: Kind, act: Act, *, by: Operator, now: datetime
) -> BulletinId:
    """Raise what hinders a call, apart from the password and the moment; return the bulletin to sound."""
    if not call.areas:
        raise BadInput("Hãy chọn ít nhất một địa bàn.", code="airing.no-area")
    for area in call.areas:
        get_area(session, area)
    check_in_person(by)
    require(session, by, act, *call.areas)
    if not EMERGENCY_FLOOR <= call.volume <= _SCALE:
        raise BadInput(f"Âm lượng phải từ {EMERGENCY_FLOOR} đến {_SCALE}.", code="airing.bad-volume")
    if not timedelta() < call.lasts <= LONGEST:
        raise BadInput("Thời gian phát phải từ 1 phút đến 24 giờ.", code="emergency.bad-length")
    bulletin = _bulletin_of(session, call, kind, by)
    sound_of(session, bulletin, now)
    grade = Grade.PRIORITY if kind is Kind.TEST else Grade.EMERGENCY
    check_scope(session, get_bulletin(session, bulletin), call.areas, grade)
    return bulletin


def _write_down(
    session: Session, call: WantedCall, kind: Kind, act: Act, *, by: Operator, now: datetime
) -> Emergency:
    """Write down a call after all checks that do not depend on the moment at which it starts."""
    bulletin = check_call(session, call, kind, act, by=by, now=now)
    row = Emergency(
        id=EmergencyId(new_id(now)),
        kind=kind,
        state=EmergencyState.CALLED,
        prepared=call.prepared,
        bulletin=bulletin,
        areas=list(area_tree(session).outermost(call.areas)),
        volume=call.volume,
        lasts_ms=call.lasts // timedelta(milliseconds=1),
        called_by=by.id,
        called_at=now,
    )
    session.add(row)
    session.flush()
    return row


def check_in_person(by: Operator) -> None:
    """Raise NotAllowed for a token: its person must come themselves."""
    if by.acts is not None:
        raise NotAllowed("Việc này phải do chính người dùng đăng nhập rồi làm.", code="token.not-in-person")


def _bulletin_of(session: Session, call: WantedCall, kind: Kind, by: Operator) -> BulletinId:
    if call.prepared is not None and call.bulletin is None:
        row = usable_prepared(session, call.prepared, by)
        if row.kind is not kind or row.released_at is not None:
            raise Conflict(
                "Bản soạn sẵn này dùng cho việc khác, hoặc đã thôi được giữ.", code="emergency.wrong-kind"
            )
        return row.bulletin
    if call.bulletin is None or call.prepared is not None:
        raise BadInput("Hãy chọn một bản soạn sẵn, hoặc một bản tin đã duyệt.", code="emergency.which")
    if usable_bulletin(session, call.bulletin, by).test != (kind is Kind.TEST):
        raise BadInput("Bản tin thử không được phát ở mức khẩn cấp.", code="airing.test-emergency")
    return call.bulletin


def _check_one_may(session: Session, row: Emergency, confirmer: Operator) -> None:
    """Raise unless the caller or the confirmer may air emergencies in all of the areas, as rows say now."""
    try:
        require(session, confirmer, Act.AIR_EMERGENCY, *row.areas)
    except NotAllowed:
        require(session, get_operator(session, row.called_by), Act.AIR_EMERGENCY, *row.areas)


def _start(session: Session, row: Emergency, *, by: Operator, now: datetime, times: Times) -> Started:
    """Add it to the plans: an emergency repeats and overrides everything; a test sounds once."""
    approved, recording = sound_of(session, row.bulletin, now)
    is_test = row.kind is Kind.TEST
    signed = None if is_test else called(row, approved, recording)
    changed = frozenset() if is_test else give_way(session, row, by=by, now=now)
    held = 0
    if row.prepared is not None:
        held = count_ready(session, row.prepared, row.areas, now)
    starts_at = now + (times.called_lead if held else times.lead(recording.size, nodes=1))
    lasts = timedelta(milliseconds=row.lasts_ms)
    if signed is not None:
        lasts = min(lasts, signed.until - starts_at)
    wanted = Called(
        id=None if signed is None else signed.airing,
        approved=approved,
        recording=recording,
        areas=row.areas,
        starts_at=starts_at,
        grade=Grade.PRIORITY if is_test else Grade.EMERGENCY,
        volume=row.volume,
        duration_ms=sounding_ms(row, recording, lasts),
        every_ms=None if is_test else every_ms(recording.duration_ms),
    )
    airing = call_airing(session, wanted, by=by, now=now)
    row.state = after(row.state, EmergencyEvent.START)
    row.airing = airing.id
    tell_begun(session, row, airing, now=now)
    what = "emergency-test.started" if is_test else "emergency.started"
    record(session, by, what, row.id, now, detail={"airing": airing.id, "held": held})
    return Started(row, changed | frozenset(row.areas))


def _detail(row: Emergency) -> dict[str, object]:
    return {"bulletin": row.bulletin, "prepared": row.prepared, "areas": row.areas}
