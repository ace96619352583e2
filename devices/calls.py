"""What a call allows at a node: which airing, where, when, how loud, by whom; docs/protocol.md, "Calls"."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from devices.approvals import signs_for, verify_approval
from devices.ids import AreaCode, Grade, Role
from devices.messages import Kept, PlannedAiring
from devices.not_trusted import NoCall, OutsideCall
from devices.plan import ends_at
from devices.signing import TrustedKeys, verify_together
from devices.statements import Approval, Call, Key

LONGEST_CALL: Final = timedelta(hours=25)
"""From `called_at` to `until`: a day, and the time until a second person has confirmed it."""
LONGEST_ALONE: Final = timedelta(hours=3)
"""The same, of what one person calls: others have come by then."""
_TWO: Final = 2


def verify_airing(
    airing: PlannedAiring | Kept,
    text: str | None,
    areas: Collection[AreaCode],
    trusted: TrustedKeys,
    now: datetime,
) -> Approval:
    """Return the approval; raise NotTrusted unless it is good, and an emergency was called by persons.

    `text`: the signed approval that the airing names; None where no plan carries it.
    """
    approval = verify_approval(airing, text, areas, trusted, now)
    if isinstance(airing, PlannedAiring) and airing.grade is Grade.EMERGENCY:
        verify_call(airing, approval, areas, trusted, now)
    return approval


def verify_call(
    airing: PlannedAiring,
    approval: Approval,
    areas: Collection[AreaCode],
    trusted: TrustedKeys,
    now: datetime,
) -> Call:
    """Return the call if it is good and lets exactly this emergency sound at a node of these areas.

    `areas`: the node's own, from the province down. Raises NotTrusted for an emergency that nobody called so.
    """
    if airing.call is None:
        raise NoCall("no person called this emergency")
    call, keys = verify_together(airing.call, Call, trusted, now)
    if (call.airing, call.recording) != (airing.airing, airing.recording):
        raise OutsideCall("the call is for another airing or another recording")
    if call.text_sha256 != approval.text_sha256:
        raise OutsideCall("the call is for another wording")
    if not any(area in areas for area in call.areas):
        raise OutsideCall("the call is for other areas")
    _check_sound(airing, call)
    _check_persons(call, [key for key in keys if signs_for(key, areas)])
    return call


def _check_sound(airing: PlannedAiring, call: Call) -> None:
    if airing.volume > call.loudest_volume:
        raise OutsideCall(f"called at {call.loudest_volume} at most, not {airing.volume}")
    if airing.every_ms is not None and (call.every_ms is None or airing.every_ms < call.every_ms):
        raise OutsideCall("its rounds follow each other sooner than called")
    if airing.starts_at < call.called_at or ends_at(airing) > call.until:
        raise OutsideCall("the airing begins before, or ends after, the time of its call")


def _check_persons(call: Call, keys: Collection[Key]) -> None:
    """Raise OutsideCall unless two persons, or one who says why, may call; `keys`: those that sign here."""
    if not any(key.role is Role.APPROVER for key in keys):
        raise OutsideCall("no approver of this place has called it")
    is_alone = len({key.holder for key in keys}) < _TWO
    if is_alone and not call.reason:
        raise OutsideCall("one person has called it, and does not say why")
    if call.until - call.called_at > (LONGEST_ALONE if is_alone else LONGEST_CALL):
        raise OutsideCall("the call lasts longer than it may")
