"""Builds the key sets, one an area, and publishes them signed by the root; docs/protocol.md, "Keys"."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.areas.queries import top_area
from controller.features.journal.service import record
from controller.features.plans.administrators import TWO, administrators_stated, signed_by_too_few
from controller.features.plans.authors import ask_for_authors, authors_to_state
from controller.features.plans.key_set import KeyListing, idle_approvers, keys_to_name, listings_of
from controller.features.plans.publication import DocumentAddress, next_version_of, put_signed
from controller.features.plans.queries import published_key_sets
from controller.model.accounts import HeldKey
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.store import one_write
from controller.store.locks import Lock, hold
from devices.ids import AreaCode, Role
from devices.jose import ROOT, SigningKey
from devices.signing import sign
from devices.statements import MOST_KEYS, Key, KeySet

KEY_SET_LIFE = timedelta(days=400)
"""Signed once a year, with a month to spare."""
SHORTEST_LIFE = timedelta(days=120)
"""Signed each quarter, and told of 90 days ahead: what is forgotten falls silent."""
RENEWED_AFTER = timedelta(days=30)
"""An unchanged set is signed again with the others only if it is older: each is sent to loudspeakers."""
_FEW = 5


@dataclass(frozen=True, slots=True)
class PersonsAsked:
    """How many persons the root has the province ask for; None: as it was.

    `administrators` None: also two, as soon as the province has two and both have signed what is in force.
    """

    administrators: int | None = None
    authors: bool | None = None
    """True: at once where nothing in use lacks its author's signature; else the station begins to ask."""


AS_IT_WAS = PersonsAsked()


@one_write
def sign_key_sets(
    session: Session,
    *,
    root_key: SigningKey,
    now: datetime,
    persons: PersonsAsked = AS_IT_WAS,
    lasts: timedelta | None = None,
) -> list[KeySet]:
    """Sign and publish the key sets that changed, or are old; nodes stop trusting keys outside of them."""
    if root_key.role != ROOT:
        raise BadInput("Đây không phải là khóa gốc.", code="keys.not-root")
    sets = key_sets_to_sign(session, now, persons=persons, lasts=lasts)
    for key_set in sets:
        publish_key_set(session, key_set, sign(key_set, root_key), root_key.kid, now)
    mark_listed(session)
    versions = {key_set.area: key_set.version for key_set in sets}
    named = [key.kid for key_set in sets for key in key_set.keys]
    record(session, None, "keys.signed", root_key.kid, now, detail={"versions": versions, "keys": named})
    return sets


def key_sets_to_sign(
    session: Session,
    now: datetime,
    *,
    is_all: bool = False,
    persons: PersonsAsked = AS_IT_WAS,
    lasts: timedelta | None = None,
) -> list[KeySet]:
    """Return the sets that the root has to sign, the province's first; `is_all`: also those that are good.

    `lasts`: how long all sets hold from now on, None: as long as those before. An area has a set if keys sign
    there, or if it had one: without its keys it gets an empty set.
    """
    hold(session, Lock.PUBLISHED)
    province = top_area(session).code
    by_area = _keys_by_area(session, province, now)
    rows = {
        AreaCode(row.target): row
        for row in session.scalars(select(Published).where(Published.kind == DocumentKind.KEYS))
    }
    areas = {province, *by_area, *(area for area, row in rows.items() if row.payload)}
    if persons.authors is not None:
        ask_for_authors(session, wanted=persons.authors, now=now)
    before = _life_stated(session)
    life = before if lasts is None else _checked_life(lasts)
    asks = {province: _asked_for(session, by_area[province], province, persons)}
    asks[province]["authors"] = authors_to_state(session, now)
    return [
        KeySet(
            area=area,
            version=next_version_of(session, DocumentAddress(DocumentKind.KEYS, area), now),
            issued_at=now,
            expires_at=now + life,
            keys=tuple(by_area[area]),
            **asks.get(area, {}),
        )
        for area in sorted(areas, key=lambda one: (one != province, one))
        if is_all or life != before or _is_due(rows.get(area), by_area[area], asks.get(area, {}), now)
    ]


def _life_stated(session: Session) -> timedelta:
    """Return how long the newest key set holds: so long at most can somebody hold the next one back."""
    newest = max(published_key_sets(session), key=lambda one: one.issued_at, default=None)
    life = KEY_SET_LIFE if newest is None else newest.expires_at - newest.issued_at
    return min(max(life, SHORTEST_LIFE), KEY_SET_LIFE)


def _checked_life(lasts: timedelta) -> timedelta:
    if not SHORTEST_LIFE <= lasts <= KEY_SET_LIFE:
        raise BadInput(
            f"Bộ khóa có hiệu lực từ {SHORTEST_LIFE.days} đến {KEY_SET_LIFE.days} ngày.", code="keys.bad-life"
        )
    return lasts


def _asked_for(
    session: Session, keys: Sequence[Key], province: AreaCode, persons: PersonsAsked
) -> dict[str, Any]:
    """Return how many persons the province's next key set asks for."""
    before = administrators_stated(session)
    rules = [key for key in keys if key.role is Role.ADMINISTRATOR and key.area == province]
    there = len({key.holder for key in rules if not key.has_end})
    too_few = signed_by_too_few(session, TWO)
    if persons.administrators is None:
        return {"administrators": TWO if there >= TWO and not too_few else before}
    _check_administrators(persons.administrators, there, too_few)
    return {"administrators": persons.administrators}


def _check_administrators(wanted: int, there: int, too_few: Sequence[object]) -> None:
    if wanted > there:
        raise BadInput(
            f"Bộ khóa chỉ có {there} quản trị của tỉnh nên không đòi {wanted} người ký được.",
            code="keys.administrators",
        )
    if wanted > 1 and too_few:
        raise Conflict(
            f"Còn {len(too_few)} quy định, nơi kết nối mới một quản trị ký: loa mới gắn sẽ không nhận. Hãy "
            "để hai quản trị ký lại (loa policy renew; trang Nơi kết nối), rồi ký bộ khóa.",
            code="keys.too-few-signed",
        )


def mark_listed(session: Session) -> None:
    """Note which keys the published sets name, and where."""
    listed = {key.kid: key for key_set in published_key_sets(session) for key in key_set.keys}
    session.execute(update(HeldKey).values(in_key_set=HeldKey.kid.in_(list(listed))))
    for held in session.scalars(select(HeldKey).where(HeldKey.kid.in_(list(listed)))):
        key = listed[held.kid]
        held.area, held.further_areas = key.area, list(key.further_areas)


def publish_key_set(session: Session, key_set: KeySet, text: str, kid: str, now: datetime) -> None:
    """Publish a signed key set as the newest of its area."""
    put_signed(
        session,
        DocumentAddress(DocumentKind.KEYS, key_set.area or ""),
        key_set,
        version=key_set.version,
        digest=_digest(key_set.keys, {"administrators": key_set.administrators, "authors": key_set.authors}),
        text=text,
        kid=kid,
        now=now,
        expires_at=key_set.expires_at,
    )


_USUAL: Final[Mapping[str, Any]] = {"administrators": 1, "authors": False}


def _is_due(row: Published | None, keys: Sequence[Key], asks: Mapping[str, Any], now: datetime) -> bool:
    return row is None or row.digest != _digest(keys, asks) or now - row.issued_at >= RENEWED_AFTER


def _digest(keys: Sequence[Key], asks: Mapping[str, Any]) -> str:
    unusual = [f"{name} {value}" for name, value in sorted(asks.items()) if value != _USUAL[name]]
    told = [key.model_dump_json() for key in keys]
    return hashlib.sha256("\n".join([*told, *unusual]).encode()).hexdigest()


def _keys_by_area(session: Session, province: AreaCode, now: datetime) -> dict[AreaCode, list[Key]]:
    """Return the keys by the area in whose set they stand; Conflict if one does not fit.

    A person's key stands in the set of each area in which it signs, but for closed ones; the station's in the
    province's.
    """
    held = keys_to_name(session, now)
    if not any(key.role is Role.STATION for key in held):
        raise Conflict("Chưa có khóa của trạm nên chưa ký được bộ khóa.", code="keys.no-station")
    listings = listings_of(session, held, now)
    found: dict[AreaCode, list[Key]] = defaultdict(list)
    for key in held:
        listing = listings.get(key.kid)
        for area in (province,) if listing is None else listing.sets:
            found[area].append(_listed(key, listing))
    if (most := max(len(keys) for keys in found.values())) > MOST_KEYS:
        _refuse_too_many(session, most, now)
    return found


def _refuse_too_many(session: Session, count: int, now: datetime) -> None:
    idle = idle_approvers(session, now)
    names = ", ".join(idle[:_FEW]) + (f" và {len(idle) - _FEW} người khác" if len(idle) > _FEW else "")
    whose = f" Chưa duyệt gì trong nửa năm: {names}." if idle else ""
    raise Conflict(
        f"Bộ khóa của một địa bàn chứa nhiều nhất {MOST_KEYS} khóa, nay cần {count}. Bộ khóa đang dùng vẫn "
        "nguyên, loa vẫn phát. Hãy bỏ vai trò duyệt của những người không còn duyệt (loa operator roles), "
        f"rồi ký lại.{whose}",
        code="keys.too-many",
        facts={"keys": count, "most": MOST_KEYS, "idle": idle},
    )


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
        retired_at=key.retired_at,
        compromised_since=key.compromised_since,
    )
