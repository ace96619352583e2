"""Power cuts: what a node still knows, and what it sounds before and after it knows the time again."""

from datetime import timedelta

from controller.trial.conform.areas import ATTACK, MAIN
from controller.trial.conform.audio import tone
from controller.trial.conform.checks import Check, Requirement
from controller.trial.conform.forging import properly
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory, Services
from controller.trial.conform.sounds import SHORT, begin_long, last, long_tone, place_error_ms
from controller.trial.conform.subjects.policies import ALL_DAY
from devices import topics
from devices.chunks import wanted

_SESSION = Check("PWR-01", "The session number grows over a power cut.")
_OUTBOX = Check("PWR-02", "Receipts that were not committed are sent after a power cut, as the same text.")
_RESUMED = Check("PWR-03", "An airing that sounded goes on at its place by the clock, however late it is.")
_VERSION = Check("PWR-04", "An older plan than the one stored is ignored after a power cut, too.")
_POLICY = Check("PWR-05", "A stored policy whose expires_at has passed binds after a power cut.")
_UNKNOWN = Check("PWR-06", "Before it knows the time, a node sounds nothing from its disk.")
_RETAINED = Check("PWR-07", "Before it knows the time, a retained emergency does not sound.")
_LIVE = Check("PWR-08", "An emergency whose plan is sent now sounds before the time is known.")
_NULL = Check("PWR-09", "Until it knows the time, `at` of births and receipts is null.")
_LEARNT = Check("PWR-10", "What is due sounds as soon as the time is known.")
_LOST = Check("PWR-11", "An airing whose time passed while the power was gone: `stopped`, `power-lost`.")
_BITMAP = Check("PWR-12", "A node asks only for those chunks that it did not have before the power cut.")
_HELD = Check("PWR-13", "A complete recording is not fetched again after a power cut.")
_CHAIN = Check("PWR-14", "Numbers and chain of receipts go on after a power cut.")
_REPLAYED = Check("PWR-15", "What was heard to its end before a power cut is not played again.")

BOOT_S = 180.0
"""For a board to boot and to connect."""
_OFF_S = 3.0
_PLACE_MS = 1500.0


def _play(lab: Laboratory) -> None:
    lab.provide(SHORT, long_tone())
    _resumes(lab)
    _before_the_time(lab)
    _after_its_time(lab)
    _ruled(lab)
    _halves(lab)


def _cycle(lab: Laboratory, off_s: float = _OFF_S) -> None:
    """Take the power and give it back; return when the node is online again."""
    before = len(lab.seen.states)
    lab.bench.cut_power()
    lab.pause(off_s)
    lab.bench.restore_power()
    lab.must(lambda: any(one.online for _, one in lab.seen.states[before:]), "a birth after a boot", BOOT_S)


def _resumes(lab: Laboratory) -> None:
    heard = lab.station.airing(lab.name("heard"), SHORT, 1.5)
    lab.begin(heard)
    lab.must(lab.seen.has(heard.airing, "finished"), "`finished`", 3 + SOON_S)
    airing = lab.station.airing(lab.name("cut"), long_tone(), 2.0)
    airing = airing.model_copy(update={"latest_start_at": airing.starts_at})
    older = lab.station.plan(MAIN, [lab.station.refused_airing(lab.name("older"))])
    lab.begin(airing)
    lab.services.commits = False
    held = lab.probe()
    session = lab.seen.states[-1][1].session
    chain_faults = len(lab.seen.faults["REC-03"]) + len(lab.seen.faults["REC-04"])
    since = lab.now()
    _cycle(lab)
    grown = lab.seen.states[-1][1].session
    lab.judge(_SESSION.id, grown > session, f"session {grown} after {session}")
    if held is not None:
        lab.expect(_OUTBOX.id, lambda: any(at > since for at in held.copies), "the receipt again", 15.0)
    if lab.expect(_RESUMED.id, lab.seen.has(airing.airing, "started", 2), "it sounds again", 30.0):
        error = place_error_ms(airing, last(lab, airing, "started"))
        lab.judge(_RESUMED.id, abs(error) <= _PLACE_MS, f"it went on {error:+.0f} ms from its place")
    lab.bench.send(topics.plan(MAIN), properly(lab.station, older), 1, False)
    lab.must(lab.probe, "the answer to a probe")
    lab.pause(1.5)
    lab.judge(_VERSION.id, not lab.seen.of(older.airings[0].airing), "the node took it and answered it")
    wants = [
        want for at, want in lab.seen.wants if at > since and want.recording in {SHORT.id, long_tone().id}
    ]
    lab.judge(_HELD.id, not wants, "it asked for a recording that it had")
    faults = len(lab.seen.faults["REC-03"]) + len(lab.seen.faults["REC-04"])
    lab.judge(_CHAIN.id, faults == chain_faults, "the chain of its receipts is broken")
    lab.station.publish_plan(MAIN, [lab.station.airing(heard.airing, SHORT, 1.5)])
    again = lab.wait(lab.seen.has(heard.airing, "started", 2), 1.5 + SOON_S)
    lab.judge(_REPLAYED.id, not again, "it was played a second time")
    lab.services.commits = True
    lab.commit_all(lab.seen.receipts)


def _before_the_time(lab: Laboratory) -> None:
    airing = begin_long(lab, "unknown")
    retained = lab.station.emergency(lab.name("retained"), SHORT, 6.0, starts_in_s=-20.0)
    lab.bench.cut_power()
    lab.services.answers_time = False
    lab.station.publish_plan(MAIN, [airing, retained])
    lab.pause(_OFF_S)
    before = len(lab.seen.states)
    lab.bench.restore_power()
    lab.must(lambda: any(one.online for _, one in lab.seen.states[before:]), "a birth after a boot", BOOT_S)
    birth = next(one for _, one in lab.seen.states[before:] if one.online)
    lab.judge(_NULL.id, birth.at is None, f"the birth says {birth.at}")
    lab.pause(8.0)
    lab.judge(_UNKNOWN.id, len(lab.seen.of(airing.airing, "started")) == 1, "it sounds from its disk")
    lab.judge(_RETAINED.id, not lab.seen.of(retained.airing, "started"), "a retained emergency sounds")
    called = lab.station.emergency(lab.name("live"), SHORT, 6.0)
    lab.station.publish_plan(MAIN, [airing, called])
    if lab.expect(_LIVE.id, lab.seen.has(called.airing, "started"), "`started` of an emergency sent now"):
        at = last(lab, called, "started").receipt.at
        lab.judge(_NULL.id, at is None, f"a receipt says {at}")
    lab.station.publish_plan(MAIN, [airing])
    lab.services = Services()
    lab.expect(_LEARNT.id, lab.seen.has(airing.airing, "started", 2), "it sounds again", 60.0)


def _after_its_time(lab: Laboratory) -> None:
    """Cut the power while an airing sounds, and give it back when its time is over."""
    short = lab.station.airing(lab.name("over"), SHORT, 1.5)
    lab.begin(short)
    _cycle(lab, 8.0)
    if lab.expect(_LOST.id, lab.seen.has(short.airing, "stopped"), "`stopped`", 60.0):
        reason = last(lab, short, "stopped").receipt.reason
        lab.judge(_LOST.id, reason == "power-lost", f"`stopped` with the reason {reason}")


def _ruled(lab: Laboratory) -> None:
    """Let a policy expire before the power is cut: it binds afterwards."""
    expires_at = (lab.now() + timedelta(seconds=4)).replace(microsecond=0)
    lab.station.publish_policy(ATTACK, "ward administrator", quiet_hours=ALL_DAY, expires_at=expires_at)
    lab.must(lab.probe, "the answer to a probe")
    lab.pause(5.0)
    _cycle(lab)
    airing = lab.station.airing(lab.name("ruled"), long_tone(), 10.0)
    lab.station.publish_plan(MAIN, [airing])
    lab.wait(lab.seen.has(airing.airing, "started"), 10.0 + SOON_S)
    lab.judge(_POLICY.id, not lab.seen.of(airing.airing, "started"), "a routine airing sounds")
    lab.station.publish_policy(ATTACK)
    lab.expect(_POLICY.id, lab.seen.has(airing.airing, "started"), "it sounds under a newer policy")


def _halves(lab: Laboratory) -> None:
    recording = tone(6, 700.0 + lab.now().timestamp() % 9973 / 1000)
    lab.services.sends_chunks = False
    since = lab.now()
    lab.station.publish_plan(MAIN, [lab.station.airing(lab.name("halves"), recording, 3600.0)])
    lab.offer(recording)
    lab.must(lambda: lab.seen.wants_of(recording.id, since), "a Want after a manifest")
    for n, body in enumerate(recording.chunks[:2]):
        lab.send_chunk(recording, n, body)
    lab.pause(6.0)
    _cycle(lab)
    since = lab.now()
    if lab.expect(_BITMAP.id, lambda: lab.seen.wants_of(recording.id, since), "a Want after a boot", 40.0):
        missing = list(wanted(lab.seen.wants_of(recording.id, since)[0][1]))
        lab.judge(_BITMAP.id, missing == list(range(2, len(recording.chunks))), f"it asks for {missing}")
    lab.services = Services()


GROUP = CheckGroup(
    "power",
    (
        *(_SESSION, _OUTBOX, _RESUMED, _VERSION, _POLICY, _UNKNOWN, _RETAINED, _LIVE, _NULL, _LEARNT),
        *(_LOST, _BITMAP, _HELD, _CHAIN, _REPLAYED),
    ),
    _play,
    Requirement.POWER,
)
