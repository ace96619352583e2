"""Calls of emergencies: one plan names an emergency for each way in which a call may not hold, and good ones.

They start in an hour, so that nothing of this subject sounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from controller.trial.conform.areas import ELSEWHERE, MAIN
from controller.trial.conform.checks import Check
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import FETCH_S, Laboratory
from controller.trial.conform.sounds import SHORT
from controller.trial.conform.station import KitStation
from devices.messages import PlannedAiring
from devices.statements import SignedCall

FAR_S, UNKNOWN_KEY_S = 3600.0, 4.0
_EVERY_S = 6.0
_HOUR = timedelta(hours=1)
_TWO = ("approver", "second approver")
Change = Callable[[PlannedAiring], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CallCase:
    """How a call differs from a good one, who signs it, and the reason of its `refused`; None: it is good."""

    check: Check
    reason: str | None
    change: Change = lambda _airing: {}
    signers: tuple[str, ...] = _TWO
    spoil: Callable[[SignedCall], SignedCall | None] = lambda call: call
    starts_in_s: float = FAR_S

    def airing(self, station: KitStation, name: str) -> PlannedAiring:
        """Return the emergency with its call."""
        airing = station.emergency(name, SHORT, _EVERY_S, self.starts_in_s)
        call = station.called(station.call(airing, **self.change(airing)), self.signers)
        return airing.model_copy(update={"call": self.spoil(call)})


def _always(**changes: Any) -> Change:
    return lambda _airing: changes


def _tampered(call: SignedCall) -> SignedCall:
    first, *rest = call.signatures
    flipped = first.signature[:-1].swapcase() + first.signature[-1]
    return call.model_copy(update={"signatures": (first.model_copy(update={"signature": flipped}), *rest)})


def _twice(call: SignedCall) -> SignedCall:
    return call.model_copy(update={"signatures": (call.signatures[0], call.signatures[0])})


_OUT = "outside-call"
_CASES = (
    CallCase(Check("CAL-01", "An emergency that two persons called is fetched."), None),
    CallCase(
        Check("CAL-02", "One approver may call alone who says why, for three hours."),
        None,
        _always(reason="alone at night"),
        ("approver",),
    ),
    CallCase(
        Check("CAL-03", "A caller's key counts as the second person."), None, signers=("approver", "caller")
    ),
    CallCase(Check("CAL-04", "An emergency without a call is refused."), "no-call", spoil=lambda _call: None),
    CallCase(Check("CAL-05", "A call of another airing does not count."), _OUT, _always(airing="kit-other")),
    CallCase(
        Check("CAL-06", "A call of another recording does not count."), _OUT, _always(recording="0" * 64)
    ),
    CallCase(
        Check("CAL-07", "A call of another wording does not count."), _OUT, _always(text_sha256="0" * 64)
    ),
    CallCase(Check("CAL-08", "A call for other areas does not count."), _OUT, _always(areas=(ELSEWHERE,))),
    CallCase(
        Check("CAL-09", "An emergency must not be louder than it was called."),
        _OUT,
        _always(loudest_volume=59),
    ),
    CallCase(
        Check("CAL-10", "Its rounds must not follow each other sooner than called."),
        _OUT,
        _always(every_ms=int(_EVERY_S * 1000) + 1),
    ),
    CallCase(
        Check("CAL-11", "It must not start before `called_at`."),
        _OUT,
        lambda airing: {"called_at": airing.starts_at + timedelta(seconds=1)},
    ),
    CallCase(
        Check("CAL-12", "It must have ended by `until`."),
        _OUT,
        lambda airing: {"until": airing.starts_at + timedelta(seconds=5)},
    ),
    CallCase(
        Check("CAL-13", "Without an approver nobody calls an emergency."),
        _OUT,
        _always(reason="alone"),
        ("caller",),
    ),
    CallCase(Check("CAL-14", "One person who does not say why calls nothing."), _OUT, signers=("approver",)),
    CallCase(
        Check("CAL-15", "A key that does not sign for the node's place is no second person."),
        _OUT,
        signers=("approver", "distant approver"),
    ),
    CallCase(
        Check("CAL-16", "A call lasts 25 hours at most."),
        _OUT,
        lambda airing: {"until": airing.starts_at + 26 * _HOUR},
    ),
    CallCase(
        Check("CAL-17", "A call by one person lasts three hours at most."),
        _OUT,
        lambda airing: {"until": airing.starts_at + 3 * _HOUR, "reason": "alone at night"},
        ("approver",),
    ),
    CallCase(Check("CAL-18", "One bad signature voids the whole call."), "bad-signature", spoil=_tampered),
    CallCase(Check("CAL-19", "Two signatures by one key are malformed."), "malformed", spoil=_twice),
    CallCase(
        Check("CAL-20", "A key that is in no key set calls nothing."),
        "unknown-key",
        signers=("approver", "unlisted approver"),
        starts_in_s=UNKNOWN_KEY_S,
    ),
    CallCase(
        Check("CAL-21", "An administrator's key calls nothing."),
        "wrong-role",
        signers=("approver", "administrator"),
    ),
)


def _play(lab: Laboratory) -> None:
    lab.offer(SHORT)
    named = {lab.name(case.check.id.lower()): case for case in _CASES}
    lab.station.publish_plan(MAIN, [case.airing(lab.station, name) for name, case in named.items()])
    lab.wait(lambda: all(lab.seen.of(name) for name in named), FETCH_S / 2)
    for name, case in named.items():
        wanted = "fetched" if case.reason is None else f"refused {case.reason}"
        told = [f"{one.receipt.kind} {one.receipt.reason or ''}".strip() for one in lab.seen.of(name)]
        why = f"expected one receipt `{wanted}`, saw {told or 'none'}"
        lab.judge(case.check.id, told == [wanted], why)


GROUP = CheckGroup("calls", tuple(case.check for case in _CASES), _play)
