"""Keys of the nodes in tests, and receipts signed by them as a node's outbox signs its own."""

import hashlib
from functools import cache

from devices.messages import Receipt, Receipts
from devices.node_key import NodeKey
from devices.receipt_signing import NOTHING_BEFORE, receipt_id, sign_receipt

SEED = hashlib.sha256(b"nodes of tests").digest()


@cache
def key_of(node):
    return NodeKey.derived(SEED, node)


def publics(nodes):
    """Return the public halves of nodes' keys, as the station is given them."""
    return {node: key_of(node).public for node in nodes}


class Signer:
    """Signs, numbers and chains what nodes say."""

    def __init__(self):
        self.seq, self.newest = {}, {}

    def sign(self, node, *, key=None, **fields):
        """Return the text of a node's next receipt."""
        told = {"seq": self.seq.get(node, 0) + 1, "previous": self.newest.get(node, NOTHING_BEFORE)} | fields
        text = sign_receipt(Receipt(**{"node": node} | told), key or key_of(node))
        self.seq[node], self.newest[node] = told["seq"], receipt_id(text)
        return text

    def message(self, node, *told, session=1):
        """Return a message with receipts of these fields."""
        return Receipts(
            node=node, session=session, receipts=tuple(self.sign(node, **fields) for fields in told)
        )
