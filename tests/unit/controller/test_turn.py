"""One writer at a time, and the urgent one before all others that wait."""

import threading

from controller.store.write_lock import WriteLock

PATIENCE = 20.0


def waiting(turn, name, order, *, urgent=False):
    began = threading.Event()

    def take():
        began.set()
        assert turn.take(PATIENCE, urgent=urgent)
        order.append(name)
        turn.give_back()

    thread = threading.Thread(target=take)
    thread.start()
    assert began.wait(PATIENCE)
    return thread


def test_the_urgent_one_is_next_whoever_waited_before():
    turn, order = WriteLock(), []
    assert turn.take(PATIENCE)
    threads = [waiting(turn, name, order) for name in ("first", "second")]
    threads.append(waiting(turn, "urgent", order, urgent=True))
    while not turn._urgent:  # until it stands in the queue
        assert threads[-1].is_alive()
    turn.give_back()
    for thread in threads:
        thread.join(PATIENCE)
    assert order[0] == "urgent"
    assert sorted(order) == ["first", "second", "urgent"]


def test_who_waits_in_vain_gets_no_turn_and_holds_nobody_up():
    turn = WriteLock()
    assert turn.take(PATIENCE)
    assert not turn.take(0.01)
    assert not turn.take(0.01, urgent=True)
    turn.give_back()
    assert turn.take(0.01)
