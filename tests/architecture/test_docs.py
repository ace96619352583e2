import re
from functools import cache

import typer.main
from pydantic_core import PydanticUndefined

from controller.cli import app
from controller.settings import Settings
from devices.board.__main__ import _parser as board_parser
from tests.architecture.source import ROOT, modules, tracked_files

OPERATOR = (ROOT / "docs/operator.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
NOT_SETTINGS = {
    "LOA_BOARD_OPTIONS",
    "LOA_PASSWORD",
    "LOA_ROOT_PASSWORD",
    "LOA_ROOT_NEW_PASSWORD",
    "LOA_EMERGENCY_CODE",
    "LOA_PAIR_CODE",
} | {f"LOA_{person}{what}" for person in ("AUTHOR", "APPROVER") for what in ("", "_PASSWORD", "_CODE")}
ROWS = {
    name: (default, meaning)
    for name, default, meaning in re.findall(r"^\| `(LOA_\w+)` \| (.+?) \| (.+) \|$", OPERATOR, re.MULTILINE)
}
SECTIONS = dict(re.findall(r"^## `loa ([\w -]+)`$(.*?)(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL))
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
PATH = re.compile(r"`((?:controller|schedules|tts|devices|simulator|docs|tests|deploy)/[\w./-]+)`")


def called(group, above=""):
    """The commands below a group, each after the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from called(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


@cache
def pages():
    """The text of each page of documentation, by its path."""
    return {
        path: path.read_text(encoding="utf-8")
        for path in tracked_files()
        if path.suffix == ".md" and "vendor" not in path.parts
    }


def written(default):
    return {"": "empty", "None": "unset"}.get(str(default), f"`{default}`")


def test_every_setting_is_explained_with_its_default():
    for name, field in Settings.model_fields.items():
        default, meaning = ROWS[f"LOA_{name.upper()}"]
        assert field.default is not PydanticUndefined, name
        assert default == written(field.default), name
        assert len(meaning) > 30, name


def test_every_option_of_the_program_for_boards_is_explained():
    chapter = OPERATOR.partition("### Boards")[2].partition("\n### ")[0]
    commands = next(action for action in board_parser()._actions if action.choices)
    for name, command in commands.choices.items():
        assert f"`loa-board {name}" in chapter, name
        for action in command._actions:
            for option in set(action.option_strings) - {"-h", "--help"}:
                assert option in chapter, f"{name} {option}"


def test_every_setting_does_something():
    read_by = {name: {name} for name in Settings.model_fields}
    for prop, found in vars(Settings).items():
        if isinstance(found, property):
            for name in read_by.keys() & set(found.fget.__code__.co_names):
                read_by[name].add(prop)
    read = {
        attribute
        for module in modules().values()
        if module.name != Settings.__module__
        for attribute in re.findall(r"\.(\w+)\b", module.text)
    }
    assert {name for name, by in read_by.items() if not by & read} == set()


def test_the_page_explains_no_setting_that_is_gone():
    named = set(re.findall(r"\bLOA_[A-Z0-9_]+\b", OPERATOR + COMMANDS))
    assert named - NOT_SETTINGS == {f"LOA_{name.upper()}" for name in Settings.model_fields}


def test_every_code_of_the_troubleshooting_table_can_occur():
    named = set(re.findall(r"^\| `([a-z]+\.[a-z_-]+)`", OPERATOR, re.MULTILINE))
    source = "".join(module.text for module in modules().values())
    assert len(named) > 5
    assert {code for code in named if f'"{code}"' not in source} == set()


def test_the_page_describes_every_command_and_none_that_is_gone():
    assert set(SECTIONS) == {name for name, _ in called(typer.main.get_command(app))}


def test_every_option_that_the_page_names_is_in_the_help_of_a_command_of_its_section():
    options = {
        name: {one for parameter in command.params for one in (*parameter.opts, *parameter.secondary_opts)}
        for name, command in called(typer.main.get_command(app))
    }
    wrong = {}
    for name, text in SECTIONS.items():
        named = [one for one in options if f"loa {one}" in text or f"`loa {one.split()[0]}`" in text]
        known = options[name].union({"--help"}, *(options[one] for one in named))
        if gone := set(OPTION.findall(re.sub(r"`python -m [^`]*`", "", text))) - known:
            wrong[name] = gone
    assert wrong == {}


def test_every_link_leads_to_a_file():
    assert pages()
    assert [
        f"{page.relative_to(ROOT)}: {target}"
        for page, text in pages().items()
        for target in LINK.findall(text)
        if "://" not in target and not (page.parent / target).exists()
    ] == []


def test_every_path_that_a_page_names_is_there():
    assert [
        f"{page.relative_to(ROOT)}: {path}"
        for page, text in pages().items()
        for path in PATH.findall(text)
        if not (ROOT / path).exists()
    ] == []


def test_every_make_target_that_a_page_names_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert [
        f"{page.relative_to(ROOT)}: make {target}"
        for page, text in pages().items()
        for target in re.findall(r"`make ([a-z]+)", text)
        if target not in targets
    ] == []
