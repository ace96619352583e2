"""Speech-to-echo at points of a plan of places: with all loudspeakers at once, and with them in turns.

`python -m simulator.echoes` writes the picture and the figures of docs/speaking-in-turns.md.
"""

import math
import random
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.ids import NodeId
from schedules.turns import APART_M, METRES_A_DEGREE, Pole, count_turns, groups
from simulator.echo_picture import Panel, picture

SPEED_M_S = 346.0
"""Of sound in air of 25 °C."""
EARLY_S = 0.05
"""What arrives within 50 ms of the first sound supports speech, what comes later blurs it."""
NO_ECHO_DB = 30.0
"""Shown where nothing comes later, and for more than this: nobody hears an echo so quiet."""
POINTS = 500
_NEAREST_M = 1.0
_LISTENERS_M = 250.0  # houses stand so far around a loudspeaker

Point = tuple[float, float]
"""East and north, metres."""


def speech_to_echo_db(listener: Point, sounding: Iterable[Point]) -> float:
    """Return the early-to-late ratio C50 at a point for loudspeakers that say the same at one instant, dB.

    C50 = 10 lg(energy until 50 ms / energy after) from the first arrival on, as ISO 3382-1:2009, annex A,
    defines it for speech. Here the echoes are the other loudspeakers: the energy of each falls with the
    square of its distance (ISO 9613-2:1996, 7.1). Directions of horns, the air and walls are left out.
    """
    distances = sorted(max(_NEAREST_M, math.dist(listener, one)) for one in sounding)
    if not distances:
        raise ValueError("no loudspeaker sounds")
    until = distances[0] + EARLY_S * SPEED_M_S
    early = sum(metres**-2 for metres in distances if metres <= until)
    late = sum(metres**-2 for metres in distances if metres > until)
    return NO_ECHO_DB if not late else min(NO_ECHO_DB, 10 * math.log10(early / late))


def in_turns_db(listener: Point, places: Mapping[NodeId, Point], turns: Mapping[NodeId, int]) -> float:
    """Return the ratio at a point while its nearest loudspeaker speaks, which is the one listened to."""
    nearest = min(places, key=lambda node: (math.dist(listener, places[node]), node))
    return speech_to_echo_db(
        listener, (place for node, place in places.items() if turns[node] == turns[nearest])
    )


@dataclass(frozen=True, slots=True)
class CommunePlan:
    """A commune as it may be: its area and number of loudspeakers are given, their places are drawn by lot.

    Loudspeakers stand along the roads of its hamlets, in turn on either side, `spacing_m` apart.
    """

    name: str
    area_km2: float
    hamlets: int
    loudspeakers: int
    spacing_m: float

    @property
    def density(self) -> float:
        """Loudspeakers a square kilometre."""
        return self.loudspeakers / self.area_km2


COMMUNES = (
    CommunePlan("Phường Phan Rang", 9.4, hamlets=6, loudspeakers=40, spacing_m=280),
    CommunePlan("Xã Diên Lạc", 14.9, hamlets=6, loudspeakers=30, spacing_m=320),
    CommunePlan("Xã Khánh Sơn", 98.7, hamlets=5, loudspeakers=18, spacing_m=380),
)
"""A ward, a commune of the plain, one of the mountains: areas of 2025 (vietnamadminunits 1.0.4, MIT); numbers
of loudspeakers within the 12 to 50 that communes have."""


def places_of(plan: CommunePlan, seed: int = 1) -> dict[NodeId, Point]:
    """Return where the loudspeakers of a plan stand; the same seed gives the same places."""
    chance = random.Random(f"{plan.name} {seed}")  # noqa: S311 - a drawing, no secret
    side = math.sqrt(plan.area_km2) * 1000
    places: dict[NodeId, Point] = {}
    for hamlet in range(plan.hamlets):
        middle = chance.uniform(0.15, 0.85) * side, chance.uniform(0.15, 0.85) * side
        along = chance.uniform(0, math.pi)
        count = plan.loudspeakers // plan.hamlets + (hamlet < plan.loudspeakers % plan.hamlets)
        for number in range(count):
            ahead = (number - (count - 1) / 2) * plan.spacing_m / 2 + chance.gauss(0, plan.spacing_m / 8)
            aside = (number % 2 - 0.5) * plan.spacing_m * 0.8 + chance.gauss(0, plan.spacing_m / 8)
            east = middle[0] + ahead * math.cos(along) - aside * math.sin(along)
            north = middle[1] + ahead * math.sin(along) + aside * math.cos(along)
            places[NodeId(f"loa-{len(places) + 1:02d}")] = round(east, 1), round(north, 1)
    return places


def listeners_of(places: Mapping[NodeId, Point], count: int = POINTS, seed: int = 1) -> list[Point]:
    """Return points where people live: evenly in the circles around the loudspeakers."""
    chance, middles = random.Random(seed), list(places.values())  # noqa: S311 - a drawing, no secret
    found = []
    for number in range(count):
        east, north = middles[number % len(middles)]
        far, turn = _LISTENERS_M * math.sqrt(chance.random()), chance.uniform(0, math.tau)
        found.append((round(east + far * math.cos(turn), 1), round(north + far * math.sin(turn), 1)))
    return found


def turns_in(places: Mapping[NodeId, Point], most: int) -> dict[NodeId, int]:
    """Return the turns of loudspeakers at places in metres."""
    degrees = [
        Pole(node, (north / METRES_A_DEGREE, east / METRES_A_DEGREE), most)
        for node, (east, north) in places.items()
    ]
    return groups(degrees)


@dataclass(frozen=True, slots=True)
class Gain:
    """What turns bring in a commune: the ratio at each point before and after."""

    plan: CommunePlan
    places: dict[NodeId, Point]
    turns: dict[NodeId, int]
    listeners: list[Point]
    before: list[float]
    after: list[float]

    @property
    def line(self) -> str:
        """The figures as a row of the table in the docs."""
        cells = [
            self.plan.name,
            f"{self.plan.loudspeakers} ({self.plan.density:.2f} a km²)",
            str(count_turns(self.turns)),
            *(f"{statistics.median(ratios):.1f} dB" for ratios in (self.before, self.after)),
            *(f"{_lowest_tenth(ratios):.1f} dB" for ratios in (self.before, self.after)),
            *(f"{share_blurred(ratios):.0f} %" for ratios in (self.before, self.after)),
        ]
        return f"| {' | '.join(cells)} |"


def share_blurred(ratios: Sequence[float]) -> float:
    """Return at how many points, percent, more of the sound blurs the speech than carries it: below 0 dB."""
    return 100 * sum(ratio < 0 for ratio in ratios) / len(ratios)


def _lowest_tenth(ratios: Sequence[float]) -> float:
    return statistics.quantiles(ratios, n=10)[0]


def gain_of(plan: CommunePlan, most: int) -> Gain:
    """Return what up to `most` turns bring at 500 points of a commune."""
    places = places_of(plan)
    turns, listeners = turns_in(places, most), listeners_of(places)
    return Gain(
        plan,
        places,
        turns,
        listeners,
        [speech_to_echo_db(point, places.values()) for point in listeners],
        [in_turns_db(point, places, turns) for point in listeners],
    )


HEAD = (
    "| commune | loudspeakers | turns | median at once | in turns | lowest tenth at once | in turns "
    "| below 0 dB at once | in turns |\n|---|---|---|---|---|---|---|---|---|"
)


def table(gains: Iterable[Gain]) -> str:
    """Return the figures of several communes as a table."""
    return "\n".join([HEAD, *(gain.line for gain in gains)])


def drawing(gains: Sequence[Gain]) -> str:
    """Return the picture of several communes, before and after, as SVG."""
    panels = []
    for gain in gains:
        places = [(place, gain.turns[node]) for node, place in gain.places.items()]
        at_once = [(place, None) for place, _ in places]
        before = list(zip(gain.listeners, gain.before, strict=True))
        after = list(zip(gain.listeners, gain.after, strict=True))
        panels += [
            Panel(f"{gain.plan.name}: cùng lúc", at_once, before),
            Panel(f"{gain.plan.name}: {count_turns(gain.turns)} lượt", places, after),
        ]
    return picture(panels)


def main() -> int:
    """Write the picture to the file that is named; print the table."""
    if len(sys.argv) != 3:  # noqa: PLR2004
        sys.stderr.write("usage: python -m simulator.echoes PICTURE.svg MOST_TURNS\n")
        return 2
    gains = [gain_of(plan, int(sys.argv[2])) for plan in COMMUNES]
    Path(sys.argv[1]).write_text(drawing(gains), encoding="utf-8")
    sys.stdout.write(f"Neighbours: nearer than {APART_M:.0f} m\n{table(gains)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
