"""Ends keys: retired (signatures stay valid) or compromised (signatures are void)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from controller.errors import Conflict, NotFound
from controller.features.accounts.key_retirement import retire_key
from controller.features.accounts.queries import require
from controller.features.airings.cancellation import end_airing
from controller.features.airings.queries import still_open
from controller.features.areas.queries import top_area
from controller.features.bulletins.in_force import is_in_force
from controller.features.journal.service import record
from controller.features.keys.root_files import is_encrypted
from controller.features.keys.roots import all_roots
from controller.features.notices.service import notify
from controller.features.plans.authors import EVER, end_approvals
from controller.features.plans.key_set import keys_to_name
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.reliance import Reliance, relied_upon
from controller.host.station_keys import Secrets, root_key_at
from controller.model.accounts import Account, HeldKey
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Approved, Bulletin
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.settings import Settings
from controller.store import one_read
from devices.ids import AiringId, AreaCode, KeyId, Role

VOID = "Khóa ký của người duyệt đã bị lộ nên phê duyệt không còn giá trị."


MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class SilencedAiring:
    """One airing that would not be heard, or would stop."""

    airing: AiringId
    title: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Fallout:
    """What becomes void when a key is declared compromised."""

    kid: KeyId
    role: Role
    holder: str
    """The shown name of its person; empty: the station's own key."""
    silenced: tuple[Reliance, ...]
    """Bulletins that are planned or prepared, and would not be heard any more."""
    unused: int
    """Approved bulletins that nothing is planned with."""
    policies: tuple[AreaCode, ...]
    places: int
    """Loudspeakers whose place it signed."""
    airings: tuple[SilencedAiring, ...] = ()
    """The next airings that would not be heard, at most `MOST_SHOWN`."""


@one_read
def fallout_of(session: Session, kid: KeyId, now: datetime, since: datetime | None = None) -> Fallout:
    """Return what would be void if the key were declared compromised now; changes nothing.

    `since`: only what was approved from then on; policies and places in any case.
    """
    key = get_key(session, kid)
    bulletins = _approved_by(kid, now, since)
    approved = session.scalar(select(func.count()).select_from(bulletins.subquery())) or 0
    silenced = tuple(relied_upon(session, bulletins))
    is_its = or_(Published.kid == kid, Published.second_kid == kid)
    signed = select(Published.target).where(is_its, Published.payload != "")
    policies = session.scalars(signed.where(Published.kind == DocumentKind.POLICY).order_by(Published.target))
    places = select(func.count()).select_from(signed.where(Published.kind == DocumentKind.PLACE).subquery())
    holder = session.get(Account, key.holder) if key.holder is not None else None
    return Fallout(
        kid=kid,
        role=key.role,
        holder=holder.display_name if holder is not None else "",
        silenced=silenced,
        unused=approved - len(silenced),
        policies=tuple(AreaCode(target) for target in policies),
        places=session.scalar(places) or 0,
        airings=_silenced(session, bulletins),
    )


def retire_one_key(session: Session, kid: KeyId, *, by: Operator, now: datetime) -> None:
    """Retire a key: it signs nothing more; its signatures stay valid. Repeating it changes nothing."""
    require(session, by, Act.RULE, top_area(session).code)
    key = get_key(session, kid, lock=True)
    _check_not_the_last(session, key, now)
    if key.retired_at is None:
        retire_key(session, kid, now=now)
        record(session, by, "keys.retired", kid, now)


def compromise_key(
    session: Session, kid: KeyId, *, by: Operator, now: datetime, since: datetime | None = None
) -> Fallout:
    """Make a key and its signatures void; return what is no longer aired. Each owner gets a notice.

    `since`: approvals of before stay good, as the station saw them then; None: none does. It can be declared
    again for an earlier day.

    The station stops using it at once: airings that depend on it stop with the next plan. Loudspeakers trust
    the key itself until they have key sets without it (`sign_key_sets`). Airings that loudspeakers have are
    cancelled; waiting ones may still be aired if their bulletin is approved again in time.
    """
    require(session, by, Act.RULE, top_area(session).code)
    key = get_key(session, kid, lock=True)
    _check_not_the_last(session, key, now)
    if key.role is Role.STATION:
        since = None  # its plans are signed anew by the next key
    fallout = fallout_of(session, kid, now, since)
    is_more = key.compromised_since is not None and (since is None or since < key.compromised_since)
    if key.compromised_at is not None and not is_more:
        return fallout
    cancelled = _cancel(session, _approved_by(kid, now, since), by, now)
    end_approvals(session, now, Approved.author_kid == kid, Approved.approved_at >= (since or EVER))
    retire_key(session, kid, now=now)
    key.compromised_at, key.compromised_since = now, since
    for one in fallout.silenced:
        sentence = (
            f"«{one.title}» không còn được phát ({one.in_words()}): {VOID[0].lower()}{VOID[1:]} "
            "Hãy nhờ một cán bộ duyệt khác đọc, nghe và duyệt lại."
        )
        notify(session, one.owners, NoticeKind.APPROVAL_VOID, one.bulletin, sentence, now=now)
    detail = {
        "bulletins": [one.bulletin for one in fallout.silenced],
        "airings": cancelled,
        "policies": list(fallout.policies),
        "places": fallout.places,
        "since": since.isoformat() if since is not None else None,
    }
    record(session, by, "keys.compromised", kid, now, detail=detail)
    return fallout


def sign_at_hand(session: Session, settings: Settings, *, now: datetime) -> bool:
    """Sign the key set if the root key file is present; return whether it was."""
    files = Secrets(settings.home)
    if not files.root_key.exists() or is_encrypted(files.root_key):
        return False
    key = root_key_at(files.root_key)
    first = files.root_public.read_text("utf-8").strip() if files.root_public.exists() else key.public_x
    roots = all_roots(session, first)[-1]
    if roots.threshold > 1 or key.kid not in roots.holders:
        return False
    sign_key_sets(session, root_key=key, now=now)
    return True


@one_read
def get_key(session: Session, kid: KeyId, *, lock: bool = False) -> HeldKey:
    """Return the key, or raise NotFound; `lock`: hold a row lock until the transaction ends."""
    key = session.get(HeldKey, kid, with_for_update=lock or None)
    if key is None:
        raise NotFound(f"Không có khóa nào tên {kid}.", code="keys.unknown")
    return key


def _check_not_the_last(session: Session, key: HeldKey, now: datetime) -> None:
    others = [
        one
        for one in keys_to_name(session, now)
        if one.role is Role.STATION
        and one.retired_at is None
        and one.kid != key.kid
        and one.not_before <= now
    ]
    if key.role is Role.STATION and key.retired_at is None and not others:
        raise Conflict(
            "Đây là khóa duy nhất của đài; không có nó loa không nhận kế hoạch nào. "
            "Hãy tạo khóa mới trước: loa keys renew-station.",
            code="keys.last",
        )


def _approved_by(kid: KeyId, now: datetime, since: datetime | None = None) -> Select[BulletinId]:
    """Return the query of bulletins whose approval in force the key has signed, as approver or author."""
    query = (
        select(Bulletin.id)
        .join(Approved, and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision))
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(or_(Approved.kid == kid, Approved.author_kid == kid), *is_in_force(now))
    )
    return query if since is None else query.where(Approved.approved_at >= since)


def _silenced(session: Session, bulletins: Select[BulletinId]) -> tuple[SilencedAiring, ...]:
    query = (
        select(Airing.id, Bulletin.title, Airing.starts_at)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(Airing.bulletin.in_(bulletins), still_open())
        .order_by(Airing.starts_at, Airing.id)
        .limit(MOST_SHOWN)
    )
    return tuple(SilencedAiring(*row) for row in session.execute(query))


def _cancel(session: Session, bulletins: Select[BulletinId], by: Operator, now: datetime) -> list[str]:
    query = select(Airing).where(Airing.bulletin.in_(bulletins), Airing.state.in_(IN_PLANS))
    airings = session.scalars(query.order_by(Airing.id).with_for_update()).all()
    for airing in airings:
        end_airing(airing, VOID, now)
        record(session, by, "airing.cancelled", airing.id, now, detail={"reason": VOID})
    return [airing.id for airing in airings]
