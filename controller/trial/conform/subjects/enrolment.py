"""Enrolment by a code: the node claims it several times, and gets a good answer at the end alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from controller.trial.conform.checks import Check, Requirement, Unmet
from controller.trial.conform.enrolment_desk import EnrolmentDesk
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.signers import root_key
from devices.enrolment import EnrolmentClaim, EnrolmentReply
from devices.node_key import NodeKey, is_proved

_CLAIM = Check("ENR-01", "A claim proves by its signature that the node holds the key it presents.")
_KEY = Check("ENR-02", "The key pair is made once: every claim presents the same one.")
_LOST = Check("ENR-03", "When the answer was lost, the node can claim the same code again.")
_SESSION = Check("ENR-07", "Sessions are counted from above `first_session`.")
TYPED_S = 600.0
"""For a person to type a code into a node."""
_NOT_ONLINE_S = 5.0
Forge = Callable[[EnrolmentDesk, EnrolmentClaim], EnrolmentReply]


@dataclass(frozen=True, slots=True)
class EnrolmentAttack:
    """An answer that the node must not take."""

    check: Check
    forge: Forge


def _of_another_root(desk: EnrolmentDesk, claim: EnrolmentClaim) -> EnrolmentReply:
    reply, root = desk.good_reply(claim), root_key(desk.station.now())
    keys = desk.station.signed(desk.station.key_set(), root).decode()
    return reply.model_copy(update={"root_public": root.public_x, "keys": (keys,)})


_ATTACKS = (
    EnrolmentAttack(
        Check("ENR-04", "An answer of another root than the pinned one is refused."), _of_another_root
    ),
    EnrolmentAttack(
        Check("ENR-05", "An enrolment for other hardware is refused."),
        lambda desk, _: desk.reply_to(NodeKey.generate().public),
    ),
    EnrolmentAttack(
        Check("ENR-06", "An enrolment that no station's key of the set signed is refused."),
        lambda desk, claim: desk.reply_to(claim.public, "unlisted station"),
    ),
)


def _play(lab: Laboratory) -> None:
    desk = lab.desk
    if desk is None:
        raise Unmet("the kit serves no code")
    for attack in _ATTACKS:
        desk.answer = partial(attack.forge, desk)
        _claimed(lab, desk)
        online = lab.wait(lambda: lab.seen.is_online, _NOT_ONLINE_S)
        lab.judge(attack.check.id, not online, "the node connected with it")
    desk.answer = lambda _claim: None
    _claimed(lab, desk)
    desk.answer = desk.good_reply
    claim = _claimed(lab, desk)
    lab.seen.key = claim.public
    lab.expect(_LOST.id, lambda: lab.seen.is_online, "a birth after a good answer", 60.0)
    lab.judge(_CLAIM.id, all(is_proved(one) for one in desk.claims), "a proof does not fit its key")
    lab.judge(_KEY.id, len({one.public for one in desk.claims}) == 1, "it presented different keys")
    session = lab.seen.states[-1][1].session if lab.seen.states else 0
    lab.judge(_SESSION.id, session > desk.first_session, f"session {session}")


def _claimed(lab: Laboratory, desk: EnrolmentDesk) -> EnrolmentClaim:
    before = len(desk.claims)
    lab.bench.enrol()
    lab.must(lambda: len(desk.claims) > before, "a claim of the code", TYPED_S)
    return desk.claims[-1]


GROUP = CheckGroup(
    "enrolment",
    (_CLAIM, _KEY, _LOST, *(attack.check for attack in _ATTACKS), _SESSION),
    _play,
    Requirement.CODE,
    begins_calm=False,
)
