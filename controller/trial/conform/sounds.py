"""The two recordings that most subjects let sound, and steps with them."""

from datetime import timedelta

from controller.trial.conform.areas import MAIN
from controller.trial.conform.audio import KitRecording, tone
from controller.trial.conform.laboratory import SOON_S, Laboratory
from controller.trial.conform.node_view import SeenReceipt
from devices.messages import PlannedAiring

SHORT = tone(3, 440.0)
MILLISECOND = timedelta(milliseconds=1)


def long_tone() -> KitRecording:
    """Return the long recording, half a megabyte: long enough for a subject to be played meanwhile."""
    return tone(120, 330.0, 32_768)


def last(lab: Laboratory, airing: PlannedAiring, kind: str) -> SeenReceipt:
    """Return the newest receipt of a kind about an airing; there is one."""
    return lab.seen.of(airing.airing, kind)[-1]


def begin_long(lab: Laboratory, label: str, starts_in_s: float = 2.0, target: str = MAIN) -> PlannedAiring:
    """Have the long recording begin, as a routine airing."""
    airing = lab.station.airing(lab.name(label), long_tone(), starts_in_s)
    lab.begin(airing, target=target)
    return airing


def stops(lab: Laboratory, airing: PlannedAiring, seconds: float = SOON_S) -> SeenReceipt | None:
    """Wait until an airing that sounds has stopped; return the receipt, or None."""
    before = len(lab.seen.of(airing.airing, "stopped"))
    came = lab.wait(lab.seen.has(airing.airing, "stopped", before + 1), seconds)
    return last(lab, airing, "stopped") if came else None


def place_error_ms(airing: PlannedAiring, started: SeenReceipt) -> float:
    """Return how far a `started` is from the place where its airing is by then."""
    at = started.receipt.at
    assert at is not None, "a node that does not know the time sounds nothing of this"
    return started.receipt.offset_ms - (at - airing.starts_at) / MILLISECOND


def sound_short(lab: Laboratory, label: str, **changes: object) -> SeenReceipt | None:
    """Have the short recording sound to its end; return its `finished`, or None."""
    airing = lab.station.airing(lab.name(label), SHORT, 1.5, **changes)
    lab.station.publish_plan(MAIN, [airing])
    if not lab.wait(lab.seen.has(airing.airing, "finished"), 1.5 + 3 + SOON_S):
        return None
    return last(lab, airing, "finished")
