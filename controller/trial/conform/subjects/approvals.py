"""Approvals: one plan names an airing for each way in which an approval may not hold, and some good ones."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from controller.trial.conform.areas import ELSEWHERE, MAIN
from controller.trial.conform.audio import KitRecording, tone
from controller.trial.conform.checks import Check
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import FETCH_S, Laboratory
from controller.trial.conform.signers import DAY
from controller.trial.conform.station import HOUR, KitStation, whole_ms
from devices.ids import Grade
from devices.messages import PlannedAiring

_OTHER = tone(3, 550.0)
"""A recording that the airings do not name."""
FAR_S = 3600.0
"""When most of the airings start: nothing of this subject sounds."""
UNKNOWN_KEY_S = 4.0
"""A node may wait for the key of an approval until 5 s before the start."""
Make = Callable[[KitStation, str, KitRecording], PlannedAiring]


@dataclass(frozen=True, slots=True)
class ApprovalCase:
    """An airing, and the reason of its `refused`; None: it is good."""

    check: Check
    make: Make
    reason: str | None


def _case(
    check: str,
    says: str,
    reason: str | None,
    *,
    signer: str = "approver",
    starts_in_s: float = FAR_S,
    airing: Any = None,
    **approval: Any,
) -> ApprovalCase:
    """Return a case whose approval differs from a good one in these fields."""

    def make(station: KitStation, name: str, recording: KitRecording) -> PlannedAiring:
        changes = {key: value(station) if callable(value) else value for key, value in approval.items()}
        of = changes.pop("of", recording)
        text = station.approved(of, signer, **changes)
        return station.airing(name, recording, starts_in_s, approval=text, **(airing or {}))

    return ApprovalCase(Check(check, says), make, reason)


def _tampered(station: KitStation, name: str, recording: KitRecording) -> PlannedAiring:
    header, _, signature = station.approved(recording, areas=(ELSEWHERE,)).split(".")
    payload = station.approved(recording).split(".")[1]
    return station.airing(name, recording, FAR_S, approval=f"{header}.{payload}.{signature}")


def _of_another_kind(station: KitStation, name: str, recording: KitRecording) -> PlannedAiring:
    text = station.key("approver").sign_bytes(station.approval(recording).payload(), "loa-plan")
    return station.airing(name, recording, FAR_S, approval=text)


def _unstated(station: KitStation, name: str, recording: KitRecording) -> PlannedAiring:
    """Name an approval by the digest of a text that the plan does not bring."""
    airing = station.airing(name, recording, FAR_S)
    return airing.model_copy(update={"approval": hashlib.sha256(name.encode()).hexdigest()})


def _ended(
    check: str, says: str, reason: str | None, seen_min: int | None, who: str = "retired", **approval: Any
) -> ApprovalCase:
    """Return a case of a key with an end: the station saw the approval so many minutes ago, or never."""

    def make(station: KitStation, name: str, recording: KitRecording) -> PlannedAiring:
        changes = {key: value(station) for key, value in approval.items()}
        text = station.approved(recording, f"{who} approver", approver=f"kit-{who}", **changes)
        seen_at = None if seen_min is None else whole_ms(station.now() - timedelta(minutes=seen_min))
        return station.airing(name, recording, FAR_S, approval=text, witnessed_at=seen_at)

    return ApprovalCase(Check(check, says), make, reason)


_SCOPE = "outside-scope"
_CASES = (
    _case("APP-01", "A good approval lets its recording be fetched.", None),
    _case("APP-02", "An approval of another recording does not count.", "wrong-approval", of=_OTHER),
    _case("APP-03", "A test's approval airs nothing but a test.", "wrong-approval", test=True),
    _case("APP-04", "A test needs a test's approval.", "wrong-approval", airing={"test": True}, test=False),
    _case(
        "APP-05",
        "The key of an approver of another area does not count.",
        _SCOPE,
        signer="distant approver",
        approver="kit-distant",
    ),
    _case(
        "APP-06",
        "A key counts in its further_areas.",
        None,
        signer="deputy approver",
        approver="kit-deputy",
    ),
    _case("APP-07", "The approver must be the key's holder.", _SCOPE, approver="kit-second"),
    _case("APP-08", "The author must not be the key's holder.", _SCOPE, author="kit-approver"),
    _case("APP-09", "One of the approval's areas must be one of the node's.", _SCOPE, areas=(ELSEWHERE,)),
    _case(
        "APP-10",
        "An approval whose expires_at is past does not count.",
        "expired",
        expires_at=lambda station: station.approval(_OTHER).approved_at,
    ),
    _case(
        "APP-11",
        "No approval lasts longer than 186 days from valid_from.",
        "expired",
        valid_from=lambda station: station.approval(_OTHER).approved_at - 187 * DAY,
        expires_at=lambda station: station.approval(_OTHER).approved_at + 400 * DAY,
    ),
    _case(
        "APP-12",
        "The airing's grade must not be above the approval's.",
        _SCOPE,
        airing={"grade": Grade.PRIORITY},
        grade=Grade.ROUTINE,
    ),
    _case(
        "APP-13",
        "An airing must not start before the approval's valid_from.",
        _SCOPE,
        valid_from=lambda station: station.approval(_OTHER).approved_at + 12 * HOUR,
    ),
    _case(
        "APP-14",
        "An airing must start before the approval's end.",
        _SCOPE,
        expires_at=lambda station: station.approval(_OTHER).approved_at + HOUR + timedelta(minutes=30),
    ),
    ApprovalCase(
        Check("APP-15", "An approval whose payload was changed does not count."), _tampered, "bad-signature"
    ),
    _case(
        "APP-16",
        "A key that is in no key set approves nothing.",
        "unknown-key",
        signer="unlisted approver",
        starts_in_s=UNKNOWN_KEY_S,
    ),
    _case(
        "APP-17",
        "A person's key without holder approves nothing.",
        "unknown-key",
        signer="nobody's approver",
        starts_in_s=UNKNOWN_KEY_S,
    ),
    _case(
        "APP-18",
        "A person's key without area approves nothing.",
        "unknown-key",
        signer="placeless approver",
        approver="kit-placeless",
        starts_in_s=UNKNOWN_KEY_S,
    ),
    _case("APP-19", "A station's key approves nothing.", "wrong-role", signer="station"),
    _case("APP-20", "An administrator's key approves nothing.", "wrong-role", signer="administrator"),
    _ended("APP-24", "What a retired key signed before, and the station saw, stays good.", None, 50),
    _ended("APP-25", "What nobody says to have seen before the key's end does not count.", "key-ended", None),
    _ended("APP-26", "What was seen only after the key's end does not count.", "key-ended", 10),
    _ended(
        "APP-27",
        "What says of itself that it was signed after the key's end does not count.",
        "key-ended",
        50,
        approved_at=lambda station: station.approval(_OTHER).approved_at + timedelta(minutes=45),
    ),
    _ended(
        "APP-28",
        "What a compromised key signed before, and the station saw, stays good.",
        None,
        50,
        who="compromised",
    ),
    ApprovalCase(
        Check("APP-29", "An approval whose text stands in no plan does not count."),
        _unstated,
        "wrong-approval",
    ),
    ApprovalCase(Check("APP-21", "A message of another typ is no approval."), _of_another_kind, "wrong-kind"),
)
_KEPT = Check("APP-22", "A recording to keep whose approval does not count is refused, and not fetched.")
_NO_WANT = Check("APP-23", "A recording is not fetched before its approval was found good.")


def _play(lab: Laboratory) -> None:
    good, bad = tone(3, 440.0), tone(3, 660.0)
    lab.offer(good)
    lab.offer(bad)
    since = lab.now()
    named: dict[str, ApprovalCase] = {}
    airings = []
    for case in _CASES:
        name = lab.name(case.check.id.lower())
        named[name] = case
        airings.append(case.make(lab.station, name, good if case.reason is None else bad))
    kept = lab.name("kept")
    wrong = lab.station.kept(kept, bad, approval=lab.station.approved(bad, areas=(ELSEWHERE,)))
    lab.station.publish_plan(MAIN, airings, keep=(wrong,))
    lab.wait(lambda: all(lab.seen.of(name) for name in named), FETCH_S / 2)
    for name, case in named.items():
        _judge(lab, name, case)
    lab.expect(_KEPT.id, lab.seen.has(kept, "refused"), "`refused` of a recording to keep")
    wants = lab.seen.wants_of(bad.id, since)
    lab.judge(_NO_WANT.id, not wants, "the node asked for a recording of which every approval was bad")


def _judge(lab: Laboratory, name: str, case: ApprovalCase) -> None:
    wanted = "fetched" if case.reason is None else f"refused {case.reason}"
    told = [f"{one.receipt.kind} {one.receipt.reason or ''}".strip() for one in lab.seen.of(name)]
    lab.judge(case.check.id, told == [wanted], f"expected one receipt `{wanted}`, saw {told or 'none'}")


GROUP = CheckGroup("approvals", (*(case.check for case in _CASES), _KEPT, _NO_WANT), _play)
