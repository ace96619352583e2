"""What the pages of policies show and do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from controller.client.local_client import local_store
from controller.clocks import utc_now
from controller.features.accounts.admin_queries import policies_in_force, shown_names
from controller.features.accounts.counted_signing import counted_signing
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.pens import Touch
from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.touches import ask_touch
from controller.features.accounts.viewer import Caller
from controller.features.airings.conflict_check import PolicyLoss, losses_by_policies
from controller.features.plans.administrators import administrators_needed, signed_by_too_few
from controller.features.plans.policy_signing import POLICY_LIFE, SIGN_POLICY, changed_limits, policy_command
from controller.features.plans.proposals import Done, WantedAct, do_or_propose
from controller.features.plans.queries import published_policy, version_of_policy, void_policies
from controller.model.permissions import Operator
from controller.model.plan_states import DocumentKind
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
    too_few: Sequence[AreaCode]
    """Signed by one administrator where two must sign."""


@one_read
def policies_known(session: Session, now: datetime, area: AreaCode | None = None) -> PoliciesKnown:
    """Return all policies; `area`: with the version of its own."""
    version = "" if area is None else version_of_policy(session, area)
    few = signed_by_too_few(session, administrators_needed(session, now))
    too_few = [target for kind, target in few if kind is DocumentKind.POLICY]
    void = void_policies(session)
    return PoliciesKnown(policies_in_force(session), void, shown_names(session), version, too_few)


@one_read
def losses_by(
    session: Session, wanted: Mapping[AreaCode, Mapping[str, Any]], now: datetime, ahead: timedelta
) -> dict[AreaCode, list[PolicyLoss]]:
    """Return what airings of the time ahead would lose by each area's policy with its limits."""
    policies = [
        Policy(target=area, version=1, issued_at=now, expires_at=now + POLICY_LIFE, **limits)
        for area, limits in wanted.items()
    ]
    return losses_by_policies(session, policies, now, now + ahead)


def limits_in_words(limits: Mapping[str, Any]) -> str:
    """Return the limits of a policy as one sentence, for the person who signs it."""
    return "; ".join(_limits_said(limits))


def changes_in_words(before: Policy | None, limits: Mapping[str, Any]) -> str:
    """Return what a policy with these limits changes, for the two persons who sign it."""
    changed = policy_changes_said(before, limits)
    return "; ".join(f"{now} (trước: {then})" if then else now for now, then in changed) or "ký lại như cũ"


def policy_changes_said(before: Policy | None, limits: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each limit that changes, in words: as it is then, and as it was ("" without a policy)."""
    if before is None:
        return [(now, "") for now in _limits_said(limits)]
    was = _limits_said({name: getattr(before, name) for name in limits})
    return [(now, then) for now, then in zip(_limits_said(limits), was, strict=True) if now != then]


def _limits_said(limits: Mapping[str, Any]) -> list[str]:
    quiet = ", ".join(f"{one.begins}–{one.ends}" for one in limits["quiet_hours"]) or "không có"
    softer = "".join(f", {one.begins}–{one.ends} tối đa {one.loudest_volume}%" for one in limits["volumes"])
    return [
        f"giờ yên lặng {quiet}",
        f"âm lượng lớn nhất {limits['loudest_volume']}%{softer}",
        f"mỗi ngày tối đa {limits['minutes_a_day']} phút",
        f"tự phát {limits['alone_days']} ngày",
    ]


def wanted_policy(
    session: Session, area: AreaCode, limits: Mapping[str, Any], name: str, based_on: str | None
) -> WantedAct:
    """Return the act of signing an area's policy, in words what it changes; `name`: the area's."""
    words = f"Quy định của {name}: {changes_in_words(published_policy(session, area), limits)}."
    return WantedAct(SIGN_POLICY, policy_command(area, limits, based_on), area, words)


def wanted_change(
    area: AreaCode, changes: Mapping[str, Any], session: Session, person: Operator
) -> WantedAct:
    """Return the act of signing an area's policy with some limits changed; without any: as it is."""
    limits = changed_limits(session, area, changes, by=person)
    return wanted_policy(session, area, limits, area, None)


def policies_by_too_few() -> list[AreaCode]:
    """Return the areas on this machine whose policy fewer have signed than must."""
    with local_store() as store, store.read() as session:
        few = signed_by_too_few(session, administrators_needed(session, utc_now()))
    return [area for kind, area in few if kind is DocumentKind.POLICY]


def sign(
    caller: Caller,
    tries: Tries,
    area: AreaCode,
    limits: Mapping[str, Any],
    *,
    password: str | Touch,
    based_on: str | None,
) -> Done:
    """Sign an area's policy, or propose it to a second administrator; wrong passwords are counted.

    A `Touch` that has no answer yet raises SignatureAsked, and changes nothing.
    """
    role = Role.ADMINISTRATOR
    with counted_signing(
        caller, tries, role, password, refused="policy.signing-refused", subject=area
    ) as opened:
        with caller.read() as session:
            wanted = wanted_policy(session, area, limits, caller.scope.name(area), based_on)
        return do_or_propose(caller, wanted, password=opened, **caller.stamp)


def ask_policy(
    caller: Caller, tries: Tries, area: AreaCode, limits: Mapping[str, Any], *, kid: str, based_on: str | None
) -> TouchAsked:
    """Return what a person's device is to sign for exactly this policy, and the policy in words."""
    act = partial(sign, caller, tries, area, limits, based_on=based_on)
    words = f"Ký quy định của {caller.scope.name(area)}: {limits_in_words(limits)}."
    return ask_touch(caller, Role.ADMINISTRATOR, kid, lambda touch: act(password=touch), words=words)
