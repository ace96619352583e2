"""What a person signs a statement with: the key that their password opened, or a passkey in their own hands.

A passkey signs in two steps. First the act is run with a `Touch` that has no answer: the statement is made,
the transaction is undone, and `SignatureAsked` carries what the device is to sign. Then the same act is run
with the answer: the statement is made again, for the same instant, and must be the very same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from controller.errors import Conflict, NotAllowed
from controller.model.permissions import Operator, OperatorId
from devices.ids import KeyId
from devices.instants import whole_ms
from devices.jose import SigningKey, joined, payload_of
from devices.not_trusted import NotTrusted
from devices.passkeys import Assertion
from devices.signing import PersonsKey, challenge_for, sign, sign_also, sign_by_passkey
from devices.wire_types import WireMessage

SIGNING_TIME: Final = timedelta(minutes=5)
"""From the instant that a statement states to its signature: a person looks for the telephone."""
PASSKEY_REFUSED = "passkey.refused"


class SignatureAsked(Exception):  # noqa: N818 - no fault: the statement waits for its signature
    """A statement is ready to be signed by a passkey; nothing was changed."""

    def __init__(self, challenge: bytes) -> None:
        super().__init__("a passkey is asked to sign")
        self.challenge = challenge


@dataclass(frozen=True, slots=True)
class Touch:
    """A passkey in one act of signing: which one, the statement's instant, and what the device answered."""

    holder: OperatorId
    kid: KeyId
    at: datetime
    assertion: Assertion | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyPen:
    """A passkey's key with what its device answered."""

    key: PersonsKey
    not_after: datetime
    touch: Touch

    @property
    def kid(self) -> KeyId:
        """The key's name."""
        return self.key.kid


OnePen = SigningKey | PasskeyPen


@dataclass(slots=True)
class First:
    """An act that may need two administrators, run by the first: what was signed, and if it needs a second.

    `password`: what the person proves it with (service.Password). Where it needs a second, the transaction is
    undone, and what was signed waits for that person (plans/proposals.py).
    """

    password: Any
    texts: list[str] = field(default_factory=list)
    kid: str = ""
    at: datetime | None = None
    needs_second: bool = False


@dataclass(frozen=True, slots=True)
class Second:
    """The same act, run again by the second: it must make the very statements that the first has signed."""

    texts: Sequence[str]
    kid: KeyId
    at: datetime
    by: Operator
    password: Any


@dataclass(frozen=True, slots=True)
class FirstPen:
    """What the first of two administrators signs with."""

    pen: OnePen
    first: First
    at: datetime

    @property
    def kid(self) -> KeyId:
        """The key's name."""
        return self.pen.kid


@dataclass(frozen=True, slots=True)
class SecondPen:
    """What the second of two administrators signs with; `kid` is the first one's key."""

    pen: OnePen
    second: Second

    @property
    def kid(self) -> KeyId:
        """The name of the first person's key."""
        return self.second.kid


Pen = OnePen | FirstPen | SecondPen


def first_pen(pen: OnePen, first: First, now: datetime) -> FirstPen:
    """Return the first person's pen, and note in the act by which key it is signed, for which instant."""
    first.kid, first.at = pen.kid, instant_of(pen, whole_ms(now))
    return FirstPen(pen, first, first.at)


def signs_one(pen: Pen) -> bool:
    """Whether it signs a single statement: a device asks for a touch for each."""
    return isinstance(pen.pen if isinstance(pen, FirstPen | SecondPen) else pen, PasskeyPen)


def signed_with(pen: Pen, message: WireMessage, persons: int = 1) -> str:
    """Return the statement as a JWS; SignatureAsked while the device was not asked yet.

    `persons`: how many must sign it. Conflict where one person would sign what needs two.
    """
    if isinstance(pen, SecondPen):
        return _together(pen, message)
    if isinstance(pen, FirstPen):
        text = signed_with(pen.pen, message)
        pen.first.texts.append(text)
        pen.first.needs_second |= persons > 1
        return text
    if persons > 1:
        raise Conflict("Việc này phải có hai quản trị ký. Chưa có gì thay đổi.", code="second.needed")
    if isinstance(pen, SigningKey):
        return sign(message, pen)
    return _touched(pen, message.payload(), type(message))


def _together(pen: SecondPen, message: WireMessage) -> str:
    """Return the statement with both signatures, in general JSON serialisation."""
    payload = message.payload()
    first = next((text for text in pen.second.texts if payload_of(text) == payload), None)
    if first is None:
        raise Conflict(
            "Từ lúc quản trị thứ nhất ký, nội dung này đã khác. Chưa có gì thay đổi. Hãy bỏ yêu cầu và làm "
            "lại từ đầu.",
            code="proposal.changed",
        )
    return joined([first, also_signed_with(pen.pen, first, type(message))]).model_dump_json()


def also_signed_with(pen: OnePen, text: str, model: type[WireMessage]) -> str:
    """Return a JWS over the very bytes that `text` signs: for what needs two persons."""
    if isinstance(pen, SigningKey):
        return sign_also(text, model, pen)
    return _touched(pen, payload_of(text), model)


def _touched(pen: PasskeyPen, payload: bytes, model: type[WireMessage]) -> str:
    assertion = pen.touch.assertion
    if assertion is None:
        raise SignatureAsked(challenge_for(payload, model, pen.kid))
    try:
        return sign_by_passkey(payload, model, pen.key, assertion)
    except NotTrusted as reason:
        raise NotAllowed(
            "Chữ ký của thiết bị không khớp với nội dung đang hiện, nên chưa ký gì. Hãy xem lại rồi ký lại.",
            code=PASSKEY_REFUSED,
        ) from reason


def instant_of(pen: Pen, now: datetime) -> datetime:
    """Return the instant that a statement states: now, or when the passkey was asked, or the first signed."""
    if isinstance(pen, SecondPen):
        return pen.second.at
    if isinstance(pen, FirstPen):
        return pen.at
    return now if isinstance(pen, SigningKey) else pen.touch.at
