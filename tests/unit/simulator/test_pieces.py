"""One copy of what all nodes of a fleet get."""

import hashlib

from simulator.pieces import MOST_PIECES, Pieces


def fresh(text: str) -> bytes:
    return bytes(bytearray(text.encode()))


def test_the_same_bytes_to_many_nodes_are_one_object_with_one_digest():
    pieces = Pieces()
    first, sha256 = pieces.of(fresh("sound"))
    again, same = pieces.of(fresh("sound"))
    assert again is first
    assert sha256 == same == hashlib.sha256(b"sound").hexdigest()


def test_bytes_that_begin_alike_are_never_mistaken_for_each_other():
    pieces, head = Pieces(), "x" * 40
    pieces.of(fresh(head + "a"))
    assert pieces.of(fresh(head + "b"))[0] == (head + "b").encode()


def test_what_is_kept_is_bounded():
    pieces = Pieces()
    first = pieces.of(fresh("sound"))[0]
    for n in range(MOST_PIECES):
        pieces.of(fresh(f"{n:05d}"))
    assert pieces.of(fresh("sound"))[0] is not first
