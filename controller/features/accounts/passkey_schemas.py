"""JSON shapes of passkeys: enrolled, listed, asked to sign, and their answers."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field

from controller.features.accounts.passkeys import PasskeyShown
from controller.features.accounts.schemas import Proof
from controller.http.schemas import Command, View


class TouchAsked(View):
    """What a person's device is to sign: `navigator.credentials.get` with this challenge and credential."""

    kid: str
    at: datetime
    challenge: Annotated[str, Field(description="SHA-256 of what the JWS signs, base64url.")]
    credential: str
    rp_id: str
    words: Annotated[str, Field(description="The statement, for the person to read.")]


class TouchGiven(Command):
    """What the device answered; `kid` and `at` as they were asked."""

    kid: Annotated[str, Field(max_length=64)]
    at: AwareDatetime
    signature: Annotated[
        str,
        Field(
            max_length=1400,
            description="authenticatorData, clientDataJSON and signature, each base64url, joined by dots.",
        ),
    ]


class SignatureGiven(Command):
    """How an act is signed: by the password, or by what a device answered to `…/passkey`."""

    password: Annotated[str, Field(max_length=500, description="Opens the person's own key.")] = ""
    passkey: TouchGiven | None = None


class DeviceChosen(Command):
    """Which of one's devices signs."""

    kid: Annotated[str, Field(max_length=64)]


class PasskeyListed(View):
    """A person's device that signs."""

    id: str
    name: str
    site: str
    created_at: datetime
    last_used_at: datetime | None
    keys: list[str]
    is_trusted: Annotated[bool, Field(description="Whether loudspeakers know its key.")]

    @classmethod
    def shown(cls, shown: PasskeyShown) -> Self:
        """Return it as JSON has it."""
        row, keys = shown.row, list(shown.kids)
        return cls.of(row, site=row.rp_id, keys=keys, is_trusted=shown.is_trusted)


class PasskeyBegun(View):
    """What `navigator.credentials.create` needs; `at` is to be sent back."""

    at: str
    options: dict[str, Any]


class NewPasskey(Command):
    """A device that answered, with its name; password and code prove who enrols it."""

    name: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=500)]
    code: Annotated[str, Field(max_length=100)] = ""
    at: Annotated[str, Field(max_length=40)]
    answer: dict[str, Any]


class PasskeyNamed(Command):
    """Another name of a device."""

    name: Annotated[str, Field(max_length=100)]


class OwnPassword(Command):
    """One's own password."""

    password: Annotated[str, Field(max_length=500)] = ""


class PasskeysRequired(Proof):
    """Whether approvers must sign by passkeys alone."""

    required: bool


class PasskeyRule(View):
    """Whether approvers must sign by passkeys alone; who could not sign then, by sign-in name."""

    required: bool
    lacking: list[str]
