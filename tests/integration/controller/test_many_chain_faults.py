"""What is wrong in the chains of many nodes' receipts costs hardly more than what is wrong in one."""

import pytest
from sqlalchemy import event, func, select

from controller.model.airings import ChainFault
from devices.messages import Receipts
from tests.support.node_keys import Signer
from tests.support.station_world import NODES


@pytest.mark.both_databases
def test_gaps_and_forks_of_many_nodes_are_stored_by_as_many_statements_as_those_of_one(world):
    airing = world.plan(world.approved())
    world.advance()
    nodes = [one.id for one in NODES]

    def statements_of(*words):
        told = []
        note = lambda *args: told.append(args[2])  # noqa: E731
        event.listen(world.store._engine, "before_cursor_execute", note)
        try:
            world.receive(*words)
        finally:
            event.remove(world.store._engine, "before_cursor_execute", note)
        return sum("chain_faults" in one for one in told)

    def with_a_fork_and_a_gap(node):
        said = world.said(node, *(world.fields(airing, kind) for kind in ("fetched", "started", "finished")))
        forked = Signer().message(node, world.fields(airing, "kept"))
        texts = (said.receipts[0], said.receipts[2], *forked.receipts)
        return Receipts(node=node, session=1, receipts=texts)

    first = statements_of(with_a_fork_and_a_gap(nodes[0]))
    assert statements_of(*(with_a_fork_and_a_gap(node) for node in nodes[1:])) == first
    assert world.ask(lambda session: session.scalar(select(func.count()).select_from(ChainFault))) == 2 * len(
        nodes
    )
