"""What sounds, when and where in the recording, by the node's own receipts."""

from datetime import timedelta

from controller.trial.conform.areas import MAIN
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import properly
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory
from controller.trial.conform.sounds import SHORT, begin_long, last, long_tone, place_error_ms, stops
from devices import topics
from devices.ids import Grade
from devices.messages import PlannedAiring

_ON_TIME_MS = 250.0
_PLACE_MS = 500.0
_START = Check("SND-01", "An airing begins at its starts_at, at the start of the recording.")
_END = Check("SND-02", "An airing that sounded to its end is `finished`, with what was heard.")
_ONCE = Check("SND-03", "An airing that was heard to its end is never played again.")
_PREEMPT = Check("SND-04", "A higher grade interrupts a lower one, which is `stopped`, `pre-empted`.")
_RESUME = Check("SND-05", "An interrupted airing goes on where it would be by now.")
_EARLIEST = Check("SND-06", "Of one grade, the airing that started first sounds.")
_SMALLEST = Check("SND-07", "Of one grade and start, the smallest id sounds.")
_MISSED = Check("SND-08", "An airing that was not begun by its latest_start_at does not begin.")
_JOIN = Check("SND-09", "Until its latest_start_at an airing is joined at its place by the clock.")
_WITHDRAWN = Check("SND-10", "An airing that no plan names any more stops at once: `withdrawn`.")
_VOID = Check("SND-11", "From its plan's expires_at on, an airing stops: `plan-expired`.")
_MERGED = Check("SND-12", "Of two plans that name one airing, the higher version counts, in any order.")
_TEST = Check("SND-13", "A test broadcast sounds and is answered as any other.")
_TEST_EMERGENCY = Check("SND-14", "A test is never an emergency: such a plan is malformed.")
_CALLED = Check("SND-15", "A repeated emergency that is called now begins at once.")
_ROUNDS = Check("SND-16", "The rounds after the first send no receipt.")
_PAUSE = Check("SND-17", "The pause between rounds is no room for what is lower.")
_LATE_CALL = Check("SND-18", "An emergency is joined at any time while it is due.")
_WEIGHT = Check("SND-19", "The volume in receipts is the one at which the airing sounded.")
_KEEP = Check("SND-20", "Nothing in `keep` sounds by itself.")


def _play(lab: Laboratory) -> None:
    lab.provide(SHORT, long_tone())
    _whole(lab)
    _interrupted(lab)
    _ranks(lab)
    _late(lab)
    _expiring(lab)
    _two_plans(lab)
    _tests(lab)
    _repeated(lab)
    kept = [one for one in lab.seen.receipts.values() if "keep" in one.receipt.airing]
    sounded = [one for one in kept if one.receipt.kind in {"started", "finished", "stopped"}]
    lab.judge(_KEEP.id, bool(kept) and not sounded, "a recording to keep sounded")


def _whole(lab: Laboratory) -> None:
    airing = lab.station.airing(lab.name("whole"), SHORT, 2.0, volume=61)
    lab.begin(airing)
    started = last(lab, airing, "started").receipt
    assert started.at is not None
    late_ms = (started.at - airing.starts_at) / timedelta(milliseconds=1)
    bound = _ON_TIME_MS + (started.clock_error_ms or 0)
    lab.judge(_START.id, abs(late_ms) <= bound, f"it began {late_ms:+.0f} ms from its start")
    lab.judge(_START.id, started.offset_ms == 0, f"it began at place {started.offset_ms} ms")
    lab.judge(_WEIGHT.id, started.volume == 61, f"`started` says {started.volume}, not 61")  # noqa: PLR2004
    if lab.expect(_END.id, lab.seen.has(airing.airing, "finished"), "`finished`"):
        heard = last(lab, airing, "finished").receipt.heard_ms
        lab.judge(_END.id, abs(heard - SHORT.duration_ms) <= _PLACE_MS, f"heard_ms is {heard}")
    again = lab.station.airing(airing.airing, SHORT, 1.5)
    lab.station.publish_plan(MAIN, [again])
    begun = lab.wait(lab.seen.has(airing.airing, "started", 2), 1.5 + SOON_S)
    lab.judge(_ONCE.id, not begun, "it was played a second time")


def _interrupted(lab: Laboratory) -> None:
    lower = begin_long(lab, "lower")
    higher = lab.station.airing(lab.name("higher"), SHORT, 1.5, grade=Grade.PRIORITY)
    lab.station.publish_plan(MAIN, [lower, higher])
    stopped = stops(lab, lower)
    lab.judge(_PREEMPT.id, stopped is not None, "the lower one was not stopped")
    if stopped is not None:
        lab.judge(_PREEMPT.id, stopped.receipt.reason == "pre-empted", f"{stopped.receipt.reason}")
    lab.expect(_PREEMPT.id, lab.seen.has(higher.airing, "started"), "`started` of the higher one")
    if lab.expect(_RESUME.id, lab.seen.has(lower.airing, "started", 2), "the lower one again", 3 + SOON_S):
        error = place_error_ms(lower, last(lab, lower, "started"))
        lab.judge(_RESUME.id, abs(error) <= _PLACE_MS, f"it went on {error:+.0f} ms from its place")
    lab.station.publish_plan(MAIN)
    stopped = stops(lab, lower)
    lab.judge(_WITHDRAWN.id, stopped is not None, "it goes on to sound")
    if stopped is not None:
        lab.judge(_WITHDRAWN.id, stopped.receipt.reason == "withdrawn", f"{stopped.receipt.reason}")


def _ranks(lab: Laboratory) -> None:
    name = lab.name("rank")
    first = lab.station.airing(f"{name}-z", SHORT, 2.0)
    same = {"starts_at": first.starts_at + timedelta(seconds=5)}
    same["latest_start_at"] = same["starts_at"] + timedelta(seconds=2)
    small = lab.station.airing(f"{name}-B", SHORT, 0, **same)
    great = lab.station.airing(f"{name}-a", SHORT, 0, **same)
    overlapping = {"starts_at": first.starts_at + timedelta(seconds=1)}
    overlapping["latest_start_at"] = overlapping["starts_at"]
    later = lab.station.airing(f"{name}-a-later", SHORT, 0, **overlapping)
    lab.begin(first, later, small, great)
    ended = lab.wait(lab.seen.has(first.airing, "finished"), 3 + SOON_S)
    is_alone = ended and not _began_before_the_end(lab, later, first)
    lab.judge(_EARLIEST.id, is_alone, "a later airing of the same grade took the place of the first")
    lab.wait(lab.seen.has(small.airing, "finished"), 5 + SOON_S)
    is_small = bool(lab.seen.of(small.airing, "finished")) and not lab.seen.of(great.airing, "started")
    lab.judge(_SMALLEST.id, is_small, "compared as bytes, B is before a")


def _began_before_the_end(lab: Laboratory, one: PlannedAiring, other: PlannedAiring) -> bool:
    begun = [seen.receipt.at for seen in lab.seen.of(one.airing, "started")]
    ended = last(lab, other, "finished").receipt.at
    return any(at is None or ended is None or at < ended for at in begun)


def _late(lab: Laboratory) -> None:
    now = timedelta(seconds=1)
    missed = lab.station.airing(lab.name("missed"), long_tone(), -30.0)
    missed = missed.model_copy(update={"latest_start_at": missed.starts_at + 20 * now})
    joined = lab.station.airing(lab.name("joined"), long_tone(), -20.0)
    lab.station.publish_plan(MAIN, [missed, joined])
    if lab.expect(_JOIN.id, lab.seen.has(joined.airing, "started"), "`started` of a late one"):
        error = place_error_ms(joined, last(lab, joined, "started"))
        lab.judge(_JOIN.id, abs(error) <= _PLACE_MS, f"it began {error:+.0f} ms from its place")
    lab.pause(1.5)
    lab.judge(_MISSED.id, not lab.seen.of(missed.airing, "started"), "it began too late")


def _expiring(lab: Laboratory) -> None:
    airing = lab.station.airing(lab.name("expiring"), long_tone(), 1.5)
    expires_at = (lab.now() + timedelta(seconds=6)).replace(microsecond=0)
    lab.station.publish_plan(MAIN, [airing], expires_at=expires_at)
    lab.must(lab.seen.has(airing.airing, "started"), "`started` of a good airing", 1.5 + SOON_S)
    stopped = stops(lab, airing, 6 + SOON_S)
    lab.judge(_VOID.id, stopped is not None, "it goes on to sound")
    if stopped is not None:
        lab.judge(_VOID.id, stopped.receipt.reason == "plan-expired", f"{stopped.receipt.reason}")


def _two_plans(lab: Laboratory) -> None:
    airing = lab.station.airing(lab.name("merged"), SHORT, 3.0, volume=70)
    older = lab.station.plan(MAIN, [airing])
    lab.station.publish_plan(lab.station.node, [airing.model_copy(update={"volume": 50})])
    lab.bench.send(topics.plan(MAIN), properly(lab.station, older), 1, True)
    if lab.expect(_MERGED.id, lab.seen.has(airing.airing, "finished"), "`finished`", 6 + SOON_S):
        volume = last(lab, airing, "finished").receipt.volume
        lab.judge(_MERGED.id, volume == 50, f"it sounded at {volume}, not 50")  # noqa: PLR2004
    lab.station.publish_plan(lab.station.node)


def _tests(lab: Laboratory) -> None:
    airing = lab.station.airing(lab.name("test"), SHORT, 1.5, test=True)
    lab.station.publish_plan(MAIN, [airing])
    lab.expect(_TEST.id, lab.seen.has(airing.airing, "finished"), "`finished`", 4.5 + SOON_S)
    name = lab.name("test-emergency")
    good = lab.station.refused_airing(name)
    wrong = good.model_copy(update={"test": True, "grade": Grade.EMERGENCY})
    plan = lab.station.plan(MAIN, [good]).model_copy(update={"airings": (wrong,)})
    lab.bench.send(topics.plan(MAIN), properly(lab.station, plan), 1, False)
    lab.must(lab.probe, "the answer to a probe")
    lab.pause(1.5)
    lab.judge(_TEST_EMERGENCY.id, not lab.seen.of(name), "the node took the plan and answered it")


def _repeated(lab: Laboratory) -> None:
    called = lab.station.emergency(lab.name("called"), SHORT, 6.0)
    below = _starting_in_a_pause(lab, called)
    lab.station.publish_plan(MAIN, [called, below])
    if lab.expect(_CALLED.id, lab.seen.has(called.airing, "started"), "`started` of an emergency"):
        at = last(lab, called, "started").receipt.at
        late_s = (at - called.starts_at).total_seconds() if at is not None else 0.0
        lab.judge(_CALLED.id, late_s <= 1.0, f"it began {late_s:.1f} s late")
    lab.pause(14.0)
    told = [one.receipt.kind for one in lab.seen.of(called.airing)]
    sounds = [kind for kind in told if kind != "fetched"]
    lab.judge(_ROUNDS.id, sounds == ["started"], f"after three rounds it had sent {told}")
    lab.judge(_PAUSE.id, not lab.seen.of(below.airing, "started"), "a routine airing sounded in the pause")
    late = lab.station.emergency(lab.name("late"), SHORT, 6.0, starts_in_s=-61.0)
    late = late.model_copy(update={"latest_start_at": late.starts_at})
    lab.station.publish_plan(MAIN, [late])
    lab.expect(_LATE_CALL.id, lab.seen.has(late.airing, "started"), "`started`", 6 + SOON_S)
    lab.station.publish_plan(MAIN)


def _starting_in_a_pause(lab: Laboratory, called: PlannedAiring) -> PlannedAiring:
    below = lab.station.airing(lab.name("below"), SHORT, 0)
    starts_at = called.starts_at + timedelta(seconds=4)
    times = {"starts_at": starts_at, "latest_start_at": starts_at + timedelta(seconds=30)}
    return below.model_copy(update=times)


GROUP = CheckGroup(
    "sounding",
    (
        *(_START, _END, _ONCE, _PREEMPT, _RESUME, _EARLIEST, _SMALLEST, _MISSED, _JOIN, _WITHDRAWN),
        *(_VOID, _MERGED, _TEST, _TEST_EMERGENCY, _CALLED, _ROUNDS, _PAUSE, _LATE_CALL, _WEIGHT, _KEEP),
    ),
    _play,
)
