"""Cases for docs/protocol/vectors/administrators.json: signed by one administrator, or by several."""

from collections.abc import Iterator
from typing import Any

from devices.approvals import check_rulers
from devices.enrolment import Home, Place
from devices.ids import AreaCode, NodeId, Role
from devices.instants import written_instant
from devices.jose import joined
from devices.not_trusted import NotTrusted
from devices.signing import KINDS, TrustedKeys, sign, verified_by_all
from devices.statements import Policy, QuietHours
from tests.support.vector_keys import DAY, KEYS, NOW, YEAR, key_of, key_set

HERE: tuple[AreaCode, ...] = (AreaCode("56"), AreaCode("22333"))
ELSEWHERE = AreaCode("22366")
SIGNERS = {
    "first": KEYS["administrator"],
    "second": key_of(Role.ADMINISTRATOR, 65),
    "twin": key_of(Role.ADMINISTRATOR, 66),
    "ward": key_of(Role.ADMINISTRATOR, 67),
    "elsewhere": key_of(Role.ADMINISTRATOR, 68),
    "retired": key_of(Role.ADMINISTRATOR, 69),
    "nobody": key_of(Role.ADMINISTRATOR, 70),
    "approver": KEYS["approver"],
}
KEY_SET = key_set(
    KEYS["station"].public(),
    SIGNERS["first"].public(holder="quantri", area=HERE[0]),
    SIGNERS["second"].public(holder="quantri.hai", area=HERE[0]),
    SIGNERS["twin"].public(holder="quantri", area=HERE[0]),
    SIGNERS["ward"].public(holder="quantri.phuong", area=HERE[1]),
    SIGNERS["elsewhere"].public(holder="quantri.khac", area=ELSEWHERE),
    SIGNERS["retired"].public(holder="quantri.cu", area=HERE[0], retired_at=NOW - DAY),
    SIGNERS["approver"].public(holder="duyet", area=HERE[0]),
    area=HERE[0],
    administrators=2,
)
_DATED = {"version": 1_764_000_000_002, "issued_at": NOW, "expires_at": NOW + YEAR}


def _policy(target: AreaCode, **changes: Any) -> Policy:
    limits = {"quiet_hours": (QuietHours(begins="21:00", ends="05:00"),), "loudest_volume": 85}
    return Policy(target=target, minutes_a_day=120, **limits, **_DATED | changes)


def _place(*areas: AreaCode) -> Place:
    return Place(node=NodeId("n0"), further_nodes=(NodeId("n1"),), areas=areas, **_DATED)


def _cases() -> Iterator[tuple[str, Policy | Place | Home, tuple[str, ...]]]:
    province, ward = _policy(HERE[0]), _policy(HERE[1])
    home = Home(target=HERE[0], brokers=("mqtts://loa-moi.example:8883",), **_DATED)
    yield "a policy by two", province, ("first", "second")
    yield "a policy by two, the other first", province, ("second", "first")
    yield "a policy by three", province, ("first", "second", "twin")
    yield "a policy by one", province, ("first",)
    yield "a policy by two keys of one person", province, ("first", "twin")
    yield "a policy twice by one key", province, ("first", "first")
    yield "a policy of the province, the second of a ward", province, ("first", "ward")
    yield "a policy of a ward, by the province and the ward", ward, ("first", "ward")
    yield "a policy of a ward, the second of another", ward, ("first", "elsewhere")
    yield "a policy by an administrator and an approver", province, ("first", "approver")
    yield "a policy by an administrator and a key that nobody knows", province, ("first", "nobody")
    yield "a policy by an administrator and a retired one", province, ("first", "retired")
    yield "a policy that is over", _policy(HERE[0], expires_at=NOW), ("first", "second")
    yield "a home by two", home, ("first", "second")
    yield "a home by one", home, ("first",)
    yield "a home, the second of a ward", home, ("first", "ward")
    yield "a place elsewhere by two", _place(HERE[0], ELSEWHERE), ("first", "second")
    yield "a place elsewhere by one", _place(HERE[0], ELSEWHERE), ("first",)
    yield "a place that takes an area, by one", _place(HERE[0]), ("first",)
    yield "a place that adds an area, by one", _place(*HERE, AreaCode("22333.1")), ("first",)
    yield "a place between, by one", _place(HERE[0], AreaCode("22300"), HERE[1]), ("first",)
    yield "a place that states again what holds, by one", _place(*HERE), ("first",)


def _text(message: Policy | Place | Home, names: tuple[str, ...]) -> str:
    texts = [SIGNERS[name].sign_bytes(message.payload(), KINDS[type(message)].typ) for name in names]
    return texts[0] if len(texts) == 1 else joined(texts).model_dump_json()


def _broken() -> Iterator[tuple[str, type[Policy], str]]:
    good = _text(_policy(HERE[0]), ("first", "second"))
    at = good.rindex('"') - 20
    other = "A" if good[at] != "A" else "B"
    yield "one letter of one signature", Policy, good[:at] + other + good[at + 1 :]
    yield (
        "one in the form of several",
        Policy,
        joined([_text(_policy(HERE[0]), ("first",))]).model_dump_json(),
    )
    yield "no signatures", Policy, '{"payload":"e30","signatures":[]}'


def administrators() -> dict[str, Any]:
    """Return signed texts, and what a node of `areas` answers that holds nothing yet."""
    found = [(name, type(message), _text(message, names)) for name, message, names in _cases()]
    return {
        "root_public": KEYS["root"].public_x,
        "key_set": sign(KEY_SET, KEYS["root"]),
        "node": "n1",
        "areas": HERE,
        "at": written_instant(NOW),
        "cases": [
            {"name": name, "typ": KINDS[model].typ, "text": text, "answer": _judged(text, model)}
            for name, model, text in (*found, *_broken())
        ],
    }


def _judged(text: str, model: type[Policy | Place | Home]) -> str:
    trusted = TrustedKeys.of(KEY_SET)
    try:
        message, keys = verified_by_all(text, model, trusted, NOW)
        check_rulers(message, keys, HERE, trusted.administrators)
    except NotTrusted as reason:
        return reason.code
    return "ok"
