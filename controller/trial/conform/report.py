"""What a run found, as a table for people and as JSON for programs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from controller.trial.conform.checks import Check, CheckVerdict, Outcome

_WORDS = {
    CheckVerdict.PASSED: "đạt",
    CheckVerdict.FAILED: "KHÔNG ĐẠT",
    CheckVerdict.SKIPPED: "bỏ qua",
    CheckVerdict.NOT_REACHED: "CHƯA XÉT ĐƯỢC",
}
_BAD = {CheckVerdict.FAILED, CheckVerdict.NOT_REACHED}


def conforms(outcomes: Mapping[str, Outcome]) -> bool:
    """Return whether no check failed or was not reached; what was skipped does not count."""
    return not any(outcome.verdict in _BAD for outcome in outcomes.values())


def table(checks: Mapping[str, Check], outcomes: Mapping[str, Outcome]) -> list[str]:
    """Return a line for each check, in the order of the run, and one with the counts."""
    lines = []
    for name, check in checks.items():
        if (outcome := outcomes.get(name)) is not None:
            why = f" ({outcome.why})" if outcome.why else ""
            lines.append(f"{name}  {_WORDS[outcome.verdict]:13}  {check.says}{why}")
    counts = Counter(outcome.verdict for outcome in outcomes.values())
    told = ", ".join(f"{counts[verdict]} {_WORDS[verdict].lower()}" for verdict in CheckVerdict)
    return [*lines, f"{len(outcomes)} điều: {told}."]


def as_json(node: str, checks: Mapping[str, Check], outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "node": node,
        "conforms": conforms(outcomes),
        "checks": [
            {"id": name, "says": check.says, "verdict": outcomes[name].verdict, "why": outcomes[name].why}
            for name, check in checks.items()
            if name in outcomes
        ],
    }
