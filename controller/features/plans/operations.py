"""What the pages of policies show and do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from controller.errors import NotAllowed
from controller.features.accounts.admin_queries import policies_in_force, shown_names
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.pens import PASSKEY_REFUSED, Touch
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.service import WRONG_PASSWORD, Password, unlock_key
from controller.features.accounts.touches import ask_touch
from controller.features.accounts.viewer import Caller
from controller.features.airings.conflict_check import PolicyLoss, losses_by_policy
from controller.features.journal.service import record
from controller.features.plans.policy_signing import POLICY_LIFE, sign_policy
from controller.features.plans.queries import version_of_policy, void_policies
from controller.model.plans import Published
from controller.store import one_read
from devices.ids import AreaCode, Role
from devices.statements import Policy


@dataclass(frozen=True, slots=True)
class PoliciesKnown:
    """The policies by area, which of them a compromised key signed, and people's names by id."""

    found: Mapping[AreaCode, tuple[Policy, Published]]
    void: Sequence[AreaCode]
    names: Mapping[str, str]
    version: str
    """That a change of the one area's policy starts from."""


@one_read
def policies_known(session: Session, area: AreaCode | None = None) -> PoliciesKnown:
    """Return all policies; `area`: with the version of its own."""
    version = "" if area is None else version_of_policy(session, area)
    return PoliciesKnown(policies_in_force(session), void_policies(session), shown_names(session), version)


@one_read
def losses_by(
    session: Session, area: AreaCode, limits: Mapping[str, Any], now: datetime, ahead: timedelta
) -> list[PolicyLoss]:
    """Return what airings of the time ahead would lose by an area's policy with these limits."""
    policy = Policy(target=area, version=1, issued_at=now, expires_at=now + POLICY_LIFE, **limits)
    return losses_by_policy(session, policy, now, now + ahead)


def limits_in_words(limits: Mapping[str, Any]) -> str:
    """Return the limits of a policy as one sentence, for the person who signs it."""
    quiet = ", ".join(f"{one.begins}–{one.ends}" for one in limits["quiet_hours"]) or "không có"
    softer = "".join(f"; {one.begins}–{one.ends} tối đa {one.loudest_volume}%" for one in limits["volumes"])
    return (
        f"giờ yên lặng {quiet}; âm lượng lớn nhất {limits['loudest_volume']}%{softer}; "
        f"mỗi ngày tối đa {limits['minutes_a_day']} phút; tự phát {limits['alone_days']} ngày"
    )


def sign(
    caller: Caller,
    tries: Tries,
    area: AreaCode,
    limits: Mapping[str, Any],
    *,
    password: str | Touch,
    based_on: str,
) -> None:
    """Sign an area's policy; wrong passwords are counted and journaled, as at sign-in.

    A `Touch` that has no answer yet raises SignatureAsked, and changes nothing.
    """
    by, now = caller.by, caller.now()
    try:
        opened: Password = password
        if isinstance(password, str):
            with tries.counted(caller.viewer.tried_as, Purpose.RULING):
                opened = unlock_key(caller.store, by, role=Role.ADMINISTRATOR, password=password, now=now)
        with caller.write() as session:
            sign_policy(
                session, area=area, administrator=by, password=opened, now=now, based_on=based_on, **limits
            )
    except NotAllowed as error:
        if error.code in (WRONG_PASSWORD, PASSKEY_REFUSED):
            with caller.store.write() as session:
                record(session, by, "policy.signing-refused", area, now)
        raise


def ask_policy(
    caller: Caller, tries: Tries, area: AreaCode, limits: Mapping[str, Any], *, kid: str, based_on: str
) -> TouchAsked:
    """Return what a person's device is to sign for exactly this policy, and the policy in words."""
    act = partial(sign, caller, tries, area, limits, based_on=based_on)
    words = f"Ký quy định của {caller.scope.name(area)}: {limits_in_words(limits)}."
    return ask_touch(caller, Role.ADMINISTRATOR, kid, lambda touch: act(password=touch), words=words)
