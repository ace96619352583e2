"""Enrolling a device by WebAuthn: what the browser is asked to make, and what it answers, checked.

Signing needs none of this: nodes and station check signatures alike (devices/passkeys.py). The library is
loaded for an enrolment alone: it takes 16 MB.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, cast

from controller.errors import BadInput, NotAllowed
from controller.features.accounts.passkeys import (
    NO_SITE,
    NewDevice,
    PasskeySite,
    add_passkey,
    credentials_of,
    remove_passkey,
)
from controller.features.accounts.proof import check_present
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.second_factor import check_fresh_totp, has_second_factor
from controller.features.accounts.viewer import Caller
from controller.http.public_address import public_address
from controller.model.accounts import Passkey
from controller.model.permissions import Operator
from devices.passkeys import base64url

ENROLLING_TIME = timedelta(minutes=10)
LONGEST_ANSWER = 16_000
"""Characters of what a browser answers; without an attestation it is some 1,500."""


def site_of(caller: Caller) -> PasskeySite | None:
    """Return the site that this station's passkeys are bound to; None: it has no name of its own."""
    return PasskeySite.of(public_address(caller.station))


def begin_passkey(caller: Caller) -> dict[str, Any]:
    """Return what a browser needs to make a passkey for the person: options, and the instant to send back."""
    site, now = _named(caller), caller.now()
    held = credentials_of(caller.store, caller.by.id, site.rp_id, now)
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return {"at": at.isoformat(), "options": _options(site, caller, held, _challenge(caller, at))}


def finish_passkey(
    caller: Caller, tries: Tries, *, name: str, password: str, code: str, at: str, answer: str
) -> Passkey:
    """Enrol the device that answered. Password and code are asked: a stolen session alone enrols nothing."""
    site, now = _named(caller), caller.now()
    device = _read(answer, _challenge(caller, _instant(at, now)), site)
    with tries.counted(caller.viewer.tried_as, Purpose.ACCOUNT):
        check_present(caller, password)
        with caller.store.write() as session:
            if has_second_factor(session, caller.by.id):
                check_fresh_totp(session, caller.by, code, now)
            return add_passkey(session, device, name=name, by=caller.by, now=now)


def remove_own_passkey(caller: Caller, tries: Tries, passkey: str, password: str) -> None:
    """Remove one's own device. The password is asked: a stolen session must keep nobody from signing."""
    with tries.counted(caller.viewer.tried_as, Purpose.ACCOUNT):
        check_present(caller, password)
    with caller.store.write() as session:
        remove_passkey(session, passkey, by=caller.by, now=caller.now())


def _named(caller: Caller) -> PasskeySite:
    site = site_of(caller)
    if site is None:
        raise BadInput(NO_SITE, code="passkey.no-site")
    return site


def _instant(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        is_fresh = timedelta() <= now - at <= ENROLLING_TIME
    except (ValueError, TypeError):
        is_fresh = False
    if not is_fresh:
        raise BadInput("Đã quá 10 phút từ lúc bắt đầu gắn thiết bị. Hãy gắn lại.", code="passkey.late")
    return at


def _challenge(caller: Caller, at: datetime) -> bytes:
    """Return the challenge of this session at this instant: nothing need be stored to know it again."""
    return hashlib.sha256(f"loa-passkey\n{caller.viewer.token}\n{at.isoformat()}".encode()).digest()


def _options(site: PasskeySite, caller: Caller, held: list[str], challenge: bytes) -> dict[str, Any]:
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    person: Operator = caller.by
    made = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=f"Loa, {caller.station.label}",
        user_id=person.id.encode(),
        user_name=person.name,
        user_display_name=person.display_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in held],
        supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
    )
    return cast("dict[str, Any]", json.loads(options_to_json(made)))


def _read(answer: str, challenge: bytes, site: PasskeySite) -> NewDevice:
    from webauthn import verify_registration_response
    from webauthn.helpers import decode_credential_public_key
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey
    from webauthn.helpers.exceptions import WebAuthnException

    if len(answer) > LONGEST_ANSWER:
        raise _bad()
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
        )
        key = decode_credential_public_key(made.credential_public_key)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _bad() from error
    if not isinstance(key, DecodedEC2PublicKey) or (len(key.x), len(key.y)) != (32, 32):
        raise _bad()
    return NewDevice(base64url(made.credential_id), base64url(key.x + key.y), site.rp_id)


def _bad() -> NotAllowed:
    return NotAllowed(
        "Thiết bị trả lời không đúng nên chưa gắn được. Hãy thử lại, hoặc dùng thiết bị khác.",
        code="passkey.bad-answer",
    )
