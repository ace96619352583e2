"""Signs the policies that limit plans, with administrators' keys."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.pens import instant_of
from controller.features.accounts.queries import require
from controller.features.accounts.service import Password, open_key
from controller.features.areas.queries import get_area
from controller.features.journal.service import record
from controller.features.plans.administrators import administrators_needed
from controller.features.plans.proposals import SharedAct
from controller.features.plans.publication import DocumentAddress, next_version_of, put
from controller.features.plans.queries import published_policy, version_of_policy
from controller.model.permissions import Act, Operator
from controller.model.plan_states import ANY_MINUTES, ANY_VOLUME, DocumentKind
from controller.model.plans import Published
from controller.model.row_versions import check_version
from controller.store.locks import Lock, hold
from devices.ids import AreaCode, Role
from devices.statements import USUAL_ALONE_DAYS, LoudHours, Policy, QuietHours

POLICY_LIFE = timedelta(days=400)


def sign_policy(
    session: Session,
    *,
    area: AreaCode,
    administrator: Operator,
    password: Password,
    now: datetime,
    quiet_hours: Sequence[QuietHours] = (),
    loudest_volume: int = ANY_VOLUME,
    minutes_a_day: int = ANY_MINUTES,
    volumes: Sequence[LoudHours] = (),
    alone_days: int = USUAL_ALONE_DAYS,
    based_on: str | None = None,
) -> Published:
    """Sign the limits of an area's loudspeakers; a limit not given: no limit.

    `based_on`: the version that was changed (`version_of_policy`); Newer if there is a later one by now.
    """
    require(session, administrator, Act.RULE, get_area(session, area).code)
    hold(session, Lock.PUBLISHED)
    check_version(based_on, version_of_policy(session, area), what="quy định", code="policy.newer")
    key = open_key(session, administrator, role=Role.ADMINISTRATOR, password=password, now=now)
    persons, at = administrators_needed(session, now), instant_of(key, now)
    version = next_version_of(session, place := DocumentAddress(DocumentKind.POLICY, area), at)
    limits = _limits(quiet_hours, loudest_volume, minutes_a_day, volumes, alone_days)
    policy = _policy(target=area, version=version, issued_at=at, expires_at=at + POLICY_LIFE, **limits)
    row = put(
        session,
        place,
        policy,
        version=version,
        digest=_digest_of(limits),
        key=key,
        now=now,
        expires_at=policy.expires_at,
        signed_by=administrator.id,
        persons=persons,
    )
    record(session, administrator, "policy.signed", area, now, detail={"version": version, **limits})
    return row


def policy_command(area: AreaCode, limits: Mapping[str, Any], based_on: str | None = None) -> dict[str, Any]:
    """Return what `SIGN_POLICY` is run with, as JSON."""
    return {"area": area, "limits": _limits(**limits), "based_on": based_on}


def _sign_as_asked(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> Published:
    limits = dict(command["limits"])
    limits["quiet_hours"] = tuple(QuietHours(**one) for one in limits["quiet_hours"])
    limits["volumes"] = tuple(LoudHours(**one) for one in limits["volumes"])
    return sign_policy(
        session,
        area=AreaCode(command["area"]),
        administrator=by,
        password=password,
        now=now,
        based_on=command["based_on"],
        **limits,
    )


def _sign_all_as_asked(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> list[Published]:
    return [_sign_as_asked(session, one, by=by, password=password, now=now) for one in command["policies"]]


SIGN_POLICY = SharedAct("policy.sign", _sign_as_asked)
SIGN_POLICIES = SharedAct("policies.sign", _sign_all_as_asked)
"""Of several areas, all or none."""


def changed_limits(
    session: Session, area: AreaCode, changes: Mapping[str, Any], *, by: Operator
) -> dict[str, Any]:
    """Return an area's limits with some changed; others stay, or are free if there was no policy.

    `changes`: keyed by argument names of `sign_policy`. Raises BadInput if the policy would have no limit.
    """
    require(session, by, Act.RULE, get_area(session, area).code)
    before = published_policy(session, area)
    if before is None and not changes:
        raise BadInput(
            f"Địa bàn {area} chưa có quy định riêng: hãy nêu ít nhất một điều "
            "(--quiet, --loudest, --minutes, --volume, --alone).",
            code="policy.nothing",
        )
    return limits_with(before, changes)


def limits_with(before: Policy | None, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's limits with some changed; without a policy the others are free."""
    return {name: getattr(before, name, free) for name, free in _FREE.items()} | dict(changes)


_FREE: Mapping[str, Any] = {
    "quiet_hours": (),
    "loudest_volume": ANY_VOLUME,
    "minutes_a_day": ANY_MINUTES,
    "volumes": (),
    "alone_days": USUAL_ALONE_DAYS,
}


def _limits(
    quiet_hours: Sequence[QuietHours],
    loudest_volume: int,
    minutes_a_day: int,
    volumes: Sequence[LoudHours],
    alone_days: int,
) -> dict[str, Any]:
    return {
        "quiet_hours": [hours.model_dump() for hours in quiet_hours],
        "loudest_volume": loudest_volume,
        "minutes_a_day": minutes_a_day,
        "volumes": [hours.model_dump() for hours in volumes],
        "alone_days": alone_days,
    }


def _digest_of(limits: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(limits.items())).encode()).hexdigest()


def _policy(**fields: Any) -> Policy:
    try:
        return Policy.model_validate(fields)
    except ValidationError as error:
        raise BadInput(
            "Quy định không hợp lệ: kiểm tra âm lượng (0–100), số phút (0–1440), số ngày tự phát (0–30) và "
            "giờ yên lặng.",
            code="policy.bad",
        ) from error
