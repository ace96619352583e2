"""Sign-in by an OpenID provider: what the pages need of it, and what it said; pure. docs/accounts.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from controller.model.permissions import OperatorRole
from devices.ids import AreaCode


@dataclass(frozen=True, slots=True)
class RoleRule:
    """A line of the file of roles: who has this value in the claim has the role in the area."""

    value: str
    role: OperatorRole
    area: AreaCode


@dataclass(frozen=True, slots=True)
class ProviderSaid:
    """What a checked ID token says of a person; issuer and subject together name them, nothing else does."""

    issuer: str
    subject: str
    user_name: str
    display_name: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """The three secrets of one way to the provider and back; only this browser holds them."""

    state: str
    nonce: str
    verifier: str


class Provider(Protocol):
    """The provider, safe from any thread; every call that waits for it has a bound."""

    def address_for(self, begun: Begun, redirect: str, *, afresh: bool) -> str:
        """Return where to send the browser; `afresh`: the person is to sign in anew. Raises ProviderAway."""

    def person_of(
        self, begun: Begun, redirect: str, code: str, *, now: datetime, since: datetime | None
    ) -> ProviderSaid:
        """Take the code; return who it is. `since`: signed in no earlier. ProviderAway or ProviderRefused."""

    @property
    def issuer(self) -> str:
        """The provider's name for itself."""

    @property
    def is_away(self) -> bool:
        """Whether it did not answer when it was last asked, seconds ago."""


@dataclass(frozen=True, slots=True)
class ProviderWay:
    """How people sign in by a provider at this station."""

    provider: Provider
    name: str
    """As the button says it."""
    claim: str
    rules: tuple[RoleRule, ...]
    session: timedelta
    """After this a person has to be let in by the provider again."""
