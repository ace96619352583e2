"""Approvals by a passkey: one plan names an airing for each way in which an assertion may not hold."""

from dataclasses import dataclass

from controller.trial.conform.areas import MAIN, PROVINCE
from controller.trial.conform.audio import tone
from controller.trial.conform.checks import Check
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import FETCH_S, Laboratory
from controller.trial.conform.passkey import PRESENT, VERIFIED, KitPasskey, PasskeyAnswer
from controller.trial.conform.station import whole_ms

_HOLDER = "kit-passkey"
_BAD = "bad-signature"
FAR_S = 3600.0


@dataclass(frozen=True, slots=True)
class PasskeyCase:
    """How the authenticator answers, and the reason of the airing's `refused`; None: it is good."""

    check: Check
    reason: str | None
    answer: PasskeyAnswer = PasskeyAnswer()  # noqa: RUF009 - frozen
    is_anothers: bool = False
    """Whether another passkey signs under this one's name."""


_CASES = (
    PasskeyCase(Check("PSK-01", "An approval by a passkey counts as one by another key."), None),
    PasskeyCase(
        Check("PSK-02", "An assertion for another name than `rp_id` is refused."),
        _BAD,
        PasskeyAnswer(rp_id="other.example"),
    ),
    PasskeyCase(
        Check("PSK-03", "Where the person was not verified, it is refused."),
        _BAD,
        PasskeyAnswer(flags=PRESENT),
    ),
    PasskeyCase(
        Check("PSK-04", "Where the person was not there, it is refused."), _BAD, PasskeyAnswer(flags=VERIFIED)
    ),
    PasskeyCase(
        Check("PSK-05", "An assertion of another act than `webauthn.get` is refused."),
        _BAD,
        PasskeyAnswer(act="webauthn.create"),
    ),
    PasskeyCase(
        Check("PSK-06", "An assertion over another statement is refused."),
        _BAD,
        PasskeyAnswer(statement="a.b"),
    ),
    PasskeyCase(Check("PSK-07", "An assertion by another passkey is refused."), _BAD, is_anothers=True),
)


def _play(lab: Laboratory) -> None:
    passkey, other = KitPasskey(), KitPasskey()
    lab.station.passkeys = (passkey.listed(whole_ms(lab.now()), _HOLDER, PROVINCE),)
    lab.station.publish_keys()
    recording = tone(3, 440.0)
    lab.offer(recording)
    named, airings = {}, []
    for case in _CASES:
        name = lab.name(case.check.id.lower())
        named[name] = case
        payload = lab.station.approval(recording, approver=_HOLDER, bulletin=name).payload()
        text = passkey.signed(payload, "loa-approval", case.answer)
        if case.is_anothers:
            head, _, _ = text.rpartition(".")
            text = f"{head}.{other.signed_part(head)}"
        airings.append(lab.station.airing(name, recording, FAR_S, approval=text))
    lab.station.publish_plan(MAIN, airings)
    lab.wait(lambda: all(lab.seen.of(name) for name in named), FETCH_S / 2)
    for name, case in named.items():
        wanted = "fetched" if case.reason is None else f"refused {case.reason}"
        told = [f"{one.receipt.kind} {one.receipt.reason or ''}".strip() for one in lab.seen.of(name)]
        lab.judge(case.check.id, told == [wanted], f"expected one receipt `{wanted}`, saw {told or 'none'}")
    lab.station.passkeys = ()


GROUP = CheckGroup("passkeys", tuple(case.check for case in _CASES), _play)
