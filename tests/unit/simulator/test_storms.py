"""A plug is pulled from one node by the parent's word, and put in again."""

import random
from types import SimpleNamespace

from simulator.storms import Storms


def fleet(*names):
    seats = {name: SimpleNamespace(node=SimpleNamespace(id=name, is_on=True)) for name in names}
    done = []

    def switch(is_on):
        def act(seat):
            if seat.node.is_on != is_on:
                done.append((seat.node.id, is_on))
            seat.node.is_on = is_on

        return act

    storms = Storms(None, random.Random(1), seats, switch(False), switch(True), lambda *_: None)
    return storms, done


def test_a_plug_is_for_one_node_and_twice_is_once():
    storms, done = fleet("sim-1", "sim-2")
    for line in (b'{"plug": "sim-1", "is_in": false}',) * 2 + (b'{"plug": "sim-1", "is_in": true}',) * 2:
        storms.obey(line)
    assert done == [("sim-1", False), ("sim-1", True)]


def test_what_is_not_understood_or_not_here_changes_nothing():
    storms, done = fleet("sim-1")
    for line in (b"", b"{}", b'{"plug": "sim-9", "is_in": false}', b'{"plug": "sim-1"}'):
        storms.obey(line)
    assert done == []
