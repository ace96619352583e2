"""What the conformance kit takes for the node's words."""

from datetime import UTC, datetime

from controller.trial.conform.node_view import NodeView
from devices import topics
from devices.ids import NodeId
from devices.link_api import Message
from devices.messages import NodeState

NODE = NodeId("n1")
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def state(session, *, online, retain):
    told = NodeState(node=NODE, session=session, online=online, at=NOW if online else None, software="x")
    return Message(topics.state(NODE), told.payload(), 1, retain)


def test_a_birth_that_the_broker_kept_counts_once_where_the_node_was_back_before_the_kit():
    view = NodeView(NODE, "")
    view.take(state(4, online=True, retain=False), NOW)
    view.take(state(4, online=True, retain=True), NOW)
    assert len(view.states) == 1, "the kit has heard it already"
    view.take(state(4, online=False, retain=False), NOW)
    view.take(state(5, online=True, retain=True), NOW)
    assert view.is_online
    assert [one.session for _, one in view.states] == [4, 4, 5]
