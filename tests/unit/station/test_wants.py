"""Which chunks go to whom."""

from datetime import UTC, datetime, timedelta

from controller.station.wants import WINDOW, Sending, WantBook, deal
from devices.messages import Grade, NodeId, RecordingId

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ONE, TWO = RecordingId("a" * 64), RecordingId("b" * 64)
NODES = [NodeId(f"n{i}") for i in range(10)]


def _drain(book: WantBook, now: datetime) -> list[Sending]:
    sendings = []
    while (sending := book.next(now)) is not None:
        sendings.append(sending)
    return sendings


def test_what_all_lack_goes_once_to_all():
    book = WantBook()
    for node in NODES:
        book.note(ONE, node, range(4), Grade.ROUTINE, NOW)
    assert _drain(book, NOW + WINDOW) == [Sending(ONE, n, None) for n in range(4)]


def test_nothing_is_sent_before_the_window_has_passed():
    book = WantBook()
    book.note(ONE, NODES[0], [0], Grade.ROUTINE, NOW)
    assert book.next(NOW + WINDOW - timedelta(milliseconds=1)) is None
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
        book.note(ONE, node, range(3), Grade.ROUTINE, NOW)
    first = book.next(NOW + WINDOW)
    for node in NODES:
        book.note(TWO, node, range(2), Grade.EMERGENCY, NOW + WINDOW)
    rest = _drain(book, NOW + 2 * WINDOW)
    assert first == Sending(ONE, 0, None)
    assert [sending.recording for sending in rest] == [TWO, TWO, ONE, ONE]


def test_a_node_that_asks_while_its_recording_is_sent_gets_only_what_had_gone_before():
    book = WantBook()
    for node in NODES[:5]:
        book.note(ONE, node, range(4), Grade.ROUTINE, NOW)
    before = [book.next(NOW + WINDOW) for _ in range(2)]
    late = NOW + WINDOW + timedelta(seconds=1)
    book.note(ONE, NODES[9], range(4), Grade.ROUTINE, late)
    after = _drain(book, late)
    repairs = _drain(book, late + WINDOW)
    assert [one.chunk for one in before if one] == [0, 1]
    assert [one.chunk for one in after] == [2, 3]
    assert repairs == [Sending(ONE, 0, NODES[9]), Sending(ONE, 1, NODES[9])]


def test_a_chunk_that_was_lost_on_the_way_is_sent_again_when_asked_for_again():
    book = WantBook()
    for node in NODES:
        book.note(ONE, node, [0], Grade.ROUTINE, NOW)
    _drain(book, NOW + WINDOW)
    later = NOW + timedelta(seconds=10)
    book.note(ONE, NODES[2], [0], Grade.ROUTINE, later)
    assert _drain(book, later + WINDOW) == [Sending(ONE, 0, NODES[2])]


def test_a_recording_that_no_plan_names_is_forgotten():
    book = WantBook()
    book.note(ONE, NODES[0], [0], Grade.ROUTINE, NOW)
    book.forget(keep=[TWO])
    assert book.next(NOW + 2 * WINDOW) is None


def test_what_was_about_to_be_sent_is_dropped_when_the_broker_goes():
    book = WantBook()
    book.note(ONE, NODES[0], [0, 1], Grade.ROUTINE, NOW)
    book.next(NOW + WINDOW)
    book.drop_queues()
    assert book.next(NOW + 3 * WINDOW) is None
