import re
from functools import cache

import typer.main
from pydantic_core import PydanticUndefined

from controller.cli import app
from controller.settings import Settings
from devices.board.__main__ import _parser as board_parser
from tests.architecture.source import ROOT, modules, tracked_files

OPERATOR = (ROOT / "docs/operator.md").read_text(encoding="utf-8")
BOARDS = (ROOT / "docs/boards.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
NOT_SETTINGS = {
    "LOA_BOARD_OPTIONS",
    "LOA_PASSWORD",
    "LOA_ROOT_PASSWORD",
    "LOA_ROOT_NEW_PASSWORD",
    "LOA_EMERGENCY_CODE",
    "LOA_PAIR_CODE",
    "LOA_MOSQUITTO_21",
} | {f"LOA_{person}{what}" for person in ("AUTHOR", "APPROVER") for what in ("", "_PASSWORD", "_CODE")}
ROWS = {
    name: (default, meaning)
    for name, default, meaning in re.findall(r"^\| `(LOA_\w+)` \| (.+?) \| (.+) \|$", SETTINGS, re.MULTILINE)
}
SECTIONS = dict(re.findall(r"^## `loa ([\w -]+)`$(.*?)(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL))
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
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
    commands = next(action for action in board_parser()._actions if action.choices)
    for name, command in commands.choices.items():
        assert f"`loa-board {name}" in BOARDS, name
        for action in command._actions:
            for option in set(action.option_strings) - {"-h", "--help"}:
                assert option in BOARDS, f"{name} {option}"


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


def test_no_page_explains_a_setting_that_is_gone():
    guides = "".join(text for page, text in pages().items() if page.parent == ROOT / "docs")
    named = set(re.findall(r"\bLOA_[A-Z0-9_]+\b", guides))
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


def test_no_page_has_a_merge_left_open():
    left = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    assert [page.name for page, text in pages().items() if left.search(text)] == []


def test_a_number_names_one_decision():
    numbers = [page.name[:3] for page in pages() if page.parent == ROOT / "docs/decisions"]
    assert len(numbers) > 100
    assert {number for number in numbers if numbers.count(number) > 1} == set()


def test_every_link_leads_to_a_file():
    assert pages()
    assert [
        f"{page.relative_to(ROOT)}: {target}"
        for page, text in pages().items()
        for target, _ in LINK.findall(text)
        if "://" not in target and not (page.parent / target).exists()
    ] == []


def places(text):
    """The names by which a page's headings and marks can be linked, as GitHub makes them."""
    headings = re.findall(r"^#{1,6} (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings]
    again = [f"{slug}-{slugs[:place].count(slug)}" for place, slug in enumerate(slugs)]
    return {*slugs, *again, *re.findall(r'<a id="([^"]+)">', text)}


def test_every_link_into_a_page_leads_to_a_heading():
    assert [
        f"{page.relative_to(ROOT)}: {target}#{place}"
        for page, text in pages().items()
        for target, place in LINK.findall(text)
        if place and "://" not in target and (not target or target.endswith(".md"))
        if place not in places(pages().get((page.parent / target).resolve() if target else page, ""))
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
