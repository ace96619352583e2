"""A run: the subjects in their order, each from silence; what it needs and what becomes of each check."""

from collections.abc import Callable, Sequence

from controller.trial.conform.checks import Check, CheckVerdict, Outcome, Requirement, Unmet
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.subjects import (
    administrators,
    approvals,
    authors,
    broker,
    calls,
    clock,
    connection,
    enrolment,
    epochs,
    fetching,
    homes,
    keys,
    passkeys,
    places,
    plans,
    policies,
    power,
    receipts,
    roots,
    signatures,
    sounding,
    vitals,
)

GROUPS: tuple[CheckGroup, ...] = (
    enrolment.GROUP,
    signatures.GROUP,
    plans.GROUP,
    approvals.GROUP,
    authors.GROUP,
    calls.GROUP,
    passkeys.GROUP,
    policies.GROUP,
    administrators.GROUP,
    fetching.GROUP,
    sounding.GROUP,
    keys.GROUP,
    places.GROUP,
    receipts.GROUP,
    connection.GROUP,
    clock.GROUP,
    vitals.GROUP,
    epochs.GROUP,
    homes.GROUP,
    broker.GROUP,
    power.GROUP,
    roots.GROUP,
)
_MISSING = {
    Requirement.POWER: "needs the node's power: --attended or --power-command",
    Requirement.BROKER: "needs a broker that the kit may stop: leave --broker out",
    Requirement.CODE: "needs a node that enrols with the kit's code: --attended or --simulated",
}


def checks() -> dict[str, Check]:
    """Return all checks by id, in the order of a run."""
    return {check.id: check for subject in GROUPS for check in subject.checks}


def chosen(only: Sequence[str]) -> tuple[CheckGroup, ...]:
    """Return the subjects with a check whose id begins so; all, if nothing was chosen."""
    return tuple(
        subject
        for subject in GROUPS
        if not only or any(check.id.startswith(tuple(only)) for check in subject.checks)
    )


def run(
    lab: Laboratory, only: Sequence[str] = (), tell: Callable[[str], None] = lambda _name: None
) -> dict[str, Outcome]:
    """Run the chosen subjects; return the outcome of each of their checks."""
    for subject in chosen(only):
        tell(subject.name)
        _run_subject(lab, subject)
    for check, faults in lab.seen.faults.items():
        lab.results.judge(check, not faults, "; ".join(faults))
    return lab.results.outcomes


def _run_subject(lab: Laboratory, subject: CheckGroup) -> None:
    for check in subject.checks:
        need = check.needs or subject.needs
        if need is not None and need not in lab.bench.has:
            lab.results.close([check], CheckVerdict.SKIPPED, _MISSING[need])
    if subject.needs is not None and subject.needs not in lab.bench.has:
        return
    why = "no observation was made"
    try:
        if subject.begins_calm:
            lab.calm()
        subject.play(lab)
    except Unmet as unmet:
        why = str(unmet)
    lab.results.close(subject.checks, CheckVerdict.NOT_REACHED, why)
