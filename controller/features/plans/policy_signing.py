"""Signs the documents that limit plans: the key set (root key) and the policies (administrators' keys)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.pens import instant_of
from controller.features.accounts.queries import require
from controller.features.accounts.service import Password, open_key
from controller.features.areas.queries import get_area
from controller.features.journal.service import record
from controller.features.plans.key_set import KeyListing, idle_approvers, keys_to_name, listings_of
from controller.features.plans.publication import DocumentAddress, next_version_of, put
from controller.features.plans.queries import published, version_of_policy
from controller.model.accounts import HeldKey
from controller.model.permissions import Act, Operator
from controller.model.plan_states import ANY_MINUTES, ANY_VOLUME, DocumentKind
from controller.model.plans import Published
from controller.model.row_versions import check_version
from controller.store import one_write
from controller.store.locks import Lock, hold
from devices.ids import AreaCode, Role
from devices.jose import ROOT, SigningKey
from devices.statements import MOST_KEYS, USUAL_ALONE_DAYS, Key, KeySet, LoudHours, Policy, QuietHours
from devices.wire_types import parse

KEY_SET_LIFE = timedelta(days=400)
"""Signed once a year, with a month to spare."""
POLICY_LIFE = timedelta(days=400)
_FEW = 5


@one_write
def sign_key_set(session: Session, *, root_key: SigningKey, now: datetime) -> Published:
    """Publish the valid keys, signed by the root key; nodes stop trusting all keys outside the set."""
    if root_key.role != ROOT:
        raise BadInput("Đây không phải là khóa gốc.", code="keys.not-root")
    hold(session, Lock.PUBLISHED)
    place = DocumentAddress(DocumentKind.KEYS, "")
    version = next_version_of(session, place, now)
    keys = _keys_that_fit(session, now)
    document = KeySet(version=version, issued_at=now, expires_at=now + KEY_SET_LIFE, keys=keys)
    digest = hashlib.sha256("\n".join(key.model_dump_json() for key in keys).encode()).hexdigest()
    row = put(
        session,
        place,
        document,
        version=version,
        digest=digest,
        key=root_key,
        now=now,
        expires_at=document.expires_at,
    )
    named = [key.kid for key in keys]
    session.execute(update(HeldKey).values(in_key_set=HeldKey.kid.in_(named)))
    for key in keys:
        held = session.get_one(HeldKey, key.kid)
        held.area, held.further_areas = key.area, list(key.further_areas)
    record(
        session,
        None,
        "keys.signed",
        root_key.kid,
        now,
        detail={"version": version, "keys": named},
    )
    return row


def _keys_that_fit(session: Session, now: datetime) -> tuple[Key, ...]:
    """Return the keys for the set; Conflict if it has no key of the station, or too many keys for one set."""
    held = keys_to_name(session, now)
    if not any(key.role is Role.STATION for key in held):
        raise Conflict("Chưa có khóa của trạm nên chưa ký được bộ khóa.", code="keys.no-station")
    if len(held) > MOST_KEYS:
        idle = idle_approvers(session, now)
        names = ", ".join(idle[:_FEW]) + (f" và {len(idle) - _FEW} người khác" if len(idle) > _FEW else "")
        whose = f" Chưa duyệt gì trong nửa năm: {names}." if idle else ""
        raise Conflict(
            f"Bộ khóa chứa nhiều nhất {MOST_KEYS} khóa, nay cần {len(held)}. Bộ khóa đang dùng vẫn nguyên, "
            "loa vẫn phát. Hãy bỏ vai trò duyệt của những người không còn duyệt (loa operator roles), rồi ký "
            "lại."
            f"{whose}",
            code="keys.too-many",
            facts={"keys": len(held), "most": MOST_KEYS, "idle": idle},
        )
    listings = listings_of(session, held, now)
    return tuple(_listed(key, listings.get(key.kid)) for key in held)


def _listed(key: HeldKey, listing: KeyListing | None) -> Key:
    return Key(
        kid=key.kid,
        role=key.role,
        public=key.public,
        not_before=key.not_before,
        not_after=key.not_after,
        holder=listing and listing.holder,
        area=listing and listing.area,
        further_areas=() if listing is None else listing.further_areas,
        alg=key.alg,
        rp_id=key.rp_id,
    )


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
    """Sign the limits of an area's loudspeakers with the administrator's key; a limit not given: no limit.

    `based_on`: the version that was changed (`version_of_policy`); Newer if there is a later one by now.
    """
    get_area(session, area)
    require(session, administrator, Act.RULE, area)
    hold(session, Lock.PUBLISHED)
    check_version(based_on, version_of_policy(session, area), what="quy định", code="policy.newer")
    key = open_key(session, administrator, role=Role.ADMINISTRATOR, password=password, now=now)
    at = instant_of(key, now)
    version = next_version_of(session, place := DocumentAddress(DocumentKind.POLICY, area), at)
    limits = _limits(quiet_hours, loudest_volume, minutes_a_day, volumes, alone_days=alone_days)
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
    )
    record(session, administrator, "policy.signed", area, now, detail={"version": version, **limits})
    return row


def sign_changed_policy(
    session: Session,
    area: AreaCode,
    changes: Mapping[str, Any],
    *,
    administrator: Operator,
    password: Password,
    now: datetime,
) -> Policy:
    """Sign an area's policy again; limits not in `changes` stay, or are free if there was no policy.

    `changes`: keyed by argument names of `sign_policy`. Raises BadInput if the policy would have no limit.
    """
    require(session, administrator, Act.RULE, get_area(session, area).code)
    row = published(session, DocumentKind.POLICY, area)
    limits: dict[str, Any] = {}
    if row is not None and row.payload:
        before = parse(Policy, row.document)
        limits = {name: getattr(before, name) for name in _LIMITS}
    limits |= changes
    if not limits:
        raise BadInput(
            f"Địa bàn {area} chưa có quy định riêng: hãy nêu ít nhất một điều "
            "(--quiet, --loudest, --minutes, --volume, --alone).",
            code="policy.nothing",
        )
    signed = sign_policy(
        session, area=area, administrator=administrator, password=password, now=now, **limits
    )
    return parse(Policy, signed.document)


_LIMITS = ("quiet_hours", "loudest_volume", "minutes_a_day", "volumes", "alone_days")


def _limits(
    quiet_hours: Sequence[QuietHours],
    loudest_volume: int,
    minutes_a_day: int,
    volumes: Sequence[LoudHours],
    *,
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
