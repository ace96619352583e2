"""Which chunks go to whom."""

import random
from datetime import UTC, datetime, timedelta

from controller.runtime.wants import (
    HOLD_OFF,
    HOLD_OFF_EMERGENCY,
    HOUR,
    LONGEST_WINDOW,
    MOST_AN_HOUR,
    MOST_REPAIRS,
    WINDOW,
    Need,
    Sending,
    WantBook,
    deal,
)
from devices.ids import Grade, NodeId, RecordingId

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
NOW = 5000.0
ONE, TWO = RecordingId("a" * 64), RecordingId("b" * 64)
TONIGHT = Need(Grade.ROUTINE, AT + timedelta(hours=7))
SOON = Need(Grade.ROUTINE, AT + timedelta(seconds=30))
EMERGENCY = Need(Grade.EMERGENCY, AT + timedelta(hours=8))
NODES = [NodeId(f"n{i}") for i in range(10)]


def _drain(book: WantBook, now: float) -> list[Sending]:
    sendings = []
    while (sending := book.next(now)) is not None:
        sendings.append(sending)
    return sendings


def test_what_all_lack_goes_once_to_all():
    book = WantBook()
    for node in NODES:
        book.note(ONE, node, range(4), TONIGHT, NOW)
    assert _drain(book, NOW + WINDOW) == [Sending(ONE, n, None) for n in range(4)]


def test_nothing_is_sent_before_the_window_has_passed():
    book = WantBook()
    book.note(ONE, NODES[0], [0], TONIGHT, NOW)
    assert book.next(NOW + WINDOW - 0.001) is None
    assert book.next(NOW + WINDOW) is not None


def test_what_few_lack_goes_to_each_of_them():
    lacking = {node: frozenset({0}) for node in NODES} | {NODES[3]: frozenset({0, 7})}
    assert deal(ONE, lacking) == [Sending(ONE, 0, None), Sending(ONE, 7, NODES[3])]


def test_a_lone_node_is_sent_to_alone():
    assert deal(ONE, {NODES[0]: frozenset({1, 2})}) == [
        Sending(ONE, 1, NODES[0]),
        Sending(ONE, 2, NODES[0]),
    ]


def test_nodes_take_turns_so_that_no_link_has_to_take_two_chunks_at_once():
    many = {node: frozenset({0}) for node in NODES}
    lacking = many | {NODES[0]: frozenset({0, 1, 2}), NODES[1]: frozenset({0, 3, 4})}
    single = [sending.node for sending in deal(ONE, lacking) if sending.node is not None]
    assert single == [NODES[0], NODES[1], NODES[0], NODES[1]]


def test_an_emergency_goes_first_and_alone_even_in_the_middle_of_another():
    book = WantBook()
    for node in NODES:
        book.note(ONE, node, range(3), TONIGHT, NOW)
    first = book.next(NOW + WINDOW)
    for node in NODES:
        book.note(TWO, node, range(2), EMERGENCY, NOW + WINDOW)
    rest = _drain(book, NOW + 2 * WINDOW)
    assert first == Sending(ONE, 0, None)
    assert [sending.recording for sending in rest] == [TWO, TWO, ONE, ONE]


def _sent_in_part(*, connected: bool) -> WantBook:
    """Have the last node ask when two chunks of four have gone to all."""
    book = WantBook()
    for node in NODES[:5]:
        book.note(ONE, node, range(4), TONIGHT, NOW)
    assert [book.next(NOW + WINDOW) for _ in range(2)] == [Sending(ONE, n, None) for n in range(2)]
    if connected:
        book.came_or_went(NODES[9], NOW + WINDOW)
    book.note(ONE, NODES[9], range(4), TONIGHT, NOW + WINDOW + 1)
    assert [one.chunk for one in _drain(book, NOW + WINDOW + 1)] == [2, 3]
    return book


def test_a_node_that_connected_while_its_recording_is_sent_gets_only_what_had_gone_before():
    book = _sent_in_part(connected=True)
    assert _drain(book, NOW + 1 + 2 * WINDOW) == [Sending(ONE, 0, NODES[9]), Sending(ONE, 1, NODES[9])]


def test_a_node_that_may_have_listened_all_the_time_has_to_show_what_it_did_not_get():
    book = _sent_in_part(connected=False)
    assert _drain(book, NOW + 1 + 2 * WINDOW) == []
    assert _asked_again(book, {NODES[9]: {0}}, NOW + 5) == [Sending(ONE, 0, NODES[9])]  # it holds later ones


def test_who_asks_first_long_after_something_was_sent_did_not_listen_then():
    book = WantBook()
    sent_at = _sent_to_all(book, 4)
    book.came_or_went(NODES[9], sent_at)
    late = NodeId("late")
    assert _asked_again(book, {late: range(4)}, sent_at + HOLD_OFF - 1) == []
    assert _asked_again(book, {late: range(4)}, sent_at + HOLD_OFF) == [
        Sending(ONE, n, late) for n in range(4)
    ]


def test_a_chunk_that_was_lost_on_the_way_is_sent_again_when_asked_for_again():
    book = WantBook()
    for node in NODES:
        book.note(ONE, node, [0], TONIGHT, NOW)
    _drain(book, NOW + WINDOW)
    later = NOW + 10
    book.note(ONE, NODES[2], [0], TONIGHT, later)
    assert _drain(book, later + WINDOW) == [Sending(ONE, 0, NODES[2])]


def test_a_recording_that_no_plan_names_is_forgotten():
    book = WantBook()
    book.note(ONE, NODES[0], [0], TONIGHT, NOW)
    book.keep({TWO: TONIGHT})
    assert book.next(NOW + 2 * WINDOW) is None


def test_what_was_about_to_be_sent_is_dropped_when_the_broker_goes():
    book = WantBook()
    book.note(ONE, NODES[0], [0, 1], TONIGHT, NOW)
    book.next(NOW + WINDOW)
    book.drop_queues()
    assert book.next(NOW + 3 * WINDOW) is None


def test_what_starts_soon_goes_before_what_was_asked_for_earlier():
    book = WantBook()
    for node in NODES:
        book.note(ONE, node, range(500), TONIGHT, NOW)
    for _ in range(20):
        book.next(NOW + WINDOW)
    asked = NOW + 5
    for node in NODES:
        book.note(TWO, node, range(2), SOON, asked)
    sent = [book.next(asked + WINDOW) for _ in range(3)]
    assert [sending.recording for sending in sent] == [TWO, TWO, ONE]


def test_recordings_that_are_needed_equally_soon_take_turns():
    book = WantBook()
    for recording in (ONE, TWO):
        for node in NODES:
            book.note(recording, node, range(3), TONIGHT, NOW)
    assert [sending.recording for sending in _drain(book, NOW + WINDOW)] == [ONE, TWO, ONE, TWO, ONE, TWO]


def test_a_start_that_was_moved_counts_for_what_waits_already():
    book = WantBook()
    for recording, need in ((ONE, SOON), (TWO, TONIGHT)):
        for node in NODES:
            book.note(recording, node, range(2), need, NOW)
    assert book.next(NOW + WINDOW) == Sending(ONE, 0, None)
    book.keep({ONE: TONIGHT, TWO: SOON})
    assert [sending.recording for sending in _drain(book, NOW + WINDOW)] == [TWO, TWO, ONE]


def _ask_for_ever(book: WantBook, nodes: list[NodeId], times: int, every: float) -> list[Sending]:
    sent = []
    for n in range(times):
        for node in nodes:
            book.note(ONE, node, range(4), SOON, NOW + n * every)
        sent += _drain(book, NOW + n * every + WINDOW)
    return sent


def test_a_node_whose_disk_fails_is_not_sent_the_same_for_ever():
    book = WantBook()
    sent = _ask_for_ever(book, NODES[:1], 100, 30)
    assert len(sent) == 4 * MOST_AN_HOUR
    assert book.too_much() == [(NODES[0], ONE)]
    assert book.too_much() == []


def test_nor_are_many_such_nodes_answered_for_ever_by_repeats_to_all():
    sent = _ask_for_ever(WantBook(), NODES, 100, 30)
    assert sent == [Sending(ONE, n, None) for n in range(4)] * MOST_AN_HOUR


def test_a_node_that_had_too_much_is_answered_again_an_hour_later():
    book = WantBook()
    _ask_for_ever(book, NODES[:1], 10, 30)
    book.note(ONE, NODES[0], [0], SOON, NOW + HOUR)
    assert _drain(book, NOW + HOUR + WINDOW) == [Sending(ONE, 0, NODES[0])]


def test_another_node_has_its_turn_while_one_had_too_much():
    book = WantBook()
    _ask_for_ever(book, NODES[:1], 10, 30)
    later = NOW + HOUR / 2
    for node in NODES[:2]:
        book.note(ONE, node, [0], SOON, later)
    assert _drain(book, later + WINDOW) == [Sending(ONE, 0, NODES[1])]


def _sent_to_all(book: WantBook, chunks: int, need: Need = TONIGHT) -> float:
    """Have all nodes ask for everything and get it; return when the last chunk went."""
    for node in NODES:
        book.note(ONE, node, range(chunks), need, NOW)
    assert len(_drain(book, NOW + WINDOW)) == chunks
    return NOW + WINDOW


def _asked_again(book: WantBook, missing: dict[NodeId, range | set[int]], at: float) -> list[Sending]:
    for node, lacking in missing.items():
        book.note(ONE, node, lacking, TONIGHT, at)
    return _drain(book, at + WINDOW)


def test_what_is_on_its_way_to_slow_nodes_is_not_sent_again_however_often_they_ask():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    for n in range(4):
        asked = sent_at + 0.5 + n * 2  # each has three chunks by now; the others lie in queues
        assert _asked_again(book, dict.fromkeys(NODES, range(3, 8)), asked) == []
    assert book.are_behind(sent_at + 9)


def test_what_did_not_come_in_all_that_time_is_sent_once_more():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    assert _asked_again(book, dict.fromkeys(NODES, range(3, 8)), sent_at + 1) == []
    assert _asked_again(book, dict.fromkeys(NODES, range(3, 8)), sent_at + 1 + HOLD_OFF) == [
        Sending(ONE, n, None) for n in range(3, 8)
    ]


def test_what_still_comes_in_slowly_to_many_is_not_sent_again():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    for n in range(1, 7):
        asked = sent_at + n * (HOLD_OFF - WINDOW)
        assert _asked_again(book, dict.fromkeys(NODES, range(n + 1, 8)), asked) == []


def test_what_was_overtaken_is_lost_and_sent_again_at_once():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    assert _asked_again(book, {NODES[1]: {2, 5}}, sent_at + 1) == [
        Sending(ONE, 2, NODES[1]),
        Sending(ONE, 5, NODES[1]),
    ]


def test_a_lost_last_chunk_of_a_few_nodes_is_sent_again_at_once_when_they_have_waited_a_little():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    assert _asked_again(book, {NODES[1]: {7}}, sent_at + 3) == []
    assert _asked_again(book, {NODES[1]: {7}}, sent_at + 4) == [Sending(ONE, 7, NODES[1])]
    assert not book.are_behind(sent_at + 6)


def test_a_repair_that_is_on_its_way_is_not_sent_twice():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    assert len(_asked_again(book, {NODES[1]: {2, 3, 4}}, sent_at + 1)) == 3
    assert _asked_again(book, {NODES[2]: {5}}, sent_at + 3) == [Sending(ONE, 5, NODES[2])]  # another round
    assert _asked_again(book, {NODES[1]: {3, 4}}, sent_at + 6) == []
    assert _asked_again(book, {NODES[1]: {3}}, sent_at + 9) == [Sending(ONE, 3, NODES[1])]  # 4 overtook it


def test_a_repair_that_went_after_the_node_spoke_is_not_sent_twice():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    book.note(ONE, NODES[1], {2, 5}, TONIGHT, sent_at + 1)
    first = book.next(sent_at + 1 + WINDOW)
    book.note(ONE, NODES[1], {5}, TONIGHT, sent_at + 2 + WINDOW)  # before the second repair reached it
    rest = _drain(book, sent_at + 3 + WINDOW) + _drain(book, sent_at + 9)
    assert [first, *rest] == [Sending(ONE, 2, NODES[1]), Sending(ONE, 5, NODES[1])]


def test_a_chunk_of_an_emergency_is_waited_for_less_long():
    book = WantBook()
    sent_at = _sent_to_all(book, 8, EMERGENCY)
    late = sent_at + HOLD_OFF_EMERGENCY
    for node in NODES:
        book.note(ONE, node, range(3, 8), EMERGENCY, late)
    assert len(_drain(book, late + WINDOW)) == 5


def test_a_node_that_connected_anew_is_sent_what_it_missed_meanwhile_at_once():
    book = WantBook()
    sent_at = _sent_to_all(book, 8)
    book.came_or_went(NODES[4], sent_at)
    assert _asked_again(book, {NODES[4]: range(3, 8)}, sent_at + 1) == [
        Sending(ONE, n, NODES[4]) for n in range(3, 8)
    ]


def test_who_comes_in_the_middle_waits_for_the_end_and_all_who_did_are_answered_once():
    book = WantBook()
    for node in NODES[:6]:
        book.note(ONE, node, range(8), TONIGHT, NOW)
    begun = NOW + WINDOW
    assert [book.next(begun + n) for n in range(4)] == [Sending(ONE, n, None) for n in range(4)]
    for n, node in enumerate(NODES[6:]):
        book.came_or_went(node, begun + 4)
        book.note(ONE, node, range(8), TONIGHT, begun + 4 + n / 2)
    assert len(_drain(book, begun + 8)) == 4
    assert _drain(book, begun + 8 + WINDOW - 0.1) == []
    assert _drain(book, begun + 8 + WINDOW) == [Sending(ONE, n, None) for n in range(4)]


def test_an_emergency_waits_for_no_end_of_a_round():
    book = WantBook()
    for node in NODES[:6]:
        book.note(ONE, node, range(8), EMERGENCY, NOW)
    book.next(NOW + WINDOW)
    book.note(ONE, NODES[6], [0], EMERGENCY, NOW + WINDOW)
    rest = _drain(book, NOW + 2 * WINDOW)
    assert (len(rest), rest[-1]) == (8, Sending(ONE, 0, NODES[6]))


def test_a_round_waits_while_many_nodes_still_begin_to_ask_but_not_for_ever():
    book = WantBook()
    opened = None
    for n in range(1000):
        now = NOW + n / 50
        book.note(ONE, NodeId(f"n{n}"), range(4), TONIGHT, now)
        if book.next(now) is not None:
            opened = now
            break
    assert opened is not None
    assert WINDOW < opened - NOW <= LONGEST_WINDOW


def test_two_percent_lost_is_repaired_with_little_more_than_was_lost():
    nodes = [NodeId(f"n{i}") for i in range(200)]
    rng = random.Random(1)
    lost = {node: {n for n in range(32) if rng.random() < 0.02} for node in nodes}
    book = WantBook()
    for node in nodes:
        book.note(ONE, node, range(32), TONIGHT, NOW)
    assert len(_drain(book, NOW + WINDOW)) == 32
    repairs = _asked_again(book, {node: gone for node, gone in lost.items() if gone}, NOW + 10)
    assert all(one.node is not None for one in repairs)
    assert len(repairs) == sum(map(len, lost.values()))


def test_what_is_repaired_in_one_round_is_bounded_and_who_is_left_out_is_in_the_next():
    many = [NodeId(f"m{i}") for i in range(MOST_REPAIRS + 10)]
    book = WantBook()
    for n, node in enumerate(many):
        book.note(ONE, node, [n % 1000], TONIGHT, NOW)  # each chunk is lacked by few
    first = _drain(book, NOW + LONGEST_WINDOW)
    assert len(first) == MOST_REPAIRS
    left_out = set(many) - {sending.node for sending in first}
    for turn in range(MOST_AN_HOUR):  # being left out does not count as having been sent it
        at = NOW + 100 * (turn + 1)
        for node in left_out:
            book.note(ONE, node, [many.index(node) % 1000], TONIGHT, at)
        assert {sending.node for sending in _drain(book, at + LONGEST_WINDOW)} == left_out


def test_how_many_receive_is_how_many_lacked_something_in_the_round():
    book = WantBook()
    for node in NODES:
        book.note(ONE, node, [0] if node != NODES[0] else [], TONIGHT, NOW)
    assert not book.receiving(ONE)
    assert book.is_busy
    _drain(book, NOW + LONGEST_WINDOW)
    assert book.receiving(ONE) == len(NODES) - 1
    assert not book.is_busy
