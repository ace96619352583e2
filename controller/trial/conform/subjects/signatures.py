"""Signed messages: what is not signed exactly as the page says is ignored. Plans carry the attacks."""

from controller.trial.conform.attacks import PlanAttack, play_plan_attacks
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import (
    by,
    claiming,
    plain,
    properly,
    tampered,
    too_long,
    unsigned,
    with_header,
)
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.station import HOUR, whole_ms
from devices.messages import Kept, Plan


def _expired(plan: Plan) -> Plan:
    """Return a plan that has expired, and names the same to be kept: its airings would be void anyway."""
    issued_at = whole_ms(plan.issued_at - 2 * HOUR)
    times = {"issued_at": issued_at, "expires_at": issued_at + HOUR}
    kept = tuple(
        Kept(name=one.airing, recording=one.recording, approval=one.approval) for one in plan.airings
    )
    return plan.model_copy(update={**times, "airings": (), "keep": kept})


def _issued_earlier(plan: Plan) -> Plan:
    """Return a plan that says it was made before the key's end."""
    return plan.model_copy(update={"issued_at": whole_ms(plan.issued_at - HOUR)})


_ATTACKS = (
    PlanAttack(Check("SIG-01", "A payload that was changed after it was signed is refused."), tampered),
    PlanAttack(
        Check("SIG-02", "A signature by another key than the one that kid names is refused."),
        claiming("unlisted station"),
    ),
    PlanAttack(Check("SIG-03", "A message without a signature is refused."), unsigned),
    PlanAttack(Check("SIG-04", "JSON that is no JWS is refused where a signed message belongs."), plain),
    PlanAttack(
        Check("SIG-05", "An alg that the protocol does not name is refused."), with_header(alg="EdDSA")
    ),
    PlanAttack(Check("SIG-06", "alg none is refused."), with_header(alg="none")),
    PlanAttack(
        Check("SIG-07", "A header with a further member is refused."),
        with_header(crit=["exp"], exp=1),
    ),
    PlanAttack(Check("SIG-08", "A header without kid is refused."), with_header(kid=None)),
    PlanAttack(
        Check("SIG-09", "A typ that the topic does not carry is refused."), with_header(typ="loa-manifest")
    ),
    PlanAttack(Check("SIG-10", "A kid that is not in the key set is refused."), by("unlisted station")),
    PlanAttack(
        Check("SIG-11", "A plan that an administrator's key signed is refused: its role is another."),
        by("administrator"),
    ),
    PlanAttack(
        Check("SIG-12", "A plan that an approver's key signed is refused: its role is another."),
        by("approver"),
    ),
    PlanAttack(
        Check("SIG-13", "A key whose not_before is in the future does not count."), by("future station")
    ),
    PlanAttack(Check("SIG-14", "A key whose not_after is past does not count."), by("past station")),
    PlanAttack(Check("SIG-15", "A message whose expires_at is past is refused."), properly, change=_expired),
    PlanAttack(
        Check("SIG-17", "What a retired station's key signed after its end is refused."),
        by("retired station"),
    ),
    PlanAttack(
        Check("SIG-18", "A compromised station's key signs nothing that is accepted."),
        by("compromised station"),
        change=_issued_earlier,
    ),
    PlanAttack(Check("SIG-16", "More than 524,288 bytes are refused."), too_long),
)


def _play(lab: Laboratory) -> None:
    play_plan_attacks(lab, _ATTACKS)


GROUP = CheckGroup("signatures", tuple(attack.check for attack in _ATTACKS), _play)
