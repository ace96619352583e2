"""`loa bench sync`: clock errors and common starts of loudspeakers on slow links with jitter."""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from controller.trial.bench_ground import BenchStation, approved, throw_away_ground, tone
from controller.trial.broker_tree import TrialBroker
from controller.trial.job import TrialRun
from controller.trial.percentiles import nearest_rank, spread
from devices.ids import AiringId, AreaCode

LINKS: Final = {"least_ms": 20.0, "most_ms": 80.0, "jitter_ms": 10.0}
"""One-way delays, different for each node by the seed; the jitter is the mean of an exponential excess."""
ASYMMETRY_MS: Final = 20.0
CLOCKS_EVERY_S: Final = 2.0
"""How often the fleet reports its nodes' clock errors: about 2 % of a processor for 1,000 nodes."""
AIRINGS: Final = 2
AHEAD_S: Final = 35.0
"""How far ahead an airing is planned (usually hours): nodes send six requests in the last half minute."""
SOUND_S: Final = 15
"""Duration of each airing's recording, 90 kB; it is delivered while clocks are measured."""
POWER_GAP_S: Final = 0.02
"""Seconds from one node's power to the next one's, in all processes together. Hundreds that connect at once
in one process delay each other's first eight requests: that would be measured, not links and clocks."""
SETTLE_S: Final = 30.0
"""Wait after connecting: by then one or two more requests were answered."""
UP_S: Final = 3600.0
"""Virtual time that nodes are connected before they lose their link: they have learnt their drift by then."""
NEW_UP_S: Final = 600.0
"""The same for nodes that were only just switched on."""
PATIENCE_S: Final = 75.0
LOOK_S: Final = 0.2
TRIAL_PATIENCE_S: Final = 600.0
"""1,000 nodes take 45 s of processor time, several times as long on a shared machine."""


@dataclass
class Watch:
    """What the fleet really did: clock errors during deliveries, and starts by airing."""

    ground: BenchStation
    errors_ms: list[float] = field(default_factory=list)
    beyond_bound: int = 0
    starts_ms: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    armed_ms: list[float] = field(default_factory=list)

    def listen(self) -> None:
        """Read new facts."""
        for fact in self.ground.fleet.facts():
            if fact.get("fact") == "clocks":
                self.errors_ms += [abs(wrong) for wrong, _ in fact["items"]]
                self.beyond_bound += sum(abs(wrong) > bound for wrong, bound in fact["items"])
            elif fact.get("fact") == "began":
                for item in fact["items"]:
                    if not item["offset_ms"]:
                        self.starts_ms[item["airing"]][item["node"]] = item["deviation_ms"]
                        self.armed_ms.append(abs(item["armed_ms"]))

    def forget(self) -> None:
        """Delete all facts: those from the time of connecting do not belong to a delivery."""
        self.listen()
        self.errors_ms.clear()
        self.beyond_bound = 0

    def hear(self, airing: AiringId) -> None:
        """Read facts until all have begun, or the time is over."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and len(self.starts_ms[airing]) < self.ground.reachable:
            self.listen()
            time.sleep(LOOK_S)

    def spans_ms(self) -> list[float]:
        """Return the last minus the first start of each commune and airing."""
        found = []
        for starts in self.starts_ms.values():
            villages = defaultdict(list)
            for node, deviation in starts.items():
                villages[node.rpartition("-")[0]].append(deviation)
            found += [max(village) - min(village) for village in villages.values()]
        return found


def bench_sync(nodes: int, broker: TrialBroker) -> dict[str, Any]:
    """Return the figures: deliveries in real time, then ten minutes and a lost link in virtual time."""
    began = time.monotonic()
    fleet = {"delays": LINKS, "clocks_every_s": CLOCKS_EVERY_S, "powered_within_s": POWER_GAP_S * nodes}
    with throw_away_ground(nodes, broker, **fleet) as ground:
        watch = Watch(ground)
        time.sleep(SETTLE_S)
        watch.forget()
        for number in range(AIRINGS):
            watch.hear(_aired(ground, number))
            ground.stages.show("Tải và phát cùng lúc", number + 1, AIRINGS)
        starts = [abs(ms) for airing in watch.starts_ms.values() for ms in airing.values()]
        told = {
            "nodes": nodes,
            "reachable": ground.reachable,
            "links_ms": LINKS,
            "clock_error_ms": _figures(watch.errors_ms),
            "clock_samples": len(watch.errors_ms),
            "beyond_own_bound": watch.beyond_bound,
            "start_spread_ms": _figures(starts),
            "armed_spread_ms": _figures(watch.armed_ms),
            "village_span_ms": _figures(watch.spans_ms()),
            "started": len(starts),
        }
        ground.stages.say("Mười phút, rồi mất đường truyền 30 phút: tính theo thời gian ảo…")
    return told | {
        "up_before_loss_s": UP_S,
        "virtual": _tried(nodes, LINKS),
        "virtual_new": {"up_before_loss_s": NEW_UP_S, **_tried(max(1, nodes // 5), LINKS, NEW_UP_S)},
        "virtual_asymmetric": {
            "asymmetry_ms": ASYMMETRY_MS,
            "bound_ms": ASYMMETRY_MS / 2,
            **_tried(max(1, nodes // 5), LINKS | {"asymmetry_ms": ASYMMETRY_MS}),
        },
        "seconds": round(time.monotonic() - began, 1),
    }


def _aired(ground: BenchStation, number: int) -> AiringId:
    """Plan a recording that no node has yet."""
    station = ground.station
    bulletin = approved(station, ground.stages, f"Đo {number + 1}", tone(SOUND_S, 330 + 110 * number))
    area, starts_at = AreaCode(station.settings.province), station.now() + timedelta(seconds=AHEAD_S)
    return TrialRun(station, ground.stages).air(bulletin, area, starts_at)


def _tried(nodes: int, delays: dict[str, float], up_s: float = UP_S) -> dict[str, Any]:
    """Return the result of `simulator.clock_trial`, by parts; run in its own process."""
    spec = json.dumps({"nodes": nodes, "delays": delays, "up_s": up_s})
    done = subprocess.run(  # noqa: S603 - the arguments are ours
        [sys.executable, "-m", "simulator.clock_trial", spec],
        capture_output=True,
        check=True,
        timeout=TRIAL_PATIENCE_S,
    )
    return {
        part: {
            "start_spread_ms": _figures(told["deviations_ms"]),
            "village_span_ms": _figures(told["spans_ms"]),
        }
        for part, told in json.loads(done.stdout).items()
    }


def _figures(found: Sequence[float]) -> dict[str, float]:
    return spread(found) | {"max": nearest_rank(found, 100)}
