import threading

import pytest

from tts.mastering import ahead


def test_the_blocks_come_whole_and_in_order():
    assert list(ahead(iter(range(1, 100)))) == list(range(1, 100))
    assert list(ahead(iter(()))) == []


def test_one_is_made_while_another_is_used_and_never_two():
    made, begun = [], threading.Event()

    def blocks():
        for number in range(1, 10):
            made.append(number)
            if number == 2:
                begun.set()
            yield number

    taken = ahead(blocks())
    assert next(taken) == 1
    assert begun.wait(10), "the second was begun while the first is used"
    taken.close()
    assert made == [1, 2]


def test_what_making_a_block_raises_is_raised_where_it_is_used():
    def blocks():
        yield 1
        raise OSError("gone")

    taken = ahead(blocks())
    assert next(taken) == 1
    with pytest.raises(OSError, match="gone"):
        next(taken)
