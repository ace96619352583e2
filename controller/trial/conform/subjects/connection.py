"""The connection: births, wills and sessions; what a node does when it comes back."""

from controller.trial.conform.areas import ATTACK
from controller.trial.conform.checks import Check, Unmet
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory
from devices import topics
from devices.messages import NodeState

_BIRTH = Check("CON-01", "A birth is retained at the broker.")
_SHAPE = Check("CON-02", "A NodeState is well-formed, and names the node.")
_WILL = Check("CON-03", "The will of a lost connection is retained: not online, no time, its session.")
_SESSION = Check("CON-04", "The session number grows with every connection.")
_BACK = Check("CON-05", "A node whose connection was cut connects again by itself.")
_FIRST = Check("CON-06", "The node has subscribed before its birth: what is sent after it arrives.")
_OUTBOX = Check("CON-07", "After it has connected, outstanding receipts are sent.")
_MISSED = Check("CON-08", "A plan that was published while it was away is followed when it is back.")
_BACK_S = 60.0


def _play(lab: Laboratory) -> None:
    lab.judge(_SHAPE.id, bool(lab.seen.states), "no NodeState came")
    lab.bench.look_again(topics.state(lab.station.node))
    lab.expect(_BIRTH.id, lambda: lab.seen.retained_state is not None, "a retained birth")
    held = lab.name("outstanding")
    lab.services.commits = False
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(held)])
    lab.must(lambda: lab.seen.of(held), "the answer to a good plan")
    receipt = lab.seen.of(held)[0]
    before = lab.seen.states[-1][1]
    at = len(lab.seen.states)
    copies = len(receipt.copies)
    lab.bench.kick()
    missed = lab.name("missed")
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(missed)])
    birth = _reborn(lab, at)
    early = lab.name("early")
    lab.bench.send(
        topics.plan(lab.station.node),
        lab.station.signed(
            lab.station.plan(lab.station.node, [lab.station.refused_airing(early)]),
            lab.station.key("station"),
        ),
        1,
        False,
    )
    wills = [state for _, state in lab.seen.states[at:] if not state.online]
    is_good = bool(wills) and wills[0].at is None and wills[0].session == before.session
    lab.judge(_WILL.id, is_good, f"the will was {wills[0] if wills else 'missing'}")
    grown = f"session {birth.session} after {before.session}"
    lab.judge(_SESSION.id, birth.session > before.session, grown)
    lab.expect(_FIRST.id, lambda: lab.seen.of(early), "the answer to a plan sent right after the birth")
    lab.expect(_OUTBOX.id, lambda: len(receipt.copies) > copies, "the receipt again", SOON_S)
    lab.expect(_MISSED.id, lambda: lab.seen.of(missed), "the answer to the plan")
    lab.services.commits = True
    lab.commit_all(lab.seen.receipts)


def _reborn(lab: Laboratory, since: int) -> NodeState:
    came = lab.wait(lambda: any(state.online for _, state in lab.seen.states[since:]), _BACK_S)
    if not lab.judge(_BACK.id, came, f"no birth within {_BACK_S:g} s"):
        raise Unmet("the node did not connect again")
    return next(state for _, state in lab.seen.states[since:] if state.online)


GROUP = CheckGroup("connection", (_BIRTH, _SHAPE, _WILL, _SESSION, _BACK, _FIRST, _OUTBOX, _MISSED), _play)
