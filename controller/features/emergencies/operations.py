"""Emergency operations for pages and JSON: one transaction signs the plans, then they are sent at once."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.pens import PASSKEY_REFUSED, Touch
from controller.features.accounts.queries import require
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.second_factor import (
    check_fresh_totp,
    has_second_factor,
    needs_second_factor,
)
from controller.features.accounts.service import WRONG_PASSWORD, OnePassword, unlock_key
from controller.features.accounts.touches import ask_touch
from controller.features.accounts.viewer import Caller
from controller.features.bulletins.queries import get_bulletin, visible_bulletin
from controller.features.emergencies.preparation import prepare, release, write_from_template
from controller.features.emergencies.queries import check_visible, get_emergency, get_prepared
from controller.features.emergencies.service import (
    Started,
    WantedCall,
    call_alone,
    call_emergency,
    check_call,
    check_confirmable,
    check_in_person,
    confirm_emergency,
    decline_emergency,
    sound_all_clear,
    start_test,
)
from controller.features.emergencies.signed_calls import callers_role
from controller.features.emergencies.stopping import stop_emergency, stop_in
from controller.features.journal.service import record
from controller.model.emergencies import Emergency
from controller.model.emergency_states import EmergencyId, Kind, PreparedId
from controller.model.permissions import Act, Operator
from devices.ids import AreaCode

_WRONG = frozenset({"operator.wrong-code", WRONG_PASSWORD, PASSKEY_REFUSED})


@dataclass(frozen=True, slots=True)
class CallProof:
    """What a person calls with: the password, which opens their key, and a code; or a device of theirs.

    A device asks for no code: it verified its person itself.
    """

    password: str = field(default="", repr=False)
    code: str | None = None
    touch: Touch | None = None


def call(
    caller: Caller, tries: Tries, asked: WantedCall, *, alone_because: str | None, proof: CallProof
) -> EmergencyId:
    """Call an emergency: it waits for a second person, or starts at once where one person says why alone."""

    def check(session: Session) -> None:
        act = Act.AIR if alone_because is None else Act.AIR_EMERGENCY
        check_call(session, asked, Kind.ALARM, act, **caller.stamp)

    def act(session: Session, key: OnePassword) -> Started:
        if alone_because is None:
            return call_emergency(session, asked, password=key, **caller.stamp)
        times = caller.station.times
        return call_alone(session, asked, alone_because, password=key, times=times, **caller.stamp)

    return _called(caller, tries, proof, check, act)


def confirm(caller: Caller, tries: Tries, emergency: EmergencyId, proof: CallProof) -> EmergencyId:
    """Confirm what another person called: it sounds within one second."""

    def check(session: Session) -> None:
        check_visible(session, emergency, caller.scope.hears)
        check_confirmable(session, emergency, **caller.stamp)

    def act(session: Session, key: OnePassword) -> Started:
        times = caller.station.times
        return confirm_emergency(session, emergency, password=key, times=times, **caller.stamp)

    return _called(caller, tries, proof, check, act)


def all_clear(
    caller: Caller, tries: Tries, emergency: EmergencyId, *, prepared: PreparedId, proof: CallProof
) -> EmergencyId:
    """End an emergency with a spoken all-clear."""

    def check(session: Session) -> None:
        check_visible(session, emergency, caller.scope.hears)
        require(session, caller.by, Act.AIR_EMERGENCY, *get_emergency(session, emergency).areas)

    def act(session: Session, key: OnePassword) -> Started:
        times = caller.station.times
        return sound_all_clear(session, emergency, prepared, password=key, times=times, **caller.stamp)

    return _called(caller, tries, proof, check, act)


def ask_call(
    caller: Caller, tries: Tries, asked: WantedCall, *, alone_because: str | None, kid: str
) -> TouchAsked:
    """Return what a person's device is to sign for exactly this call, and the call in words."""
    with caller.read() as session:
        act = Act.AIR if alone_because is None else Act.AIR_EMERGENCY
        bulletin = check_call(session, asked, Kind.ALARM, act, **caller.stamp)
        title = get_bulletin(session, bulletin).title
    minutes = asked.lasts // timedelta(minutes=1)
    words = (
        f"Gọi phát khẩn «{title}» tới {caller.scope.where(asked.areas)}, trong {minutes} phút"
        f"{'' if alone_because is None else ', một mình, phát ngay'}."
    )
    return _asked(caller, kid, words, partial(call, caller, tries, asked, alone_because=alone_because))


def ask_confirm(caller: Caller, tries: Tries, emergency: EmergencyId, *, kid: str) -> TouchAsked:
    """Return what the second person's device is to sign: the very call of the first."""
    words = f"Xác nhận, phát ngay {_called_in_words(caller, emergency)}."
    return _asked(caller, kid, words, partial(confirm, caller, tries, emergency))


def ask_all_clear(
    caller: Caller, tries: Tries, emergency: EmergencyId, *, prepared: PreparedId, kid: str
) -> TouchAsked:
    """Return what a person's device is to sign for this all-clear."""
    words = f"Báo yên, dừng {_called_in_words(caller, emergency)}."
    return _asked(caller, kid, words, partial(all_clear, caller, tries, emergency, prepared=prepared))


def _called_in_words(caller: Caller, emergency: EmergencyId) -> str:
    with caller.read() as session:
        check_visible(session, emergency, caller.scope.hears)
        row = get_emergency(session, emergency)
        return f"«{get_bulletin(session, row.bulletin).title}» tới {caller.scope.where(row.areas)}"


def _asked(caller: Caller, kid: str, words: str, act: Callable[..., object]) -> TouchAsked:
    role = callers_role(caller.by)
    return ask_touch(caller, role, kid, lambda touch: act(proof=CallProof(touch=touch)), words=words)


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
        caller.station.make_way()
        outgoing = caller.station.sign(session, changed)
    caller.station.publish_now(outgoing)


def stop_where(caller: Caller, areas: Collection[AreaCode], reason: str) -> list[Emergency]:
    """End everything that was called and sounds in areas, there alone."""
    with caller.store.write(urgent=True) as session:
        ended, changed = stop_in(session, areas, by=caller.by, now=caller.now(), reason=reason)
        caller.station.make_way()
        outgoing = caller.station.sign(session, changed)
    caller.station.publish_now(outgoing)
    return ended


def _called(
    caller: Caller,
    tries: Tries,
    proof: CallProof,
    check: Callable[[Session], None],
    act: Callable[[Session, OnePassword], Started],
) -> EmergencyId:
    """Open the person's key while nobody waits for the database, then sign, start, and send the plans."""
    with caller.read() as session:
        check_in_person(caller.by)
        check(session)
    if proof.touch is None and not proof.password:
        raise BadInput(
            "Phát khẩn cấp cần mật khẩu của bạn để ký. Chưa có gì được phát.", code="operator.password-needed"
        )
    with _wrong_proofs_counted(caller, tries):
        key = proof.touch or _unlocked(caller, proof.password)
        with caller.store.write(urgent=True) as session:
            if proof.touch is None:
                is_required = caller.station.require_totp
                check_person(session, caller.by, proof.code, is_required=is_required, now=caller.now())
            started = act(session, key)
            outgoing = caller.station.sign(session, started.changed) if started.changed else []
    caller.station.publish_now(outgoing)
    return started.row.id


def _unlocked(caller: Caller, password: str) -> OnePassword:
    """Open the person's key; all else waits meanwhile, so this is only for who may try a password now."""
    caller.station.make_way()
    role = callers_role(caller.by)
    return unlock_key(caller.store, caller.by, role=role, password=password, now=caller.now(), urgent=True)


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
def _wrong_proofs_counted(caller: Caller, tries: Tries) -> Iterator[None]:
    """Limit and journal wrong passwords and codes; a counter of this session, which no stranger can fill."""
    try:
        with tries.counted(caller.viewer.tried_as, Purpose.EMERGENCY):
            yield
    except NotAllowed as error:
        if error.code in _WRONG:
            with caller.store.write(urgent=True) as session:
                record(session, caller.by, "emergency.refused", caller.by.id, caller.now())
        raise
