"""The call of an emergency as persons sign it; loudspeakers sound nothing else: docs/protocol.md, "Calls"."""

import hashlib
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.key_checks import check_key
from controller.features.accounts.pens import OnePen, also_signed_with, instant_of, signed_with
from controller.features.accounts.service import OnePassword, open_one
from controller.features.emergencies.queries import sound_of
from controller.model.bulletins import Approved, Recording
from controller.model.emergencies import Emergency
from controller.model.emergency_states import (
    CALL_LIFE,
    ROUNDS_OF_ALL_CLEAR,
    Kind,
    every_ms,
    rounds_ms,
    rounds_within,
)
from controller.model.new_ids import new_id
from controller.model.permissions import Operator, OperatorRole
from devices.calls import LONGEST_ALONE
from devices.ids import AiringId, Role
from devices.instants import whole_ms
from devices.jose import SigningKey, joined, read_unchecked
from devices.statements import MOST_CALLED_AREAS, Call, SignedCall

ROOM = timedelta(minutes=15)
"""From a call to its first sound: a recording that nobody holds has to be fetched."""
_REASON = 200
"""Characters of a reason that loudspeakers get; the journal has all of it."""
_ID = 21


def callers_role(by: Operator) -> Role:
    """Return with which key the person signs calls: an approver with the one that approves."""
    return Role.APPROVER if OperatorRole.APPROVER in by.roles else Role.CALLER


def sign_first(
    session: Session,
    row: Emergency,
    *,
    by: Operator,
    password: OnePassword,
    now: datetime,
    alone: str | None = None,
) -> None:
    """Write what is called and sign it as the first person; `alone`: the reason where there is no second."""
    pen = _pen(session, row, by, password, now)
    at = whole_ms(instant_of(pen, now))
    approved, recording = sound_of(session, row.bulletin, now)
    needed = timedelta(milliseconds=sounding_ms(row, recording, timedelta(milliseconds=row.lasts_ms))) + ROOM
    lasts = CALL_LIFE + needed if alone is None else min(needed, LONGEST_ALONE)
    try:
        call = Call(
            airing=_airing_id(pen, row, by, at),
            recording=recording.id,
            text_sha256=approved.text_sha256,
            areas=tuple(row.areas),
            loudest_volume=row.volume,
            called_at=at,
            until=at + lasts,
            every_ms=every_ms(recording.duration_ms),
            reason=None if alone is None else alone[:_REASON],
        )
        row.call = _stored([signed_with(pen, call)])
    except ValidationError as error:
        raise BadInput(
            f"Một lệnh khẩn cấp gửi được tới tối đa {MOST_CALLED_AREAS} địa bàn. Chưa có gì được phát. "
            "Hãy chọn cả cấp trên, hoặc gọi làm nhiều lần.",
            code="emergency.too-many-areas",
        ) from error
    row.called_kid = pen.kid


def sign_second(
    session: Session, row: Emergency, *, by: Operator, password: OnePassword, now: datetime
) -> None:
    """Add the second person's signature under the very same call."""
    pen = _pen(session, row, by, password, now)
    (first,) = _signed(row).apart
    row.call = _stored([first, also_signed_with(pen, first, Call)])
    row.confirmed_kid = pen.kid


def called(row: Emergency, approved: Approved, recording: Recording) -> Call:
    """Return what people signed; Conflict where the bulletin's wording or sound is another by now."""
    call = read_unchecked(_signed(row).apart[0].encode(), Call)
    if (call.recording, call.text_sha256) != (recording.id, approved.text_sha256):
        raise Conflict(
            "Bản tin đã thay đổi sau khi có người gọi. Chưa có gì được phát. Hãy gọi lại từ đầu.",
            code="emergency.changed",
        )
    return call


def sounding_ms(row: Emergency, recording: Recording, lasts: timedelta) -> int:
    """Return how long its rounds are with their pauses; as many as fit into `lasts`."""
    if row.kind is Kind.TEST:
        return recording.duration_ms
    rounds = ROUNDS_OF_ALL_CLEAR
    if row.kind is Kind.ALARM:
        rounds = rounds_within(recording.duration_ms, lasts)
    return rounds_ms(recording.duration_ms, rounds)


def _pen(session: Session, row: Emergency, by: Operator, password: OnePassword, now: datetime) -> OnePen:
    """Return what the person signs with, which loudspeakers of all areas must accept."""
    role = callers_role(by)
    for area in row.areas:
        check_key(session, by, role, now, area)
    return open_one(session, by, role=role, password=password, now=now)


def _airing_id(pen: OnePen, row: Emergency, by: Operator, at: datetime) -> AiringId:
    """Return the airing's id; for a passkey it comes from what is called: the statement is made twice."""
    if isinstance(pen, SigningKey):
        return AiringId(new_id(at))
    said = "\n".join([by.id, row.bulletin, *row.areas, str(row.lasts_ms), str(row.volume)])
    return AiringId((new_id(at)[:11] + hashlib.sha256(said.encode()).hexdigest())[:_ID])


def _signed(row: Emergency) -> SignedCall:
    if row.call is None:
        raise Conflict(
            "Yêu cầu này không có chữ ký nên loa sẽ không phát. Hãy gọi lại từ đầu.",
            code="emergency.unsigned",
        )
    return SignedCall.model_validate_json(row.call)


def _stored(texts: list[str]) -> str:
    return SignedCall.model_validate(joined(texts).model_dump()).model_dump_json()
