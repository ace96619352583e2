"""Asks a person's device for a signature, and reads its answer: the two steps of a passkey."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.errors import BadInput, NotFound
from controller.features.accounts.passkey_enrolment import site_of
from controller.features.accounts.passkey_schemas import SignatureGiven, TouchAsked, TouchGiven
from controller.features.accounts.passkeys import SigningDevice, signing_devices
from controller.features.accounts.pens import PASSKEY_REFUSED, SignatureAsked, Touch
from controller.features.accounts.queries import held_key
from controller.features.accounts.viewer import Caller
from controller.store import Session, one_read
from devices.ids import KeyId, Role
from devices.instants import whole_ms
from devices.passkeys import LONGEST_ASSERTION, Assertion, base64url, unbase64url

LONGEST_TOUCH = 1400
"""Characters of a device's answer: 768 bytes in base64url, with its dots."""


@one_read
def devices_for(session: Session, caller: Caller, role: Role) -> list[SigningDevice]:
    """Return the devices by which the person can sign here, last used first."""
    site = site_of(caller)
    if site is None:
        return []
    return signing_devices(session, caller.by.id, role, site.rp_id, caller.now())


@one_read
def means_of_signing(session: Session, caller: Caller, role: Role) -> dict[str, Any]:
    """Return for a page by which devices the person can sign, and whether by the password too."""
    devices = devices_for(session, caller, role)
    by_password = held_key(session, caller.by.id, role, caller.now(), is_sealed=True) is not None
    return {"devices": devices, "by_password": by_password or not devices}


def ask_touch(
    caller: Caller, role: Role, kid: str, act: Callable[[Touch], object], *, words: str
) -> TouchAsked:
    """Run an act up to its signature, undo it, and return what the device is to sign.

    `words`: the statement, as the person reads it before the device asks for a finger.
    """
    device = next((one for one in devices_for(caller.store, caller, role) if one.kid == kid), None)
    if device is None:
        raise NotFound("Không có thiết bị này, hoặc loa chưa biết khóa của nó.", code="passkey.unknown")
    at = whole_ms(caller.now())
    try:
        act(Touch(caller.by.id, device.kid, at))
    except SignatureAsked as asked:
        return TouchAsked(
            kid=device.kid,
            at=at,
            challenge=base64url(asked.challenge),
            credential=device.credential,
            rp_id=device.rp_id,
            words=words,
        )
    raise RuntimeError("an act of signing asked for no signature")


def proof_of(caller: Caller, given: SignatureGiven) -> str | Touch:
    """Return what an act is to be signed with: the password, or what a device answered."""
    return given.password if given.passkey is None else touch_of(caller, given.passkey)


def touch_of(caller: Caller, given: TouchGiven) -> Touch:
    """Read what a device answered; BadInput for what is no answer of a browser on this site.

    Loudspeakers know no addresses, only the site's name; the station also checks the origin.
    """
    parts = given.signature.split(".")
    try:
        raw = [unbase64url(part) for part in parts]
        said: Any = json.loads(raw[1])
        assertion = Assertion(*raw)
    except (ValueError, IndexError, TypeError, RecursionError):
        raise _bad() from None
    site = site_of(caller)
    if site is None or not isinstance(said, dict) or len(assertion.packed()) > LONGEST_ASSERTION:
        raise _bad()
    if said.get("origin") != site.origin or said.get("crossOrigin", False) is not False:
        raise _bad()
    return Touch(caller.by.id, KeyId(given.kid), given.at, assertion)


@dataclass(frozen=True, slots=True)
class SentTouch:
    """What a page's form sends of a passkey: which one, the statement's instant, and the device's answer.

    `asks`: the page's script asks what the device is to sign; nothing is done yet.
    """

    kid: str
    at: str
    signature: str
    asks: bool

    def or_password(self, caller: Caller, password: str) -> str | Touch:
        """Return the device's answer where there is one, or else the password."""
        if not self.signature:
            return password
        return touch_of(caller, _given(self.kid, self.at, self.signature))


def _given(kid: str, at: str, signature: str) -> TouchGiven:
    try:
        return TouchGiven(kid=kid, at=datetime.fromisoformat(at), signature=signature)
    except ValueError:
        raise _bad() from None


def _bad() -> BadInput:
    return BadInput(
        "Thiết bị trả lời không đúng, hoặc trang mở ở địa chỉ khác. Chưa ký gì. Hãy tải lại rồi ký lại.",
        code=PASSKEY_REFUSED,
    )
