"""Receipts: signed, numbered and chained; repeated until the station has answered each."""

import hashlib

from controller.trial.conform.areas import ATTACK
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import by, plain, properly, tampered
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory
from controller.trial.conform.node_view import SeenReceipt
from devices import topics
from devices.ids import ClockTrust, NodeId
from devices.messages import MOST_RECEIPTS, JournalCheckpoint, RefusedReceipt

_SHAPE = Check("REC-01", "Receipts come in well-formed messages that name the node.")
_SIGNED = Check("REC-02", "Each receipt is a JWS by the node's own key, in canonical base64url.")
_NUMBERED = Check("REC-03", "Receipts are numbered one after another.")
_CHAINED = Check("REC-04", "Each names the one before by the SHA-256 of its text.")
_REPEATED = Check("REC-05", "A receipt that is not answered is sent again after 5 s, as the same text.")
_GROWING = Check("REC-06", "The pauses between repetitions double.")
_FOREIGN = Check("REC-07", "Ids that the node never sent change nothing.")
_COMMITTED = Check("REC-08", "A receipt that is committed is not sent again.")
_REFUSED = Check("REC-09", "A receipt that is refused is deleted.")
_JOURNAL = Check("REC-10", "The newest checkpoint of the journal comes back in the next receipt, once.")
_BATCH = Check("REC-11", "At most 100 receipts come in a message, and none is lost of more.")
_TIME = Check("REC-12", "`at` is the station's time, wrong by no more than `clock_error_ms` says.")
_TRUST = Check("REC-13", "`trust` says what `clock_error_ms` is good for.")
_FORGED = Check("REC-15", "An answer that no station's key signed, or for another node, deletes nothing.")
_AGAIN = Check("REC-14", "When a key set comes, outstanding receipts are sent within a second.")

_FIRST_S = (3.5, 7.5)
_SECOND_S = (7.0, 15.0)
_MANY = 130
_TOGETHER_MS, _MINUTE_MS = 100.0, 10_000.0


def _play(lab: Laboratory) -> None:
    _repeating(lab)
    _answering(lab)
    _witness(lab)
    _many(lab)
    _time_and_trust(lab)
    seen = bool(lab.seen.receipts)
    for check in (_SHAPE, _SIGNED, _NUMBERED, _CHAINED):
        lab.judge(check.id, seen, "no receipt came")


def _held(lab: Laboratory) -> SeenReceipt:
    """Return a fresh receipt that the kit does not commit."""
    name = lab.name("held")
    lab.services.commits = False
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(name)])
    lab.must(lambda: lab.seen.of(name), "the answer to a good plan")
    return lab.seen.of(name)[0]


def _repeating(lab: Laboratory) -> None:
    held = _held(lab)
    foreign = hashlib.sha256(held.text.encode() + b" ").hexdigest()
    lab.station.commit([foreign], [RefusedReceipt(id=foreign, code="bad-signature")])
    came = lab.expect(_REPEATED.id, lambda: held.copies, "the receipt again", _FIRST_S[1])
    lab.judge(_FOREIGN.id, came, "it was not sent again after an answer for other receipts")
    if not came:
        return
    first = (held.copies[0] - held.came_at).total_seconds()
    lab.judge(_REPEATED.id, first >= _FIRST_S[0], f"it was sent again after {first:.1f} s")
    copies = len(held.copies)
    if lab.expect(_GROWING.id, lambda: len(held.copies) > copies, "the receipt again", _SECOND_S[1]):
        second = (held.copies[copies] - held.copies[copies - 1]).total_seconds()
        lab.judge(_GROWING.id, second >= _SECOND_S[0], f"and again after {second:.1f} s")
    copies = len(held.copies)
    lab.station.publish_keys()
    lab.expect(_AGAIN.id, lambda: len(held.copies) > copies, "the receipt again", 2.0)
    _answer_falsely(lab, held)
    copies = len(held.copies)
    lab.station.publish_keys()
    lab.expect(_FORGED.id, lambda: len(held.copies) > copies, "the receipt again after it", 2.0)
    lab.station.commit([held.id])


def _answer_falsely(lab: Laboratory, held: SeenReceipt) -> None:
    answer = lab.station.answer([held.id])
    another = lab.station.answer([held.id], node=NodeId("kit-another"))
    forges = (by("approver"), by("unlisted station"), tampered, plain)
    for payload in (*(forge(lab.station, answer) for forge in forges), properly(lab.station, another)):
        lab.bench.send(topics.receipt_committed(lab.station.node), payload, 0, False)
    lab.pause(0.5)


def _answering(lab: Laboratory) -> None:
    committed = _held(lab)
    refused = _held(lab)
    lab.station.commit([committed.id], [RefusedReceipt(id=refused.id, code="malformed")])
    lab.pause(0.5)
    before = len(committed.copies), len(refused.copies)
    lab.pause(_FIRST_S[1])
    lab.judge(_COMMITTED.id, len(committed.copies) == before[0], "it was sent again")
    lab.judge(_REFUSED.id, len(refused.copies) == before[1], "it was sent again")
    lab.services.commits = True


def _witness(lab: Laboratory) -> None:
    size = int(lab.now().timestamp())
    root = hashlib.sha256(str(size).encode()).hexdigest()
    checkpoint = JournalCheckpoint(size=size, root=root)
    first, second = lab.name("witness"), lab.name("witness")
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(first)], journal=checkpoint)
    lab.must(lambda: lab.seen.of(first), "the answer to a good plan")
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(second)], journal=checkpoint)
    lab.must(lambda: lab.seen.of(second), "the answer to a good plan")
    told = [lab.seen.of(name)[0].receipt.journal for name in (first, second)]
    lab.judge(_JOURNAL.id, told == [checkpoint, None], f"two receipts brought {told}")


def _many(lab: Laboratory) -> None:
    lab.services.commits = False
    lab.seen.largest_batch = 0
    names = [lab.name("many") for _ in range(_MANY)]
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(name) for name in names])
    came = lab.expect(
        _BATCH.id, lambda: all(lab.seen.of(name) for name in names), f"{_MANY} receipts", 3 * SOON_S
    )
    if came:
        lab.wait(lambda: all(lab.seen.of(name)[0].copies for name in names), _FIRST_S[1])
    largest = lab.seen.largest_batch
    lab.judge(_BATCH.id, largest <= MOST_RECEIPTS, f"a message had {largest}")
    lab.services.commits = True
    lab.commit_all(lab.seen.receipts)


def _time_and_trust(lab: Laboratory) -> None:
    probe = lab.probe()
    if not lab.judge(_TIME.id, probe is not None, "no answer to a probe") or probe is None:
        return
    at, error_ms = probe.receipt.at, probe.receipt.clock_error_ms
    if not lab.judge(_TIME.id, at is not None and error_ms is not None, "it does not know the time"):
        return
    assert at is not None
    assert error_ms is not None
    early_ms = (probe.came_at - at).total_seconds() * 1000
    is_true = -error_ms - 5 <= early_ms <= error_ms + SOON_S * 1000 / 2
    lab.judge(_TIME.id, is_true, f"`at` is {early_ms:.0f} ms before the receipt came, ± {error_ms} ms")
    for seen in lab.seen.receipts.values():
        bound = seen.receipt.clock_error_ms
        if seen.receipt.trust is not None and bound is not None:
            told, right = seen.receipt.trust, _trust_of(bound)
            lab.judge(_TRUST.id, told == right, f"{told} with a bound of {bound} ms")
    lab.judge(_TRUST.id, probe.receipt.trust is not None, "a receipt does not say its trust")


def _trust_of(bound_ms: float) -> str:
    if bound_ms <= _TOGETHER_MS:
        return ClockTrust.TOGETHER
    return ClockTrust.ON_THE_MINUTE if bound_ms <= _MINUTE_MS else ClockTrust.NONE


GROUP = CheckGroup(
    "receipts",
    (
        *(_SHAPE, _SIGNED, _NUMBERED, _CHAINED, _REPEATED, _GROWING, _FOREIGN, _COMMITTED, _REFUSED),
        *(_JOURNAL, _BATCH, _TIME, _TRUST, _AGAIN, _FORGED),
    ),
    _play,
)
