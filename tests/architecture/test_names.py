"""A class name means one thing in the whole of the production code, private names included."""

import ast
from collections import defaultdict

from tests.architecture.source import modules

STILL_TWICE = 0
"""How many names are still defined more than once; it may only fall."""


def test_a_class_name_is_defined_once():
    places = defaultdict(list)
    for module in modules().values():
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{module.file}:{node.lineno}")
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert len(twice) <= STILL_TWICE, twice
