"""Key sets: which a node takes, and what becomes of what a key signed that is no longer listed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from controller.trial.conform.areas import ATTACK, FAR, MAIN, PROVINCE
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import claiming_key
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory
from controller.trial.conform.signers import YEAR, root_key
from controller.trial.conform.sounds import SHORT, long_tone, stops
from controller.trial.conform.subjects.policies import ALL_DAY
from devices import topics
from devices.ids import Role
from devices.jose import SigningKey
from devices.messages import PlannedAiring
from devices.statements import KeySet

_DAY_MS = 86_400_000
_LATER_S = 15.0
"""A node may check an approval for the last time some seconds before the start."""
_READY_S, _LATE_S = 9.0, 2.5
"""How far ahead a start is planned, and how near it is when a key set comes: a node has made it ready."""
SETTLE_S = 0.5
"""For a key set to be taken before what its keys sign."""


@dataclass(frozen=True, slots=True)
class KeySetAttack:
    """A key set with a key of ours in it that must not be trusted by it."""

    check: Check
    forge: Callable[[Laboratory, KeySet], bytes]


def _by_another_root(lab: Laboratory, key_set: KeySet) -> bytes:
    return claiming_key(lab.station.root.kid, root_key(lab.now()), key_set)


def _by_station(lab: Laboratory, key_set: KeySet) -> bytes:
    return lab.station.signed(key_set, lab.station.key("station"))


def _older(lab: Laboratory, key_set: KeySet) -> bytes:
    older = key_set.model_copy(update={"version": key_set.version - _DAY_MS})
    return lab.station.signed(older, lab.station.root)


def _expired(lab: Laboratory, key_set: KeySet) -> bytes:
    past = key_set.model_copy(update={"expires_at": key_set.issued_at - timedelta(minutes=1)})
    return lab.station.signed(past, lab.station.root)


def _doubled(lab: Laboratory, key_set: KeySet) -> bytes:
    doubled = key_set.model_copy(update={"keys": (*key_set.keys, key_set.keys[-1])})
    return lab.station.signed(doubled, lab.station.root)


_ATTACKS = (
    KeySetAttack(Check("KEY-01", "A key set that another root key signed is refused."), _by_another_root),
    KeySetAttack(Check("KEY-02", "A key set that the station's key signed is refused."), _by_station),
    KeySetAttack(Check("KEY-03", "A key set of an older version than the one held is refused."), _older),
    KeySetAttack(Check("KEY-04", "A key set whose expires_at is past is refused."), _expired),
    KeySetAttack(Check("KEY-05", "A key set with one kid twice is malformed."), _doubled),
)
_AREA = Check("KEY-12", "A key set whose area is not the topic's last level is refused.")
_FAR = Check("KEY-13", "A key set whose version is more than a day ahead is not accepted.")
_LOCAL = Check("KEY-14", "A key counts that the key set of any of the node's areas lists.")
_LEFT = Check("KEY-15", "A key that only the key set of one area listed is gone with its next one.")
_OVER = Check("KEY-16", "When all key sets have expired, nothing sounds any more.")
_RENEWED = Check("KEY-17", "With a newer key set, what is due goes on.")
_REVOKED = Check("KEY-18", "Where the approver's key goes just before the start, the airing does not begin.")
_ENDS = Check(
    "KEY-19", "By a key set that comes just before the start and has expired by then, nothing begins."
)
_WAITS = Check("KEY-06", "A plan that comes before the key that signed it is taken when the key comes.")
_GONE = Check("KEY-07", "A key that is no longer listed signs nothing that counts.")
_PLAN = Check("KEY-08", "A stored plan of a key that is no longer listed is void.")
_VERSION = Check("KEY-09", "So is its version: a lower one by a listed key is taken.")
_POLICY = Check("KEY-10", "A stored policy of a key that is no longer listed goes on to bind.")
_APPROVAL = Check("KEY-11", "An approval by a key that is no longer listed does not count any more.")


def _play(lab: Laboratory) -> None:
    lab.provide(SHORT, long_tone())
    for attack in _ATTACKS:
        _attack(lab, attack)
    _areas(lab)
    _coming(lab)
    _leaving_plan(lab)
    _leaving_policy(lab)
    _leaving_before_start(lab)
    _leaving_approver(lab)
    _expiring_before_start(lab)
    _expiring(lab)


def _attack(lab: Laboratory, attack: KeySetAttack) -> None:
    key = intruder(lab)
    good = lab.station.key_set()
    key_set = good.model_copy(update={"keys": (*good.keys, key.public())})
    lab.bench.send(topics.keys(PROVINCE), attack.forge(lab, key_set), 1, False)
    lab.judge(attack.check.id, not counts(lab, key), "the node answered a plan that its key signed")


def intruder(lab: Laboratory) -> SigningKey:
    """Return a fresh station's key that no key set lists."""
    return SigningKey.generate(Role.STATION, lab.now() - timedelta(hours=1), YEAR)


def counts(lab: Laboratory, key: SigningKey) -> bool:
    """Return whether the node answers a plan that a key signed."""
    lab.pause(SETTLE_S)
    name = lab.name("intruder")
    plan = lab.station.plan(ATTACK, [lab.station.refused_airing(name)])
    lab.bench.send(topics.plan(ATTACK), lab.station.signed(plan, key), 1, False)
    lab.must(lab.probe, "the answer to a probe")
    lab.pause(1.5)
    return bool(lab.seen.of(name))


def _areas(lab: Laboratory) -> None:
    """Send key sets of areas; one wrongly taken in FAR goes when the node leaves that area."""
    first, later = intruder(lab), intruder(lab)
    wrong = lab.station.key_set(MAIN, keys=(first.public(),))
    lab.bench.send(topics.keys(FAR), lab.station.signed(wrong, lab.station.root), 1, False)
    lab.judge(_AREA.id, not counts(lab, first), "the node answered a plan that its key signed")
    far = lab.station.key_set(FAR, keys=(later.public(),))
    far = far.model_copy(update={"version": far.version + 2 * _DAY_MS})
    lab.bench.send(topics.keys(FAR), lab.station.signed(far, lab.station.root), 1, False)
    if not lab.judge(_FAR.id, not counts(lab, later), "the node answered a plan that its key signed"):
        lab.forget_far()
    local = intruder(lab)
    lab.station.publish_keys(MAIN, keys=(local.public(),))
    lab.judge(_LOCAL.id, counts(lab, local), "the node does not answer a plan that it signed")
    lab.station.publish_keys(MAIN)
    lab.judge(_LEFT.id, not counts(lab, local), "the node answered a plan that it signed")


def _coming(lab: Laboratory) -> None:
    name = lab.name("coming")
    plan = lab.station.plan(ATTACK, [lab.station.refused_airing(name)])
    key = lab.station.key("coming station")
    lab.bench.send(topics.plan(ATTACK), lab.station.signed(plan, key), 1, False)
    lab.pause(2.0)
    lab.judge(_WAITS.id, not lab.seen.of(name), "the node answered it before its key had come")
    lab.station.without.discard("coming station")
    lab.station.publish_keys()
    lab.expect(_WAITS.id, lambda: lab.seen.of(name), "its answer after its key had come")


def _leaving_plan(lab: Laboratory) -> None:
    leaving = lab.station.key("leaving station")
    airing = lab.station.airing(lab.name("left"), long_tone(), 2.0)
    plan = lab.station.plan(FAR, [airing])
    high = plan.model_copy(update={"version": plan.version + _DAY_MS // 2})
    lab.bench.send(topics.plan(FAR), lab.station.signed(high, leaving), 1, False)
    lab.must(lab.seen.has(airing.airing, "started"), "`started` of a good airing", 2 + SOON_S)
    lab.station.without.add("leaving station")
    lab.station.publish_keys()
    is_void = lab.judge(_PLAN.id, stops(lab, airing) is not None, "its airing goes on to sound")
    name = lab.name("left")
    lab.station.publish_plan(FAR, [lab.station.refused_airing(name)])
    lab.expect(_VERSION.id, lambda: lab.seen.of(name), "the answer to a good plan of a lower version")
    if not is_void:
        lab.forget_far()
    gone = lab.name("gone")
    late = lab.station.plan(ATTACK, [lab.station.refused_airing(gone)])
    lab.bench.send(topics.plan(ATTACK), lab.station.signed(late, leaving), 1, False)
    lab.must(lab.probe, "the answer to a probe")
    lab.pause(1.5)
    lab.judge(_GONE.id, not lab.seen.of(gone), "the node answered a plan that it signed")


def _leaving_policy(lab: Laboratory) -> None:
    airing = lab.station.airing(lab.name("ruled"), long_tone(), 2.0)
    lab.begin(airing)
    lab.station.publish_policy(MAIN, "leaving administrator", quiet_hours=ALL_DAY)
    if not lab.wait(lambda: lab.seen.of(airing.airing, "stopped")):
        return  # what does not silence cannot go on to silence; POL-10 says so
    lab.station.without.add("leaving administrator")
    lab.station.publish_keys()
    lab.pause(4.0)
    again = len(lab.seen.of(airing.airing, "started")) > 1
    lab.judge(_POLICY.id, not again, "it sounded again when the key had gone")
    lab.station.publish_policy(MAIN)
    lab.expect(_POLICY.id, lab.seen.has(airing.airing, "started", 2), "it sounds under a newer policy")


def _leaving_before_start(lab: Laboratory) -> None:
    approval = lab.station.approved(long_tone(), "leaving approver", approver="kit-leaver")
    airing = _made_ready(lab, "revoked", approval=approval)
    lab.station.without.add("leaving approver")
    lab.station.publish_keys()
    _judge_silent(lab, _REVOKED, airing)
    lab.station.without.discard("leaving approver")
    lab.station.publish_keys()
    lab.pause(SETTLE_S)


def _expiring_before_start(lab: Laboratory) -> None:
    airing = _made_ready(lab, "ending")
    lab.station.publish_keys(expires_at=airing.starts_at - timedelta(seconds=1))
    _judge_silent(lab, _ENDS, airing)


def _made_ready(lab: Laboratory, label: str, **changes: object) -> PlannedAiring:
    """Plan an airing as the only one, and wait until shortly before its start."""
    airing = lab.station.airing(lab.name(label), long_tone(), _READY_S, **changes)
    lab.station.publish_plan(MAIN, [airing])
    lab.pause(_READY_S - _LATE_S)
    return airing


def _judge_silent(lab: Laboratory, check: Check, airing: PlannedAiring) -> None:
    """Judge that an airing does not begin; then plan nothing."""
    begun = lab.wait(lab.seen.has(airing.airing, "started"), _LATE_S + SOON_S)
    lab.judge(check.id, not begun, "it began all the same")
    lab.station.publish_plan(MAIN)


def _leaving_approver(lab: Laboratory) -> None:
    approval = lab.station.approved(long_tone(), "leaving approver", approver="kit-leaver")
    airing = lab.station.airing(lab.name("approved"), long_tone(), 2.0, approval=approval)
    lab.begin(airing)
    lab.station.without.add("leaving approver")
    lab.station.publish_keys()
    stopped = stops(lab, airing)
    lab.judge(_APPROVAL.id, stopped is not None, "its airing goes on to sound")
    if stopped is not None:
        lab.judge(_APPROVAL.id, stopped.receipt.reason == "unknown-key", f"{stopped.receipt.reason}")


def _expiring(lab: Laboratory) -> None:
    """Let the key set expire before an airing starts; other areas' sets are empty."""
    expires_at = (lab.now() + timedelta(seconds=4)).replace(microsecond=0)
    lab.station.publish_keys(expires_at=expires_at)
    airing = lab.station.airing(lab.name("expired"), long_tone(), _LATER_S)
    lab.station.publish_plan(MAIN, [airing])
    begun = lab.wait(lab.seen.has(airing.airing, "started"), _LATER_S + SOON_S)
    lab.judge(_OVER.id, not begun, "an airing began by keys that had expired")
    lab.station.publish_keys()
    lab.station.publish_plan(MAIN, [airing])
    lab.expect(_RENEWED.id, lab.seen.has(airing.airing, "started"), "`started` after a newer key set")


GROUP = CheckGroup(
    "keys",
    (
        *(attack.check for attack in _ATTACKS),
        *(_AREA, _FAR, _LOCAL, _LEFT, _WAITS, _GONE, _PLAN, _VERSION, _POLICY),
        *(_REVOKED, _APPROVAL, _ENDS, _OVER, _RENEWED),
    ),
    _play,
)
