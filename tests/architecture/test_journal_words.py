"""What is written in the journal can be said."""

import ast

from controller.http.journal_words import ACTS
from tests.architecture.source import modules


def test_every_act_that_is_recorded_has_words():
    acts = set()
    for module in modules().values():
        for call in module.nodes if module.name.startswith("controller.") else ():
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"record", "counted_signing"}:
                told = call.args[2:3] + [given.value for given in call.keywords if given.arg == "refused"]
                parts = [part for act in told for part in ast.walk(act) if isinstance(part, ast.Constant)]
                acts |= {part.value for part in parts if "." in str(part.value)}
    acts = {act for act in acts if not act.endswith(".")}
    assert len(acts) > 40
    assert acts - ACTS.keys() == set()
