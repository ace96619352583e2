"""Rules of docs/protocol.md about calls of emergencies, for the independent node."""

from datetime import timedelta

from tests.support.stranger_rules import Refused, read_instant, span_of


def check_call(airing, text, areas, ring, now):
    """Refuse an emergency that persons did not call so; `text`: the digest in its approval."""
    if not (signed := airing.get("call")):
        raise Refused("no-call")
    parts = [f"{one['protected']}.{signed['payload']}.{one['signature']}" for one in signed["signatures"]]
    read = [ring.checked_by(part, "loa-call", now) for part in parts]
    if len({key["kid"] for _, key in read}) != len(read):
        raise Refused("malformed")
    call = read[0][0]
    here = [key for _, key in read if {key["area"], *key.get("further_areas", ())} & set(areas)]
    is_alone = len({key["holder"] for key in here}) < 2
    begins, ends = span_of(airing)
    lasts = read_instant(call["until"]) - read_instant(call["called_at"])
    every, least = airing.get("every_ms"), call.get("every_ms")
    is_called = (
        (call["airing"], call["recording"]) == (airing["airing"], airing["recording"])
        and call["text_sha256"] == text
        and set(call["areas"]) & set(areas)
        and airing["volume"] <= call["loudest_volume"]
        and (every is None or (least is not None and least <= every))
        and read_instant(call["called_at"]) <= begins
        and ends <= read_instant(call["until"])
        and any(key["role"] == "approver" for key in here)
        and (call.get("reason") or not is_alone)
        and lasts <= timedelta(hours=3 if is_alone else 25)
    )
    if not is_called:
        raise Refused("outside-call")
