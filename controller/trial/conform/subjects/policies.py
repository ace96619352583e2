"""Policies: whose count, and what they forbid. A long airing sounds while forged ones come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.trial.conform.areas import ATTACK, FAR, MAIN, PROBE
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import Forge, by, properly, tampered
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory
from controller.trial.conform.sounds import (
    SHORT,
    begin_long,
    last,
    long_tone,
    place_error_ms,
    sound_short,
    stops,
)
from controller.trial.conform.station import HOUR
from devices import topics
from devices.ids import AreaCode
from devices.messages import PlannedAiring
from devices.plan import WALL_TIME
from devices.statements import LoudHours, Policy, QuietHours

ALL_DAY = (QuietHours(begins="00:00", ends="00:00"),)
SILENT_S = 2.2
"""For a node that took a policy to stop, and to say so."""
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class PolicyAttack:
    """A policy that silences all day, and must be ignored."""

    check: Check
    forge: Forge
    change: Callable[[Policy], Policy] = lambda policy: policy
    target: AreaCode = MAIN
    topic: AreaCode | None = None


def _version(plus: int) -> Callable[[Policy], Policy]:
    return lambda policy: policy.model_copy(update={"version": policy.version + plus})


_ATTACKS = (
    PolicyAttack(Check("POL-01", "A policy that was changed after it was signed is ignored."), tampered),
    PolicyAttack(
        Check("POL-02", "A policy that the station's key signed is ignored: it makes no rules."),
        by("station"),
    ),
    PolicyAttack(Check("POL-03", "A policy that an approver's key signed is ignored."), by("approver")),
    PolicyAttack(
        Check("POL-04", "A policy of an area above the area of the administrator's key is ignored."),
        by("ward administrator"),
    ),
    PolicyAttack(
        Check("POL-05", "A policy by the key of an administrator of another area is ignored."),
        by("distant administrator"),
    ),
    PolicyAttack(
        Check("POL-21", "A policy by a compromised administrator's key is ignored when it comes."),
        by("compromised administrator"),
        lambda policy: policy.model_copy(update={"issued_at": policy.issued_at - HOUR}),
    ),
    PolicyAttack(
        Check("POL-06", "A policy of an older version than the one held is ignored."),
        properly,
        _version(-_DAY_MS),
    ),
    PolicyAttack(
        Check("POL-07", "A policy whose version is more than a day ahead is not accepted."),
        properly,
        _version(2 * _DAY_MS),
        target=FAR,
    ),
    PolicyAttack(
        Check("POL-08", "A policy whose expires_at is past when it comes is ignored."),
        properly,
        lambda policy: policy.model_copy(update={"expires_at": policy.issued_at - HOUR}),
    ),
    PolicyAttack(
        Check("POL-09", "A policy whose target is not the topic's last level is ignored."),
        properly,
        target=PROBE,
        topic=MAIN,
    ),
)
_QUIET = Check("POL-10", "Quiet hours silence what sounds, also when they come while it sounds.")
_EMERGENCY = Check("POL-11", "An emergency sounds in quiet hours.")
_LIFTED = Check("POL-12", "After quiet hours an airing goes on at its place by the clock.")
_MINUTES = Check("POL-13", "When the minutes of the day are used up, all but emergencies is silent.")
_WARD = Check("POL-14", "One policy that silences is enough, whatever the policies above it allow.")
_EXPIRED = Check("POL-15", "A policy whose expires_at has passed goes on to bind.")
_LOUDEST = Check("POL-16", "A policy's loudest_volume caps the volume.")
_HOURS = Check("POL-17", "The volumes of hours that an airing meets cap it from its first second on.")
_PLAN = Check("POL-18", "A plan's loudest_volume caps the volume, also after its expires_at.")
_FLOOR = Check("POL-19", "No airing, plan or policy makes an emergency quieter than 20.")
_ALONE = Check("POL-20", "When the station was not heard for longer than alone_days, nothing routine begins.")


def _play(lab: Laboratory) -> None:
    lab.provide(SHORT, long_tone())
    airing = begin_long(lab, "forged")
    for attack in _ATTACKS:
        _attack(lab, airing, attack)
    airing = begin_long(lab, "silenced")
    _silence(lab, airing)
    _volumes(lab)
    _alone(lab)


def _attack(lab: Laboratory, airing: PlannedAiring, attack: PolicyAttack) -> None:
    policy = attack.change(lab.station.policy(attack.target, quiet_hours=ALL_DAY))
    payload = attack.forge(lab.station, policy)
    before = len(lab.seen.of(airing.airing, "stopped"))
    lab.bench.send(topics.policy(attack.topic or attack.target), payload, 1, False)
    stopped = lab.wait(lab.seen.has(airing.airing, "stopped", before + 1), SILENT_S)
    if lab.judge(attack.check.id, not stopped, "the node fell silent by it"):
        return
    begun = len(lab.seen.of(airing.airing, "started"))
    if attack.target == FAR:
        lab.forget_far()
    for target in {attack.target, attack.topic or attack.target}:
        lab.station.publish_policy(target)
    lab.must(lab.seen.has(airing.airing, "started", begun + 1), "it sounds again under a newer policy")


def _silence(lab: Laboratory, airing: PlannedAiring) -> None:
    lab.station.publish_policy(quiet_hours=ALL_DAY)
    _judge_silenced(lab, _QUIET, airing)
    called = lab.station.emergency(lab.name("in-quiet-hours"), SHORT, 6.0)
    lab.station.publish_plan(MAIN, [airing, called])
    lab.expect(_EMERGENCY.id, lab.seen.has(called.airing, "started"), "the emergency's `started`")
    lab.station.publish_plan(MAIN, [airing])
    lab.station.publish_policy()
    if _judge_again(lab, _LIFTED, airing):
        error = place_error_ms(airing, last(lab, airing, "started"))
        lab.judge(_LIFTED.id, abs(error) < 500, f"it went on {error:+.0f} ms from its place")  # noqa: PLR2004
    lab.station.publish_policy(minutes_a_day=0)
    _judge_silenced(lab, _MINUTES, airing)
    lab.station.publish_policy()
    _judge_again(lab, _MINUTES, airing)
    soon = lab.now() + timedelta(seconds=3)
    expires_at = soon.replace(microsecond=0)
    lab.station.publish_policy(ATTACK, "ward administrator", quiet_hours=ALL_DAY, expires_at=expires_at)
    _judge_silenced(lab, _WARD, airing)
    begun = len(lab.seen.of(airing.airing, "started"))
    lab.pause(4.0)
    lab.station.publish_plan(MAIN, [airing])  # the node looks again
    lab.pause(2.0)
    again = len(lab.seen.of(airing.airing, "started")) > begun
    lab.judge(_EXPIRED.id, not again, "it sounded again when the policy had expired")
    lab.station.publish_policy(ATTACK)
    lab.station.publish_plan(MAIN)


def _judge_silenced(lab: Laboratory, check: Check, airing: PlannedAiring) -> None:
    stopped = stops(lab, airing)
    if lab.judge(check.id, stopped is not None, "it goes on to sound") and stopped is not None:
        reason = stopped.receipt.reason
        lab.judge(check.id, reason == "policy", f"`stopped` with the reason {reason}, not policy")


def _judge_again(lab: Laboratory, check: Check, airing: PlannedAiring) -> bool:
    begun = len(lab.seen.of(airing.airing, "started"))
    return lab.expect(check.id, lab.seen.has(airing.airing, "started", begun + 1), "it sounds again")


def _volumes(lab: Laboratory) -> None:
    lab.station.publish_policy(loudest_volume=30)
    _judge_volume(lab, _LOUDEST, 30)
    hours = LoudHours(begins=_wall(lab.now() - HOUR), ends=_wall(lab.now() + HOUR), loudest_volume=25)
    lab.station.publish_policy(volumes=(hours,))
    _judge_volume(lab, _HOURS, 25)
    lab.station.publish_policy()
    expires_at = (lab.now() + timedelta(seconds=2)).replace(microsecond=0)
    lab.station.publish_plan(lab.station.node, loudest_volume=35, expires_at=expires_at)
    lab.pause(2.5)
    _judge_volume(lab, _PLAN, 35)
    lab.station.publish_policy(loudest_volume=0)
    lab.station.publish_plan(lab.station.node, loudest_volume=0)
    called = lab.station.emergency(lab.name("floor"), SHORT, 6.0, volume=5)
    lab.station.publish_plan(MAIN, [called])
    if lab.expect(_FLOOR.id, lab.seen.has(called.airing, "started"), "the emergency's `started`"):
        volume = last(lab, called, "started").receipt.volume
        lab.judge(_FLOOR.id, volume == 20, f"it sounds at {volume}")  # noqa: PLR2004
    lab.station.publish_plan(MAIN)
    lab.station.publish_plan(lab.station.node)
    lab.station.publish_policy()


def _judge_volume(lab: Laboratory, check: Check, volume: int) -> None:
    finished = sound_short(lab, check.id.lower())
    if lab.judge(check.id, finished is not None, "the airing did not sound to its end"):
        assert finished is not None
        told = finished.receipt.volume
        lab.judge(check.id, told == volume, f"it sounded at {told}, not {volume}")


def _alone(lab: Laboratory) -> None:
    lab.station.publish_policy(alone_days=0)
    airing = lab.station.airing(lab.name("alone"), SHORT, 1.5)
    lab.station.publish_plan(MAIN, [airing])
    lab.expect(
        _ALONE.id,
        lambda: any(one.receipt.reason == "alone-too-long" for one in lab.seen.of(airing.airing, "refused")),
        "`refused`, `alone-too-long`, after the airing's end",
        4.5 + 2 * SOON_S,
    )
    lab.judge(_ALONE.id, not lab.seen.of(airing.airing, "started"), "it sounded")
    lab.station.publish_policy()


def _wall(at: datetime) -> str:
    return at.astimezone(WALL_TIME).strftime("%H:%M")


GROUP = CheckGroup(
    "policies",
    (
        *(attack.check for attack in _ATTACKS),
        *(_QUIET, _EMERGENCY, _LIFTED, _MINUTES, _WARD, _EXPIRED, _LOUDEST, _HOURS, _PLAN, _FLOOR, _ALONE),
    ),
    _play,
)
