"""Changes some limits of many areas at once: what it would do to each, and one act that signs them all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.counted_signing import counted_signing
from controller.features.accounts.queries import require
from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.viewer import Caller
from controller.features.airings.conflict_check import PolicyLoss
from controller.features.area_groups.queries import area_groups
from controller.features.areas.queries import ended_areas, known_areas
from controller.features.plans.operations import losses_by, policy_changes_said
from controller.features.plans.policy_signing import SIGN_POLICIES, limits_with, policy_command
from controller.features.plans.proposals import Done, WantedAct, do_or_propose
from controller.features.plans.queries import policy_and_version, published_in
from controller.model.area_tree import AreaTree
from controller.model.permissions import Act, Operator
from controller.model.plan_states import DocumentKind
from controller.store import one_read
from devices.ids import AreaCode, Role

MOST_AREAS = 100
"""Of one change: a province has some 65 communes, and what each would lose is computed."""
PREVIEW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AreaChange:
    """What one area's policy would be, and what airings of the coming days would lose by it."""

    area: AreaCode
    name: str
    limits: Mapping[str, Any]
    version: str
    """Of the policy that it starts from."""
    changes: Sequence[tuple[str, str]]
    """Each limit that changes, in words: as it would be, and as it was ("" without a policy of its own)."""
    losses: Sequence[PolicyLoss] = ()


@one_read
def check_changes(
    session: Session, areas: Sequence[AreaCode], changes: Mapping[str, Any], *, by: Operator, now: datetime
) -> list[AreaChange]:
    """Return what changed limits would do to each area, and what airings would lose by it."""
    found = changes_of(session, areas, changes, by=by)
    losses = losses_by(session, {one.area: one.limits for one in found if one.changes}, now, PREVIEW)
    return [replace(one, losses=losses.get(one.area, ())) for one in found]


@one_read
def changes_of(
    session: Session, areas: Sequence[AreaCode], changes: Mapping[str, Any], *, by: Operator
) -> list[AreaChange]:
    """Return what changed limits would do to each area; others of its limits stay as they are.

    `changes`: keyed by argument names of `sign_policy`. Raises BadInput for nothing to change, for no area or
    too many, NotAllowed where the person does not rule.
    """
    wanted = list(dict.fromkeys(areas))
    if not changes:
        raise BadInput("Chưa đổi điều nào. Hãy ghi ít nhất một giới hạn mới.", code="policy.nothing")
    if not wanted or len(wanted) > MOST_AREAS:
        raise BadInput(f"Hãy chọn từ 1 đến {MOST_AREAS} địa bàn.", code="policy.areas")
    known, ended = known_areas(session), ended_areas(session)
    gone = next((code for code in wanted if code not in known or code in ended), None)
    if gone is not None:
        raise BadInput(f"Không có địa bàn nào mang mã {gone}.", code="area.unknown")
    require(session, by, Act.RULE, *wanted)
    found, rows = [], published_in(session, DocumentKind.POLICY, wanted)
    for area in wanted:
        before, version = policy_and_version(rows.get(area))
        limits = limits_with(before, changes)
        said = policy_changes_said(before, limits)
        found.append(AreaChange(area, known[area].name, limits, version, said))
    return found


def wanted_changes(
    session: Session, areas: Sequence[AreaCode], changes: Mapping[str, Any], *, by: Operator
) -> WantedAct:
    """Return the act of signing what changes, areas that stay as they are left out."""
    found = [one for one in changes_of(session, areas, changes, by=by) if one.changes]
    if not found:
        raise BadInput(
            "Quy định của các địa bàn này đã đúng như vậy, không có gì để ký.", code="policy.unchanged"
        )
    command = {"policies": [policy_command(one.area, one.limits, one.version) for one in found]}
    tree = AreaTree({code: area.parent for code, area in known_areas(session).items()})
    top = _common(tree, [one.area for one in found])
    return WantedAct(SIGN_POLICIES, command, top, f"Quy định của {len(found)} địa bàn. {_in_words(found)}")


def wanted_here(
    areas: Collection[str],
    groups: Collection[str],
    changes: Mapping[str, Any],
    session: Session,
    person: Operator,
) -> WantedAct:
    """Return the act for areas and groups that were named on the station's own machine."""
    return wanted_changes(session, areas_named(session, areas, groups), changes, by=person)


def _common(tree: AreaTree, areas: Sequence[AreaCode]) -> AreaCode:
    """Return the lowest area that all of these lie in."""
    shared = set.intersection(*(set(tree.lineage(area)) for area in areas))
    return next(area for area in tree.lineage(areas[0]) if area in shared)


def _in_words(found: Sequence[AreaChange]) -> str:
    """Return every change with its areas, for the two persons who sign; equal ones once."""
    named: dict[str, list[str]] = {}
    for one in found:
        said = "; ".join(f"{new} (trước: {was})" if was else new for new, was in one.changes)
        named.setdefault(said, []).append(one.name)
    return " ".join(f"{', '.join(names)}: {said}." for said, names in named.items())


def sign_changes(
    caller: Caller, tries: Tries, areas: Sequence[AreaCode], changes: Mapping[str, Any], *, password: str
) -> Done:
    """Sign changed limits of all these areas or of none, or propose them to a second administrator.

    By the password alone: a device signs one statement with each touch. Wrong passwords are counted.
    """
    role, refused = Role.ADMINISTRATOR, "policy.signing-refused"
    with caller.read() as session:
        wanted = wanted_changes(session, areas, changes, by=caller.by)
    with counted_signing(caller, tries, role, password, refused=refused, subject=wanted.area) as opened:
        return do_or_propose(caller, wanted, password=opened, **caller.stamp)


@one_read
def areas_named(session: Session, areas: Collection[str], groups: Collection[str]) -> list[AreaCode]:
    """Return the areas and those of named groups, each once; NotFound for an unknown group."""
    known = {one.name: one.areas for one in area_groups(session)} if groups else {}
    unknown = next((name for name in groups if name not in known), None)
    if unknown is not None:
        raise NotFound(f"Không có nhóm «{unknown}».", code="area-group.unknown")
    grouped = [code for name in groups for code in known[name]]
    return [AreaCode(code) for code in dict.fromkeys((*areas, *grouped))]
