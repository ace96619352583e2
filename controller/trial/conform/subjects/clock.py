"""The clock: whose word counts. A burst of requests is answered by forged replies alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from controller.trial.conform.areas import MAIN
from controller.trial.conform.checks import Check, Unmet
from controller.trial.conform.forging import tampered
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory, micros
from controller.trial.conform.node_view import SeenReceipt
from controller.trial.conform.sounds import SHORT
from devices import topics
from devices.ids import NodeId
from devices.messages import TimeReply, TimeRequest

Forge = Callable[[Laboratory, TimeReply], bytes]
_LIE_S = 600
_OPEN = timedelta(seconds=6)
"""A node ignores a reply that comes later than 10 s after its request."""
_NEAR_S = 5.0
BURST_APART_S = 12.0
"""Between two bursts: a node may make a second one only 10 s after the first."""
_RECOVERY_S = 90.0


@dataclass(frozen=True, slots=True)
class ClockAttack:
    """A clock reply that must be ignored."""

    check: Check
    forge: Forge


def _by(signer: str) -> Forge:
    return lambda lab, reply: lab.station.signed(reply, lab.station.key(signer))


def _for_another(lab: Laboratory, reply: TimeReply) -> bytes:
    return _by("station")(lab, reply.model_copy(update={"node": NodeId("kit-another")}))


def _not_asked(lab: Laboratory, reply: TimeReply) -> bytes:
    return _by("station")(lab, reply.model_copy(update={"sent_us": reply.sent_us + 1}))


_ATTACKS = (
    ClockAttack(Check("CLK-03", "A clock reply by an approver's key is ignored."), _by("approver")),
    ClockAttack(
        Check("CLK-04", "A clock reply by a key that is in no key set is ignored."), _by("unlisted station")
    ),
    ClockAttack(
        Check("CLK-05", "A clock reply that was changed after it was signed is ignored."),
        lambda lab, reply: tampered(lab.station, reply),
    ),
    ClockAttack(
        Check("CLK-06", "A clock reply that is not signed is ignored."), lambda _, reply: reply.payload()
    ),
    ClockAttack(Check("CLK-07", "A clock reply for another node is ignored."), _for_another),
    ClockAttack(Check("CLK-08", "A clock reply to no request of the node's is ignored."), _not_asked),
)
_REPLAY = Check("CLK-09", "A clock reply counts once: an old one that comes again is ignored.")
_BURST = Check("CLK-01", "At connect the node asks 8 times, 0.3 s apart.")
_UNIQUE = Check("CLK-02", "`sent_us` never comes twice.")
_BEFORE = Check("CLK-10", "The node asks 6 times in the last 30 s before a start.")


def _play(lab: Laboratory) -> None:
    old = _burst(lab)
    _forged(lab, old)
    _before_a_start(lab)
    sent = [request.sent_us for _, request in lab.seen.time_requests]
    lab.judge(_UNIQUE.id, len(sent) == len(set(sent)) > 0, "the same sent_us came twice")


def _burst(lab: Laboratory) -> bytes:
    """Judge a burst; return a reply that was given in it."""
    replies: list[bytes] = []

    def note(request: TimeRequest) -> None:
        now = micros(lab.now())
        replies.append(_by("station")(lab, lab.station.time_reply(request, now, now)))

    lab.pause(BURST_APART_S)
    lab.services.before_reply = note
    asked = len(lab.seen.time_requests)
    lab.bench.kick()
    lab.expect(_BURST.id, lambda: len(lab.seen.time_requests) >= asked + 8, "8 requests", 20.0)
    times = [at for at, _ in lab.seen.time_requests[asked : asked + 8]]
    span = (times[-1] - times[0]).total_seconds() if times else 0.0
    lab.judge(_BURST.id, 1.5 <= span <= 4.5, f"8 requests within {span:.1f} s")  # noqa: PLR2004
    lab.services.before_reply = lambda _request: None
    if not replies:
        raise Unmet("the node asked for the time after it had connected")
    return replies[0]


def _forged(lab: Laboratory, old: bytes) -> None:
    """Answer requests by forged replies alone; the node's own receipts say what its time is by then."""
    _use_up(lab)
    for attack in _ATTACKS:
        _lie(lab, attack.check, partial(attack.forge, lab))
    lab.bench.send(topics.time_reply(lab.station.node), old, 0, False)
    _judge_time(lab, _REPLAY)
    _recover(lab)


def judge_lie(lab: Laboratory, check: Check, forge: Callable[[TimeReply], bytes]) -> None:
    """Judge that the node does not take its time from a forged reply, given in place of a true one."""
    _use_up(lab)
    _lie(lab, check, forge)
    _recover(lab)


def _lie(lab: Laboratory, check: Check, forge: Callable[[TimeReply], bytes]) -> None:
    lab.services.answers_time = False
    request = _open_request(lab)
    wrong = micros(lab.now()) + _LIE_S * 1_000_000
    payload = forge(lab.station.time_reply(request, wrong, wrong))
    lab.bench.send(topics.time_reply(lab.station.node), payload, 0, False)
    if not _judge_time(lab, check):
        _recover(lab)


def _recover(lab: Laboratory) -> None:
    lab.services.answers_time = True
    lab.must(lambda: _knows_time(lab.probe()), "the node knows the time again", _RECOVERY_S)
    _use_up(lab)


def _use_up(lab: Laboratory) -> None:
    """Note that all requests so far were answered."""
    lab.seen.used_requests |= {request.sent_us for _, request in lab.seen.time_requests}


def _knows_time(probe: SeenReceipt | None) -> bool:
    wrong_s = _wrong_s(probe)
    return wrong_s is not None and abs(wrong_s) < _NEAR_S


def _open_request(lab: Laboratory) -> TimeRequest:
    """Return a request that the node still waits for, each once."""
    fresh = lab.now() - _OPEN
    asked = [request for at, request in lab.seen.time_requests if at > fresh]
    unused = [request for request in asked if request.sent_us not in lab.seen.used_requests]
    if not unused:
        lab.pause(BURST_APART_S)
        count = len(lab.seen.time_requests)
        lab.bench.kick()
        lab.must(lambda: len(lab.seen.time_requests) > count, "a clock request", 2 * _RECOVERY_S)
        unused = [lab.seen.time_requests[count][1]]
    lab.seen.used_requests.add(unused[0].sent_us)
    return unused[0]


def _judge_time(lab: Laboratory, check: Check) -> bool:
    probe = lab.probe()
    return lab.judge(check.id, _knows_time(probe), f"after it, its time is {_wrong_s(probe)} s from ours")


def _wrong_s(probe: SeenReceipt | None) -> float | None:
    """Return how far the node's time is from ours, by a receipt; None: it knows none."""
    if probe is None or probe.receipt.at is None:
        return None
    return round((probe.receipt.at - probe.came_at).total_seconds(), 1)


def _before_a_start(lab: Laboratory) -> None:
    lab.provide(SHORT)
    airing = lab.station.airing(lab.name("asked-before"), SHORT, 40.0)
    lab.station.publish_plan(MAIN, [airing])
    lab.must(lab.seen.has(airing.airing, "started"), "`started` of a good airing", 40 + SOON_S)
    before = [(airing.starts_at - at).total_seconds() for at, _ in lab.seen.time_requests]
    count = sum(0 < seconds <= 30.5 for seconds in before)  # noqa: PLR2004 - 30 s, and the link's half
    lab.judge(_BEFORE.id, count >= 6, f"it asked {count} times")  # noqa: PLR2004


GROUP = CheckGroup(
    "clock", (_BURST, _UNIQUE, *(attack.check for attack in _ATTACKS), _REPLAY, _BEFORE), _play
)
