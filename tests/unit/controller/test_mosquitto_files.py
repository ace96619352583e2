"""Configuration of brokers: deploy/province has what is written for one, and a tree has no circles."""

import re
from pathlib import Path

import pytest

from controller.host.mosquitto_files import (
    BrokerPaths,
    RulesForm,
    bridges_conf,
    broker_conf,
    leaf_rules,
    leaf_users,
    rules,
)
from devices import topics

DEPLOY = Path(__file__).parents[3] / "deploy" / "province"
BRIDGES = bridges_conf("bac", "goc.example:8883", ("one", "two", "three"), BrokerPaths())


def told(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def carried():
    return re.findall(r"^topic (\S+) (in|out) (\d)$", BRIDGES, re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "text"), [("mosquitto.conf", broker_conf("8883", BrokerPaths())), ("mosquitto-acl", rules())]
)
def test_the_files_to_copy_for_one_broker_are_those_that_are_written_for_one(file, text):
    assert told((DEPLOY / file).read_text(encoding="utf-8")) == told(text)


def test_the_newer_form_has_plug_ins_in_place_of_what_ends_with_mosquitto_3_and_nothing_else_changes():
    old, new = (set(told(broker_conf("8883", BrokerPaths(form=form)))) for form in RulesForm)
    assert {line.split()[0] for line in old - new} == {"password_file", "acl_file"}
    assert {line.split()[0] for line in new - old} == {
        "plugin",
        "plugin_opt_password_file",
        "plugin_opt_acl_file",
    }


def test_every_channel_is_carried_once_towards_who_reads_it_and_with_its_qos():
    wanted = {
        (re.sub(r"\{\w+\}", "+", one.address), "in" if one.sender == "station" else "out", str(one.qos))
        for one in topics.CHANNELS
    }
    assert sorted(carried()) == sorted(wanted)


def test_no_topic_is_carried_both_ways():
    def meet(one, other):
        levels = list(zip(one.split("/"), other.split("/"), strict=False))
        same_depth = one.count("/") == other.count("/")
        return same_depth and all("+" in pair or pair[0] == pair[1] for pair in levels)

    down = [topic for topic, way, _ in carried() if way == "in"]
    up = [topic for topic, way, _ in carried() if way == "out"]
    assert down
    assert up
    assert not [(one, other) for one in down for other in up if meet(one, other)]


def test_a_leaf_may_say_at_the_root_what_nodes_say_and_its_own_state():
    text = rules(["bac"])
    (start, *_rest) = [
        at for at, line in enumerate(text.splitlines()) if line == f"user {leaf_users('bac')[0]}"
    ]
    own = "\n".join(text.splitlines()[start:]).split("pattern")[0]
    written = re.findall(r"topic write (\S+)", own)
    of_nodes = [re.sub(r"\{\w+\}", "+", one.address) for one in topics.CHANNELS if one.sender == "node"]
    assert sorted(written) == sorted([*of_nodes, "loa/leaf/bac/state"])
    assert "readwrite" not in own


def test_a_leaf_has_no_rule_for_the_station():
    users = re.findall(r"^user (\S+)", leaf_rules("bac"), re.MULTILINE)
    assert users == list(leaf_users("bac"))
