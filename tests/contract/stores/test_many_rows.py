"""Many rows are written by one statement, many names asked for in one parameter, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from controller.errors import BadInput
from controller.model.airing_states import ChainFaultKind
from controller.model.airings import ReceiptChain
from controller.model.areas import Area
from controller.model.fleet import Node
from controller.runtime.chain_fault_rows import NewFaults, NumberGap, save_faults
from controller.runtime.receipt_chains import _SAVE
from controller.store.many import Many, told_as
from controller.store.name_lists import named_by

NOW = datetime(2026, 11, 29, 11, tzinfo=UTC)
ON_POSTGRESQL = pytest.mark.parametrize("kind", ["postgresql"])
ODD = ['a"b', "c\\d", "e,f", "{}", "NULL", "", "x\n y", " z ", "é'", "%s"]


@pytest.fixture
def nodes(store):
    """Nodes with names that no wire admits, but a parameter must carry."""
    with store.write() as session:
        session.add(Area(code="A", name="A", kind="tỉnh"))
        session.flush()
        session.add_all(Node(id=one, area="A", name="n", enrolled_at=NOW) for one in [*ODD, "plain"])
    return ODD


def test_names_are_found_whatever_is_in_them(store, nodes):
    asked = select(Node.id).where(named_by(Node.id, "names"))
    with store.read() as session:
        for names in (nodes, nodes[:1], ["a", "b", "null"], []):
            found = set(session.connection().execute(asked, {"names": names}).scalars())
            assert found == set(names) & set(nodes), names


def chain(node, **fields):
    return {"node": node, "kid": "k", "seq": 1, "newest": "0" * 64} | fields


def test_text_numbers_and_states_are_written_as_they_were_told(store, nodes):
    with store.write() as session:
        _SAVE.execute(session, [chain(node, seq=10**n, newest=node) for n, node in enumerate(nodes)])
        _SAVE.execute(session, [chain(nodes[0], seq=2**40)])
        gap = NumberGap(3, 2**40, "b", "e", NOW)
        kinds = {ChainFaultKind.BREAK: {7}, ChainFaultKind.FORK: {9}}
        save_faults(session, {(nodes[1], "k"): NewFaults([gap], kinds)}, NOW)
    with store.read() as session:
        told = {row.node: (row.seq, row.newest) for row in session.scalars(select(ReceiptChain))}
    assert told == {node: (10**n, node) for n, node in enumerate(nodes)} | {nodes[0]: (2**40, "0" * 64)}


@ON_POSTGRESQL  # SQLite has no longest text
def test_what_is_too_long_for_its_column_is_refused_and_not_shortened(store, nodes):
    with pytest.raises(BadInput, match="ký tự"), store.write() as session:
        _SAVE.execute(session, [chain(nodes[0], newest="0" * 65)])


@ON_POSTGRESQL  # SQLite takes each row apart
def test_a_column_of_plain_text_and_of_states_together_is_written(store, nodes):
    column = {"of_node": Node.id, "told": Node.software}
    change = Many(
        Node.__table__.update(),
        f"UPDATE nodes SET software = told.told FROM {told_as(column)} WHERE nodes.id = told.of_node",
    )
    rows = [{"of_node": nodes[0], "told": ChainFaultKind.GAP}, {"of_node": nodes[1], "told": "plain"}]
    with store.write() as session:
        change.execute(session, [*rows, {"of_node": nodes[2], "told": "x"}])
        assert session.scalar(select(func.count()).where(Node.software == "")) == len(ODD) - 2
        assert session.scalar(select(Node.software).where(Node.id == nodes[0])) == ChainFaultKind.GAP.value
