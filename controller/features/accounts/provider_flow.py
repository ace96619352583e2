"""The way of one browser to the provider and back, kept in a sealed cookie of that browser alone.

No machine keeps anything: whichever `loa web` the browser comes back to opens the cookie with the station's
key. The counter of used ones is shared by all.
"""

import binascii
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from controller.errors import ProviderRefused
from controller.features.accounts.encryption import WrongSecret, seal_with, unseal_with
from controller.model.provider import Begun
from controller.store.engine import JournalSigner

LIFE: Final = timedelta(minutes=10)
"""Time to sign in at the provider, with its second factor."""
_PURPOSE: Final = "loa sign-in by provider v1"
_CONTEXT: Final = "flow"
_LONGEST: Final = 4000  # bytes of a cookie


@dataclass(frozen=True, slots=True)
class Flow:
    """What the browser set out with."""

    begun: Begun
    back: str
    """The page to open in the end."""
    at: datetime
    afresh: bool
    """The person was to sign in anew, though the provider knew them."""
    link_for: str
    """Of a person who links their account: the digest of their session; else empty."""


def begin_flow(back: str, now: datetime, *, afresh: bool = False, link_for: str = "") -> Flow:
    """Return a new flow with secrets of its own."""
    secret = [secrets.token_urlsafe(32) for _ in range(3)]
    return Flow(Begun(*secret), back, now, afresh, link_for)


def sealed_flow(signer: JournalSigner, flow: Flow) -> str:
    """Return the cookie's value."""
    begun = flow.begun
    told = [
        begun.state,
        begun.nonce,
        begun.verifier,
        flow.back,
        flow.at.isoformat(),
        flow.afresh,
        flow.link_for,
    ]
    sealed = seal_with(json.dumps(told).encode(), signer.derive(_PURPOSE), _CONTEXT)
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def opened_flow(signer: JournalSigner, cookie: str, state: str, now: datetime) -> Flow:
    """Return the flow of this browser that has this state, or raise ProviderRefused."""
    try:
        sealed = urlsafe_b64decode(cookie[:_LONGEST].encode() + b"==")
        told = json.loads(unseal_with(sealed, signer.derive(_PURPOSE), _CONTEXT))
    except (WrongSecret, binascii.Error, ValueError):
        raise ProviderRefused from None
    flow = Flow(Begun(*told[:3]), told[3], datetime.fromisoformat(told[4]), told[5], told[6])
    is_young = timedelta() <= now - flow.at <= LIFE
    if not is_young or not secrets.compare_digest(flow.begun.state.encode(), state.encode()):
        raise ProviderRefused
    return flow
