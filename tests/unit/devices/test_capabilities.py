"""What a node says that it can do: open lists, with what every node can as the default, and bounded."""

import json

import pytest
from pydantic import ValidationError

from devices.budgets import BUDGETS
from devices.messages import MOST_OUTPUTS, Capabilities, NodeState, Output
from devices.wire_types import Malformed, parse

BIRTH = {"node": "n1", "session": 1, "online": True, "at": None, "software": "board 1"}


def born(**told):
    return parse(NodeState, json.dumps(BIRTH | told)).capabilities


def test_a_birth_without_capabilities_is_one_of_a_node_that_can_what_every_node_can():
    assert born() is None
    assert born(capabilities={}) == Capabilities()
    assert Capabilities().why_not("mp3", 2**28) is None


def test_words_that_this_release_does_not_know_are_kept_as_they_are():
    told = {"codecs": ["mp3", "lc3"], "sources": ["recording", "orbit"], "sensors": ["rain"], "later": 1}
    told["outputs"] = [{"name": "z1", "kind": "laser", "label": "Thôn 1", "later": 2}]
    found = born(capabilities=told)
    assert (found.codecs, found.sources, found.sensors) == (("mp3", "lc3"), ("recording", "orbit"), ("rain",))
    assert found.outputs == (Output(name="z1", kind="laser", label="Thôn 1"),)


def test_a_recording_of_another_codec_or_of_more_bytes_is_not_for_this_node():
    can = Capabilities(codecs=("mp3",), largest_recording=1000)
    assert [can.why_not("mp3", 1000), can.why_not("mp3", 1001), can.why_not("opus", 1)] == [
        None,
        "recording-too-large",
        "codec-unknown",
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"outputs": [{"name": f"z{n}", "kind": "zone"} for n in range(10_000)]},
        {"outputs": [{"name": "z", "kind": "zone"}, {"name": "z", "kind": "zone"}]},
        {"outputs": [{"name": "z", "kind": "zone", "label": "x" * 101}]},
        {"codecs": [f"c{n}" for n in range(17)]},
        {"sensors": ["a\u0000"]},
        {"hardware": "\u0000"},
        {"largest_recording": -1},
        {"memory": 2**53},
    ],
)
def test_attack_a_birth_that_lists_too_much_is_no_birth(told):
    with pytest.raises(Malformed):
        born(capabilities=told)


def test_attack_a_birth_of_ten_thousand_outputs_is_dropped_unread_and_the_longest_good_one_is_not():
    many = {"outputs": [{"name": f"z{n}", "kind": "zone"} for n in range(10_000)]}
    assert len(json.dumps(BIRTH | {"capabilities": many})) > BUDGETS["state"].most_bytes
    names = (f"{n:064}" for n in range(MOST_OUTPUTS))
    outputs = tuple(Output(name=name, kind="k" * 32, label="ệ" * 100) for name in names)
    words = tuple(f"{n:032}" for n in range(16))
    most = Capabilities(codecs=words, sources=words, sensors=words * 2, outputs=outputs, hardware="x" * 100)
    state = NodeState(node="n" * 64, session=1, online=True, at=None, software="x" * 100, capabilities=most)
    assert len(state.payload()) <= BUDGETS["state"].most_bytes


def test_what_we_write_ourselves_is_held_to_the_same_bounds():
    with pytest.raises(ValidationError):
        Capabilities(outputs=tuple(Output(name=f"z{n}", kind="zone") for n in range(MOST_OUTPUTS + 1)))
