"""What a person signs a statement with: the key that their password opened, or a passkey in their own hands.

A passkey signs in two steps. First the act is run with a `Touch` that has no answer: the statement is made,
the transaction is undone, and `SignatureAsked` carries what the device is to sign. Then the same act is run
with the answer: the statement is made again, for the same instant, and must be the very same one.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from controller.errors import NotAllowed
from controller.model.permissions import OperatorId
from devices.ids import KeyId
from devices.jose import SigningKey, payload_of
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


Pen = SigningKey | PasskeyPen


def signed_with(pen: Pen, message: WireMessage) -> str:
    """Return the statement as a JWS; SignatureAsked while the device was not asked yet."""
    if isinstance(pen, SigningKey):
        return sign(message, pen)
    return _touched(pen, message.payload(), type(message))


def also_signed_with(pen: Pen, text: str, model: type[WireMessage]) -> str:
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
    """Return the instant that a statement states: now, or when the passkey was asked."""
    return now if isinstance(pen, SigningKey) else pen.touch.at
