"""JSON shapes of accounts, sessions, tokens and delegations."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from controller.http.schemas import Code, Command, View
from controller.model.permissions import Act, OperatorRole


class Person(View):
    """Who is signed in."""

    name: str
    display_name: str
    roles: Annotated[list[OperatorRole], BeforeValidator(sorted)]
    area: Code


class Myself(Person):
    """Who is signed in, and what prevents them from approving."""

    cannot_approve: str | None = Field(
        description="For an approver whose key no signed key set names yet: loudspeakers would refuse what "
        "it signs. What to do, in words; null: nothing hinders."
    )


class SignIn(Command):
    """Name and password, and the second-factor code if the person has a second factor."""

    name: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=500)]
    code: Annotated[str, Field(max_length=100)] | None = None


class ChangePassword(Command):
    """The present password and the new one."""

    old: Annotated[str, Field(max_length=500)]
    new: Annotated[str, Field(max_length=500)]


class Proof(Command):
    """A fresh second-factor code, or the password of a person without one: for acts on other people."""

    proof: Annotated[str, Field(max_length=500)] = ""


class MoveOperator(Proof):
    """In which area a person's roles shall hold."""

    area: Annotated[str, Field(max_length=64)]


class SetRoles(Proof):
    """All roles that a person shall have."""

    roles: Annotated[list[OperatorRole], Field(min_length=1, max_length=10)]


class NewOperator(SetRoles):
    """A person to open an account for."""

    name: Annotated[str, Field(max_length=200, description="For signing in.")]
    display_name: Annotated[str, Field(max_length=200)] = ""
    area: Annotated[str, Field(max_length=64)]


class PasswordGiven(View):
    """A fresh password; its person has to choose another at the first sign-in."""

    name: str
    password: str = Field(description="It is told this once.")


class CodeAsked(Command):
    """A code of the telephone."""

    code: Annotated[str, Field(max_length=100)]


class AccountShown(Person, title="Account"):
    """One account, as its administrator sees it."""

    disabled: bool
    second_factor: bool


class EnrolmentShown(View):
    """A second factor that is not yet in force."""

    uri: str = Field(description="otpauth://…, to be shown as a QR code.")
    secret: str = Field(description="The same by hand, base32.")


class RecoveryCodesShown(View):
    """Recovery codes that replace the telephone; each works once."""

    recovery_codes: list[str]


class NewToken(Command):
    """A token to make: for what, where, until when; never more rights than its person has."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    acts: Annotated[list[Act], Field(min_length=1, max_length=20)]
    area: Code | None = Field(None, description="At or below one's own area, which is the default.")
    expires_at: AwareDatetime


class TokenShown(View):
    """A token, without its secret."""

    id: str
    name: str
    acts: list[Act]
    area: Code
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenShown):
    """A token just made."""

    token: str = Field(description="For `Authorization: Bearer`; it is told this once.")


class DelegateApproval(Command):
    """Who may approve where, until when."""

    to: Annotated[str, Field(max_length=200, description="Sign-in name of another approver.")]
    area: Code
    until: AwareDatetime


class DelegationShown(View):
    """A delegation in force."""

    id: str
    giver: str
    receiver: str
    area: Code
    until: datetime
