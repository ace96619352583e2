"""Documents that a good node ignores: sent one after another, then one good one that it must answer.

Each forged plan names an airing that a node refuses at once, so a node that takes the plan says so itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.trial.conform.areas import ATTACK
from controller.trial.conform.checks import Check, Unmet
from controller.trial.conform.forging import Forge
from controller.trial.conform.laboratory import Laboratory
from devices import topics
from devices.messages import Plan

BETWEEN_S = 0.4
"""Between two forged plans: a node that takes one makes its receipt before the next comes."""
AFTER_S = 2.5
"""After the answer to the good one: a receipt that was made before it is sent within a second."""


@dataclass(frozen=True, slots=True)
class PlanAttack:
    """A plan that must be ignored, and the check that says so."""

    check: Check
    forge: Forge
    change: Callable[[Plan], Plan] = lambda plan: plan
    """Changes the plan before it is signed."""
    target: str = ATTACK


def play_plan_attacks(lab: Laboratory, attacks: Sequence[PlanAttack]) -> None:
    """Send them, and judge each by whether the node answered it."""
    named: dict[str, PlanAttack] = {}
    lab.station.publish_plan(ATTACK)
    lab.pause(BETWEEN_S)
    for attack in attacks:
        name = lab.name("attack")
        named[name] = attack
        plan = lab.station.plan(attack.target, [lab.station.refused_airing(name)])
        payload = attack.forge(lab.station, attack.change(plan))
        lab.bench.send(topics.plan(attack.target), payload, 1, False)
        lab.pause(BETWEEN_S)
    control = lab.name("control")
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(control)])
    if not lab.wait(lambda: lab.seen.of(control)):
        raise Unmet("a good plan after forged ones was not answered")
    lab.pause(AFTER_S)
    for name, attack in named.items():
        lab.judge(attack.check.id, not lab.seen.of(name), "the node took the plan and answered it")
