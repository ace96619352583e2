import ast

import pytest

from tests.architecture.source import ROOT, modules, tracked_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
GENERATED = ("controller/store/migrations/", "frontend/")


@pytest.mark.parametrize(
    "folder", ["controller", "schedules", "tts", "devices", "simulator", "tests", "deploy"]
)
def test_a_file_holds_one_idea(folder):
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in tracked_files()
        if path.suffix == ".py"
        and path.is_relative_to(ROOT / folder)
        and not path.relative_to(ROOT).as_posix().startswith(GENERATED)
        and (lines := path.read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    }
    assert not long


def test_a_function_holds_one_idea():
    long = {
        f"{module.file}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for module in modules().values()
        if not module.file.startswith(GENERATED)
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert not long


def test_every_module_says_what_it_is_for():
    silent = [module.file for module in modules().values() if not ast.get_docstring(module.tree)]
    assert [file for file in silent if not file.startswith(GENERATED)] == []
