"""v1 of the protocol is frozen: what vendors have built on stays as it is; docs/protocol.md, "Frozen"."""

import json

import pytest

from devices.messages import Capabilities
from tests.support.frozen_wire import FILE, wire

FROZEN = json.loads(FILE.read_text("utf-8"))
NOW = wire()
ADDED: dict[str, int] = FROZEN["added"]
"""By name (a topic, a `typ`, `Message`, `Message.field`, `Words word`): the minor version that brought it."""
CLOSED = {"Grade"}
IN_V2 = (
    "was frozen with v1 on 28 November 2026, and firmware in the field reads it so. Put it back. What must "
    "be otherwise is a new field with a default, or a message of its own, or belongs to loa/v2: "
    "docs/protocol.md, Frozen."
)


@pytest.mark.parametrize("part", ["topics", "kinds"])
def test_topics_and_kinds_are_as_they_were_frozen(part):
    for name, told in FROZEN[part].items():
        assert NOW[part].get(name) == told, f"{name} {IN_V2}"


@pytest.mark.parametrize("message", sorted(FROZEN["messages"]))
def test_every_field_is_as_it_was_frozen(message):
    for field, told in FROZEN["messages"][message].items():
        assert NOW["messages"].get(message, {}).get(field) == told, f"{message}.{field} {IN_V2}"


@pytest.mark.parametrize("words", sorted(FROZEN["words"]))
def test_no_word_goes_and_none_comes_to_a_closed_list(words):
    frozen, now = FROZEN["words"][words], NOW["words"][words]
    assert set(frozen) <= set(now), f"{words} {IN_V2}"
    assert words not in CLOSED or frozen == now, f"{words} {IN_V2}"


def later_names():
    for part in ("topics", "kinds"):
        yield from NOW[part].keys() - FROZEN[part].keys()
    for words, frozen in FROZEN["words"].items():
        yield from (f"{words} {word}" for word in set(NOW["words"][words]) - set(frozen))
    for message, fields in NOW["messages"].items():
        if message not in FROZEN["messages"]:
            yield message
            continue
        for field in fields.keys() - FROZEN["messages"][message].keys():
            assert "default" in fields[field], (
                f"{message}.{field} came after the freeze of v1. Firmware of before does not send it, so it "
                "needs a default: docs/protocol.md, Frozen."
            )
            yield f"{message}.{field}"


def test_what_came_later_has_a_default_and_is_named_with_its_minor_version():
    assert set(later_names()) == ADDED.keys(), (
        "What is added to v1 is named with its minor version, in docs/protocol/v1.json under `added` and in "
        "docs/protocol.md under Frozen."
    )


def test_the_minor_version_is_that_of_the_newest_addition_and_who_says_nothing_knows_none():
    assert FROZEN["minor"] == max(ADDED.values(), default=0)
    assert Capabilities().minor == 0
