"""The lists that rules are made of: each names what is there, and nothing in them is left over."""

import re
from pathlib import Path

import pytest

import tts.normalization
from tts.normalization import grammar, read
from tts.normalization.cues import Cues, compiled, cue_named
from tts.normalization.lexicon import rows
from tts.normalization.templates import KINDS, simple_rules

_PACKAGE = Path(tts.normalization.__file__).parent
_LISTS = re.compile(r'^(_[A-Z_]+): Final = Cues\("(\w+)"\)$', re.MULTILINE)
_PART = re.compile(r"\{(\w+)(?::(\w+))?\}")


def _asked_in_code():
    """Module and name of every cue that a module takes as an attribute of a list of cues."""
    for path in _PACKAGE.glob("*.py"):
        source = path.read_text("utf-8")
        for name, module in _LISTS.findall(source):
            yield from ((module, cue) for cue in re.findall(rf"(?<!\w){name}\.(\w+)", source))


def _asked_in_lists():
    for row in [*rows("rules"), *rows("senses")]:
        yield from (tuple(row[one].split(".")) for one in ("after", "follows") if row.get(one))


def test_every_cue_is_asked_for_and_every_one_that_is_asked_for_is_there():
    listed = [(row["module"], row["cue"]) for row in rows("cues")]
    assert len(listed) == len(set(listed))
    assert set(listed) == {*_asked_in_code(), *_asked_in_lists()}


def test_every_pattern_compiles():
    """In a program each is compiled when it is first asked for."""
    for row in rows("cues"):
        assert cue_named(f"{row['module']}.{row['cue']}").pattern
    grammars = [one for one in vars(grammar).values() if isinstance(one, grammar.Grammar)]
    assert len(grammars) > 5
    for _, rules in (gate for one in grammars for gate in one.gates):
        assert all(rule.match for rule in rules)


def test_a_cue_that_is_not_listed_is_an_error():
    with pytest.raises(AttributeError, match="no_such_cue"):
        _ = Cues("times").no_such_cue
    with pytest.raises(KeyError):
        cue_named("times.no_such_cue")


@pytest.mark.parametrize("row", rows("rules"), ids=lambda row: f"{row['group']}: {row['example']}")
def test_a_template_names_parts_of_its_pattern_and_known_ways_to_say_them(row):
    parts = _PART.findall(row["spoken"])
    assert {name for name, _ in parts} <= set(compiled(row["pattern"]).groupindex)
    assert {kind for _, kind in parts if kind} <= set(KINDS)
    assert set(row["how"]) <= {"?", ","}


def test_every_group_of_rules_stands_in_the_grammar():
    source = "".join(path.read_text("utf-8") for path in _PACKAGE.glob("*.py"))
    assert {row["group"] for row in rows("rules")} == set(re.findall(r'simple_rules\("([^"]+)"\)', source))
    assert all(simple_rules(row["group"]) for row in rows("rules"))


def test_what_stands_in_square_brackets_is_said_where_its_part_is_written():
    assert read("tọa độ 12°15'").spoken == "tọa độ mười hai độ mười lăm phút"
    assert read("tọa độ 12°15'30\"B").spoken == "tọa độ mười hai độ mười lăm phút ba mươi giây vĩ Bắc"
