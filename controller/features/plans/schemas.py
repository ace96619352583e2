"""JSON shapes of policies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from controller.features.accounts.passkey_schemas import DeviceChosen, SignatureGiven
from controller.http.schemas import Code, Command, View
from controller.model.plan_states import ANY_MINUTES, ANY_VOLUME
from controller.model.plans import Published
from devices.statements import MOST_ALONE_DAYS, USUAL_ALONE_DAYS, LoudHours, Policy, QuietHours

_Percent = Annotated[int, Field(ge=0, le=100)]


class PolicyWanted(Command):
    """All limits of an area's loudspeakers; what is left out is not limited."""

    LIMITS: ClassVar = ("quiet_hours", "loudest_volume", "minutes_a_day", "volumes", "alone_days")

    quiet_hours: Annotated[tuple[QuietHours, ...], Field(max_length=16)] = ()
    loudest_volume: _Percent = ANY_VOLUME
    minutes_a_day: Annotated[int, Field(ge=0, le=1440)] = ANY_MINUTES
    volumes: Annotated[tuple[LoudHours, ...], Field(max_length=16)] = ()
    alone_days: Annotated[int, Field(ge=0, le=MOST_ALONE_DAYS)] = USUAL_ALONE_DAYS
    based_on: str | None = Field(
        None,
        max_length=64,
        description="Where a page began to change it; another policy since answers 409. Null: any.",
    )


class PolicyAsked(SignatureGiven, PolicyWanted):
    """A policy, and how it is signed."""


class AskPolicy(DeviceChosen, PolicyWanted):
    """Which of one's devices is to sign a policy."""


class PolicyChangesGiven(Command):
    """Limits that many areas are to have; null: as it is in each."""

    areas: list[Code] = Field([], max_length=1000)
    groups: list[str] = Field([], max_length=50, description="Names of groups, whose areas are meant.")
    quiet_hours: Annotated[tuple[QuietHours, ...], Field(max_length=16)] | None = None
    loudest_volume: _Percent | None = None
    minutes_a_day: Annotated[int, Field(ge=0, le=1440)] | None = None
    volumes: Annotated[tuple[LoudHours, ...], Field(max_length=16)] | None = None
    alone_days: Annotated[int, Field(ge=0, le=MOST_ALONE_DAYS)] | None = None

    def changes(self) -> dict[str, Any]:
        """Return the limits that are to be changed."""
        given = {name: getattr(self, name) for name in PolicyWanted.LIMITS}
        return {name: value for name, value in given.items() if value is not None}


class PolicyChangesSigned(PolicyChangesGiven):
    """Changes, and the password that opens the administrator's key."""

    password: Annotated[str, Field(min_length=1, max_length=500)]


class LimitChanged(View):
    """One limit in words (Vietnamese)."""

    after: str
    before: str = Field(description="Empty where the area had no policy of its own.")


class AiringLoss(View):
    """What one airing of the coming seven days would lose."""

    airing: str
    title: str
    starts_at: datetime
    seconds_lost: float
    is_silenced: bool
    is_quieter: bool


class AreaChangeShown(View):
    """What changes for one area; nothing where it has these limits already."""

    area: Code
    name: str
    changes: list[LimitChanged]
    losses: list[AiringLoss] = Field(description="Of a check alone.")


class PolicyChangesShown(View):
    """What happened, or would."""

    areas: list[AreaChangeShown]
    proposal: str | None = Field(None, description="It waits for a second administrator.")


class PolicyShown(View):
    """A policy in force."""

    area: Code
    version: int
    quiet_hours: tuple[QuietHours, ...]
    loudest_volume: int
    minutes_a_day: int
    volumes: tuple[LoudHours, ...]
    alone_days: int
    issued_at: datetime
    expires_at: datetime
    signed_by: str | None
    confirmed_by: str | None = Field(description="The second administrator, where two have signed.")
    is_void: bool = Field(description="A key that signed it is compromised: it must be signed again.")
    is_by_too_few: bool = Field(description="One administrator signed it where two must.")

    @classmethod
    def line(
        cls, policy: Policy, row: Published, names: Mapping[str, str], *, is_void: bool, is_by_too_few: bool
    ) -> Self:
        """Return it as JSON has it; `names`: of people by their ids."""
        return cls(
            area=policy.target,
            signed_by=names.get(row.signed_by or ""),
            confirmed_by=names.get(row.confirmed_by or ""),
            is_void=is_void,
            is_by_too_few=is_by_too_few,
            **policy.model_dump(exclude={"target"}),
        )


class PoliciesShown(View):
    """Policies by area."""

    policies: list[PolicyShown]
    proposal: str | None = Field(
        None, description="Of a policy that was signed just now: it waits for a second administrator."
    )
