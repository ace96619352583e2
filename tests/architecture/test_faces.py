"""What shows pages, answers programs or takes commands hands a transaction on and asks nothing of it."""

import ast
import re

from tests.architecture.source import modules

FACES = [
    module
    for name, module in modules().items()
    if re.match(r"controller\.(features\.\w+\.(api|pages|commands)|http)(\.|$)", name)
]


def test_no_face_of_a_feature_asks_the_database():
    assert len(FACES) > 100
    asked = [
        f"{module.file}:{node.lineno} session.{node.attr}"
        for module in FACES
        for node in module.nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "session"
    ]
    assert not asked


def _opened_in(module):
    return [
        f"{module.file}:{node.lineno}"
        for node in module.nodes
        if (isinstance(node, ast.Attribute) and node.attr in {"read", "write"} and _is_store(node.value))
        or (isinstance(node, ast.alias) and node.name in {"Session", "sessionmaker"})
    ]


def _is_store(node):
    return (isinstance(node, ast.Attribute) and node.attr == "store") or (
        isinstance(node, ast.Name) and node.id in {"store", "visit", "caller"}
    )


def test_no_face_of_a_feature_opens_a_transaction():
    opened = [
        place
        for module in FACES
        if module.name.startswith("controller.features.")
        for place in _opened_in(module)
    ]
    assert opened == [], "hand on the store, or the caller (controller/store/units.py)"
