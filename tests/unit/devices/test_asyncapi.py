"""devices/asyncapi.yaml is kept by hand and held to the code: every channel, field, range and word."""

import re
from pathlib import Path

import pytest
import yaml

from devices.topics import CHANNELS
from devices.wire_types import COMPACT_JWS_PATTERN
from tests.support import wire_docs

FILE = Path(__file__).parents[3] / "devices" / "asyncapi.yaml"
DOCUMENT = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
COMPONENTS = DOCUMENT["components"]


def resolve(reference):
    found = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_it_is_asyncapi_3_and_every_reference_leads_somewhere():
    assert DOCUMENT["asyncapi"] == "3.0.0"
    for reference in references(DOCUMENT):
        assert resolve(reference) is not None


def test_the_schemas_are_those_of_the_models():
    assert wire_docs.plain(COMPONENTS["schemas"]) == wire_docs.schemas()


def test_the_channels_are_those_of_the_topics():
    assert {name: channel["address"] for name, channel in DOCUMENT["channels"].items()} == {
        channel.name: channel.address for channel in CHANNELS
    }


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_a_channel_says_who_sends_what_and_how(channel):
    verb = "send" if channel.sender == "station" else "receive"
    operation = DOCUMENT["operations"][verb + channel.name[0].upper() + channel.name[1:]]
    written = DOCUMENT["channels"][channel.name]
    assert operation["action"] == verb
    assert operation["channel"] == {"$ref": f"#/channels/{channel.name}"}
    assert operation["bindings"]["mqtt"]["qos"] == channel.qos
    assert operation["bindings"]["mqtt"]["retain"] is channel.retained
    assert set(written.get("parameters", ())) == set(re.findall(r"{(\w+)}", channel.address))
    assert set(written["messages"]) == {channel.model.__name__ if channel.model else "ChunkBytes"}


@pytest.mark.parametrize("channel", [c for c in CHANNELS if c.model], ids=lambda channel: channel.name)
def test_a_message_is_json_or_a_signed_text_of_its_typ(channel):
    message = COMPONENTS["messages"][channel.model.__name__]
    schema = {"$ref": f"#/components/schemas/{channel.model.__name__}"}
    if channel.typ:
        assert message["contentType"] == "application/jose"
        assert message["payload"] == {"type": "string", "pattern": COMPACT_JWS_PATTERN}
        assert (message["x-jws-typ"], message["x-jws-payload"]) == (channel.typ, schema)
    else:
        assert (message["contentType"], message["payload"]) == ("application/json", schema)


def test_nothing_is_described_that_the_code_does_not_have():
    assert len(DOCUMENT["operations"]) == len(CHANNELS)
    assert set(COMPONENTS["messages"]) == {c.model.__name__ for c in CHANNELS if c.model} | {"ChunkBytes"}
