"""What shows pages, answers programs or takes commands hands a transaction on and asks nothing of it."""

import ast
import re

import pytest

from tests.architecture.source import modules

FACES = [
    module
    for name, module in modules().items()
    if re.match(r"controller\.(features\.\w+\.(api|pages|commands)|http)(\.|$)", name)
]


@pytest.mark.parametrize("module", FACES, ids=str)
def test_a_face_of_a_feature_asks_the_database_nothing(module):
    asked = [
        f"{module.file}:{node.lineno} session.{node.attr}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "session"
    ]
    assert not asked
