"""What an approval allows at a node: where, up to which grade, and when; docs/protocol.md, "Approvals"."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from devices.enrolment import Home, Place
from devices.ids import AreaCode, ContentSource
from devices.messages import Kept, PlannedAiring
from devices.not_trusted import KeyEnded, NoAuthor, OutsideScope, UnknownSource, WrongApproval
from devices.signing import TrustedKeys, check_lifetime, verified_by
from devices.statements import Approval, Authorship, Key, Policy
from devices.wire_types import text_digest

LONGEST_APPROVAL: Final = timedelta(days=186)
"""From an approval's `valid_from`: half a year. Who holds an approver's key cannot approve for longer."""


def verify_approval(
    airing: PlannedAiring | Kept,
    text: str | None,
    areas: Collection[AreaCode],
    trusted: TrustedKeys,
    now: datetime,
) -> Approval:
    """Return the approval if it is good and lets exactly this be aired at a node of these areas.

    `text`: the signed approval that the airing names; None where no plan carries it. `areas`: the node's own,
    from the province down. Raises NotTrusted for anything outside its scope.
    """
    if isinstance(airing, PlannedAiring) and airing.source != ContentSource.RECORDING:
        raise UnknownSource(f"{airing.source} is no source that this release can play")
    if text is None or text_digest(text) != airing.approval:
        raise WrongApproval("no plan carries the approval that is named")
    approval, key = verified_by(text, Approval, trusted, now)
    if approval.recording != airing.recording:
        raise WrongApproval("the approval is for another recording")
    if approval.test != airing.test:
        raise WrongApproval("a test's approval airs only a test, and a test needs one")
    _check_witness(airing, key)
    _check_signer(approval, key, areas)
    if not any(area in areas for area in approval.areas):
        raise OutsideScope("the approval is for other areas")
    ends = min(approval.expires_at, approval.valid_from + LONGEST_APPROVAL)
    check_lifetime("the approval, as long as any may be,", None, ends, now)
    if isinstance(airing, PlannedAiring):
        if airing.grade.rank > approval.grade.rank:
            raise OutsideScope(f"approved up to {approval.grade}, not {airing.grade}")
        if not approval.valid_from <= airing.starts_at < ends:
            raise OutsideScope("the airing starts outside the time of its approval")
    if trusted.authors:
        _check_author(airing, approval, areas, trusted, now)
    return approval


def _check_witness(airing: PlannedAiring | Kept, key: Key) -> None:
    if key.has_end and (airing.witnessed_at is None or key.is_ended(airing.witnessed_at)):
        raise KeyEnded("the station did not see this approval before the end of a key that signed it")


def _check_author(
    airing: PlannedAiring | Kept,
    approval: Approval,
    areas: Collection[AreaCode],
    trusted: TrustedKeys,
    now: datetime,
) -> None:
    """Raise NotTrusted unless the author, who is not the approver, stands for exactly what was approved."""
    if approval.authorship is None:
        raise NoAuthor("its author did not sign it")
    said, key = verified_by(approval.authorship, Authorship, trusted, now)
    _check_witness(airing, key)
    if key.holder != approval.author or not signs_for(key, areas):
        raise NoAuthor("another person than its author signed it, or for another place")
    if (said.text_sha256, said.recording) != (approval.text_sha256, approval.recording):
        raise NoAuthor("its author signed another text or another recording")
    if not set(approval.areas) <= set(said.areas) or approval.grade.rank > said.grade.rank:
        raise NoAuthor("its author signed it for other areas, or up to a lower grade")
    if not {one.recording for one in approval.renditions} <= set(said.renditions):
        raise NoAuthor("its author did not sign this rendition")


def signs_for(key: Key, lineage: Collection[AreaCode]) -> bool:
    """Return whether a person's key counts in an area; `lineage`: that area and those above it."""
    return key.area in lineage or any(area in lineage for area in key.further_areas)


def check_rulers(
    message: Policy | Place | Home, keys: Collection[Key], areas: Sequence[AreaCode], needed: int
) -> None:
    """Raise OutsideScope unless enough administrators who rule there signed what binds a node of these areas.

    `needed`: how many holders the key sets ask for. A place that leaves the node all of its areas needs one:
    the node goes on to hear everything.
    """
    holders = {key.holder for key in keys if _rules(message, key, areas)}
    if not holders:
        raise OutsideScope("the administrator's key does not sign for this")
    if isinstance(message, Place) and set(areas) <= set(message.areas):
        return
    if len(holders) < needed:
        raise OutsideScope(f"{len(holders)} administrators signed it, {needed} must")


def _rules(message: Policy | Place | Home, key: Key, areas: Sequence[AreaCode]) -> bool:
    """Return whether an administrator's key signs for what a message binds.

    A policy: for its area, or one above. A home: for the province, whatever its area. A place: for where the
    node stands and for where it is sent.
    """
    if isinstance(message, Policy):
        within = areas[: areas.index(message.target) + 1] if message.target in areas else areas
        return signs_for(key, within)
    if isinstance(message, Home):
        return signs_for(key, areas[:1])
    return signs_for(key, areas) and signs_for(key, message.areas)


def _check_signer(approval: Approval, key: Key, areas: Collection[AreaCode]) -> None:
    if not signs_for(key, areas):
        raise OutsideScope("the approver's key does not sign for this place")
    if approval.approver != key.holder:
        raise OutsideScope("the approval names another approver than its key's holder")
    if approval.author == key.holder:
        raise OutsideScope("the author has approved it alone")
