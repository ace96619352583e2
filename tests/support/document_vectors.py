"""The vectors of documents that come in order: what a node takes, holds, and lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from devices import topics
from devices.enrolment import Place
from devices.ids import AreaCode, NodeId
from devices.instants import written_instant
from devices.jose import SigningKey, joined
from devices.messages import Plan, TimeReply
from devices.node.identity import NodeIdentity
from devices.node.trust import Trust
from devices.roots import TYP, RootChain, RootHolder, RootSet
from devices.signing import sign
from devices.statements import KeySet, Policy
from tests.support.node_keys import key_of as node_key_of
from tests.support.vector_keys import DAY, KEYS, NOW, YEAR, key_of

NODE, PROVINCE, WARD, OTHER = NodeId("n1"), AreaCode("56"), AreaCode("22333"), AreaCode("22366")
ROOT, STATION, ADMINISTRATOR, STRANGER = (
    KEYS[name] for name in ("root", "station", "administrator", "stranger")
)
NEXT_ROOT = key_of("root", 10)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALL = (STATION, ADMINISTRATOR)


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def keys(
    area: AreaCode | None,
    version: int,
    *listed: SigningKey,
    of: AreaCode | None = None,
    root: SigningKey = ROOT,
    **told: Any,
) -> tuple[str, str]:
    """Return a key set on the topic of an area (`of` another than its own)."""
    named = tuple(
        one.public() if one.role == "station" else one.public(holder="quantri", area=PROVINCE)
        for one in listed
    )
    fields = {"issued_at": NOW - DAY, "expires_at": NOW + YEAR} | told
    return topics.keys(of or area or PROVINCE), sign(
        KeySet(area=area, version=version, keys=named, **fields), root
    )


def plan(target: str, version: int, epoch: int = 0, by: SigningKey = STATION, **told: Any) -> tuple[str, str]:
    fields = {"issued_at": NOW - DAY, "expires_at": NOW + 30 * DAY, "airings": ()} | told
    return topics.plan(target), sign(Plan(target=target, version=version, epoch=epoch, **fields), by)


def policy(area: AreaCode, version: int, by: SigningKey = ADMINISTRATOR) -> tuple[str, str]:
    told = Policy(
        target=area,
        version=version,
        issued_at=NOW - DAY,
        expires_at=NOW + YEAR,
        quiet_hours=(),
        loudest_volume=80,
        minutes_a_day=1440,
    )
    return topics.policy(area), sign(told, by)


def place(version: int, *areas: AreaCode) -> tuple[str, str]:
    told = Place(node=NODE, version=version, issued_at=NOW - DAY, expires_at=NOW + YEAR, areas=areas)
    return topics.place(NODE), sign(told, ADMINISTRATOR)


def roots(*keys: SigningKey, issued_at: datetime = NOW) -> tuple[str, str]:
    """Return the chain of a first successor."""
    holders = (RootHolder.of("an", NEXT_ROOT.public_x),)
    told = RootSet(version=1, issued_at=issued_at, expires_at=NOW + 9 * YEAR, threshold=1, holders=holders)
    signed = joined([key.sign_bytes(told.payload(), TYP) for key in keys])
    return topics.ROOTS, RootChain(sets=(signed,)).payload().decode()


def reply(at: datetime, by: SigningKey = STATION, **states: Any) -> tuple[str, str]:
    """Return the answer to a request of this moment."""
    us = round(at.timestamp() * 1e6)
    told = TimeReply(node=NODE, sent_us=1, received_us=us, replied_us=us, **states)
    return topics.time_reply(NODE), sign(told, by)


@dataclass
class Case:
    """What comes, in order, and when the node is asked."""

    name: str
    events: list[tuple[datetime | None, tuple[str, str]]] = field(default_factory=list)
    asked: datetime = NOW

    def come(self, at: datetime | None, *messages: tuple[str, str]) -> "Case":
        """Let messages come at one instant; None: the node does not know the time."""
        self.events += [(at, one) for one in messages]
        return self

    def replied(self, at: datetime, **states: Any) -> "Case":
        """Let a clock reply come at the instant that it states."""
        return self.come(at, reply(at, **states))

    def ask(self, at: datetime) -> "Case":
        """Ask at another instant than the first."""
        self.asked = at
        return self


V = ms(NOW) - 1000
BOTH = (keys(PROVINCE, V, *ALL), keys(WARD, V))
"""The key sets of a node that stands in a ward."""


def _sets() -> Iterator[Case]:
    yield Case("a key set of each area").come(NOW, *BOTH, plan(WARD, V))
    yield Case("the key set of an area that is not the node's").come(NOW, keys(OTHER, V, *ALL))
    yield Case("a key set under another area's name").come(NOW, keys(PROVINCE, V, *ALL, of=WARD))
    yield Case("a key set without area counts as the province's").come(NOW, keys(None, V, *ALL))
    yield Case("a key set without area on a ward's topic").come(NOW, keys(None, V, *ALL, of=WARD))
    yield Case("the same version again, an older one, a newer one").come(
        NOW, keys(WARD, V), keys(WARD, V), keys(WARD, V - 1), keys(WARD, V + 1)
    )
    ahead = ms(NOW + DAY)
    yield Case("a version a day ahead, and more").come(NOW, keys(WARD, ahead), keys(WARD, ahead + 1))
    yield Case("a key set that has expired").come(NOW, keys(PROVINCE, V, *ALL, expires_at=NOW))
    yield Case("a key set that the station signed").come(
        NOW,
        *BOTH[:1],
        (
            BOTH[1][0],
            STATION.sign_bytes(
                KeySet(area=WARD, version=V, issued_at=NOW, expires_at=NOW + DAY, keys=()).payload(),
                "loa-keys",
            ),
        ),
    )
    far = keys(PROVINCE, ms(NOW + 900 * DAY), *ALL)
    yield Case("from the far future, before the time is known").come(None, far)
    yield (
        Case("from the far future, once the time is known").come(None, far).come(NOW, BOTH[0], plan("56", V))
    )
    yield (
        Case("a plan that came before its key")
        .come(NOW, BOTH[0], plan("56", V, by=STRANGER))
        .come(NOW, keys(PROVINCE, V + 1, *ALL, STRANGER))
    )
    gone = keys(PROVINCE, V + 1, ADMINISTRATOR, STRANGER)
    yield Case("a plan whose key is gone, and an older version by another key").come(
        NOW, BOTH[0], plan("56", V), plan(WARD, V), gone, plan("56", V - 9, by=STRANGER)
    )
    yield Case("a policy whose key is gone binds on, and its version counts").come(
        NOW, BOTH[0], policy(WARD, V), keys(PROVINCE, V + 1, STATION), policy(WARD, V - 1)
    )
    yield Case("a key that one set of two lists is gone with its next one").come(
        NOW,
        BOTH[0],
        keys(WARD, V, STRANGER),
        plan(WARD, V, by=STRANGER),
        keys(WARD, V + 1),
        plan(WARD, V + 1, by=STRANGER),
    )
    yield Case("the node is moved to another ward, and back").come(
        NOW,
        *BOTH,
        plan(WARD, V),
        policy(WARD, V),
        place(V, PROVINCE, OTHER),
        keys(OTHER, V - 5),
        keys(WARD, V + 1),
        place(V + 1, PROVINCE, WARD),
        policy(WARD, V - 7),
        place(V, PROVINCE, OTHER),
    )


def _roots() -> Iterator[Case]:
    new = keys(PROVINCE, V - 50, *ALL, root=NEXT_ROOT)
    chain = roots(ROOT, NEXT_ROOT)
    yield (
        Case("a successor: the former key set goes on")
        .come(NOW, *BOTH, chain)
        .come(NOW + 6 * DAY, plan("56", V))
    )
    yield Case("and not beyond seven days").come(NOW, *BOTH, chain).come(NOW + 7 * DAY, plan("56", V))
    yield Case("a key set of the new roots replaces it, whatever its version").come(NOW, *BOTH, chain, new)
    yield Case("the former root signs nothing more").come(NOW, chain, *BOTH)
    yield Case("a successor that the pinned root did not sign").come(NOW, roots(NEXT_ROOT), new)
    yield Case("the same chain again").come(NOW, chain, chain)
    yield Case("another chain than the one followed").come(
        NOW, chain, roots(ROOT, NEXT_ROOT, issued_at=NOW - DAY)
    )


def _epochs() -> Iterator[Case]:
    led, former = ms(NOW) - 5000, ms(NOW) - 9000
    yield Case("a plan of a former leader").come(NOW, BOTH[0], plan("56", V, led), plan("56", V + 9, former))
    yield Case("a plan of a new leader, of a lower version").come(
        NOW, BOTH[0], plan("56", V, former), plan("56", V - 9, led)
    )
    yield Case("a former leader is known by the time of the new one").come(
        NOW, BOTH[0], reply(NOW, epoch=led), plan("56", V, former), reply(NOW, epoch=former)
    )
    ahead = ms(NOW + DAY)
    yield Case("an epoch a day ahead, and more").come(
        NOW, BOTH[0], plan("56", V, ahead), plan("56", V + 1, ahead + 1)
    )
    thief = keys(PROVINCE, V, *ALL, STRANGER)
    yield Case("an epoch is forgotten with its key").come(
        NOW,
        thief,
        plan("56", V, led, by=STRANGER),
        plan(WARD, V, former),
        keys(PROVINCE, V + 1, *ALL),
        plan(WARD, V, former),
    )


def _missing() -> Iterator[Case]:
    newer = {WARD: V + 1}

    def withheld(name: str, after: timedelta, **states: Any) -> Case:
        told = Case(name).come(NOW, *BOTH, policy(WARD, V)).replied(NOW, **states)
        return told.ask(NOW + after)

    yield withheld("the station has nothing newer", 2 * DAY, keys={PROVINCE: V, WARD: V}, policies={WARD: V})
    yield withheld("a key set is missing for an hour", HOUR, keys=newer)
    yield withheld("a key set is missing for longer than an hour", HOUR + MINUTE, keys=newer)
    yield withheld("a key set is missing for a day", DAY, keys=newer)
    yield withheld("a key set is missing for longer than a day", DAY + MINUTE, keys=newer)
    yield withheld("a policy is missing for two days", 2 * DAY, policies=newer)
    yield withheld("a policy of an area of which there was none", 2 * HOUR, policies={PROVINCE: 1})
    yield withheld("a place is missing for an hour", HOUR, place=V)
    yield withheld("a place is missing for longer than an hour", 2 * HOUR, place=V)
    yield withheld("a place is missing for longer than a day", DAY + MINUTE, place=V)
    yield withheld("the key set of an area that is not the node's", 2 * DAY, keys={OTHER: V})
    yield withheld("a version more than a day ahead", 2 * DAY, keys={WARD: ms(NOW + DAY) + 1})
    both = {"keys": newer, "policies": newer, "place": V}
    yield withheld("all of them", 2 * HOUR, **both)
    yield withheld("it came", DAY, **both).come(NOW + HOUR, keys(WARD, V + 2), policy(WARD, V + 1))
    yield withheld("a later reply states it no more", DAY, **both).replied(NOW + HOUR)
    later = withheld("it is missing since the first reply that stated it", HOUR + MINUTE, keys=newer)
    yield later.replied(NOW + HOUR, keys={WARD: V + 2})
    left = withheld("the node has left the ward", DAY, keys=newer)
    yield left.come(NOW + MINUTE, place(V, PROVINCE, OTHER))
    back = Case("replies by a former leader say nothing").come(NOW, *BOTH, reply(NOW, epoch=ms(NOW) - 5000))
    yield back.replied(NOW + MINUTE, keys=newer).ask(NOW + 2 * HOUR)
    former = Case("of a set of the former roots, only its own version is held")
    former.come(NOW, *BOTH, roots(ROOT, NEXT_ROOT))
    yield former.replied(NOW, keys={PROVINCE: V, WARD: V - 1}).ask(NOW + 2 * HOUR)


def documents() -> dict[str, Any]:
    """Return what comes to a node in order, which of it the node takes, and what it holds and lacks then."""
    cases = [*_sets(), *_roots(), *_epochs(), *_missing()]
    return {
        "node": NODE,
        "areas": [PROVINCE, WARD],
        "root_public": ROOT.public_x,
        "cases": [
            {
                "name": case.name,
                "events": [
                    {"at": None if at is None else written_instant(at), "topic": topic, "text": text}
                    for at, (topic, text) in case.events
                ],
                "asked": written_instant(case.asked),
                "answer": _answer(case),
            }
            for case in cases
        ],
    }


def _answer(case: Case) -> dict[str, Any]:
    trust = Trust(NodeIdentity(NODE, (PROVINCE, WARD), ROOT.public_x, node_key_of(NODE)))
    knows_the_time, taken = False, []
    for at, (topic, text) in case.events:
        if at is not None and not knows_the_time:
            knows_the_time = True
            trust.learn_time(at)
        taken.append(_takes(trust, topic, text.encode(), at))
    held = {f"keys/{area}": one.version for area, (one, _) in trust.ring._sets.items()}
    held |= {f"policy/{area}": one.version for area, one in trust.policies.items()}
    held |= {f"plan/{target}": one.version for target, one in trust.plans.items()}
    begins = "nothing" if trust.announced.are_keys_withheld(case.asked) else "emergencies"
    return {
        "taken": taken,
        "areas": list(trust.identity.areas),
        "held": dict(sorted(held.items())),
        "missing": list(trust.announced.missing),
        "begins": begins if trust.announced.is_withheld(case.asked) else "all",
    }


def _takes(trust: Trust, topic: str, text: bytes, at: datetime | None) -> bool:
    now = at or NOW
    match topics.parse(topic):
        case topics.KeysTopic(area):
            return bool(trust.take_keys(area, text, at, now))
        case topics.RootsTopic():
            return bool(trust.take_roots(text, now))
        case topics.PlanTopic(target):
            return bool(trust.take_plan(target, text, now))
        case topics.PolicyTopic(area):
            return bool(trust.take_policy(area, text, now))
        case topics.PlaceTopic(node):
            return bool(trust.take_place(node, text, now))
    reply = trust.read_time(text, now)
    if reply is not None:
        trust.announced.take(reply, trust.identity.areas)
    return reply is not None
