"""`loa bench emergency`: from the call until the last loudspeaker sounds, on throw-away data."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from controller.airings.usecases import plan_airing
from controller.app import Controller
from controller.bulletins.lifecycle import BulletinId
from controller.emergencies.lifecycle import Kind
from controller.emergencies.preparing import prepare
from controller.emergencies.queries import prepared_views
from controller.errors import LoaError
from controller.founding import APPROVER, Secrets
from controller.operators.queries import operator_named
from controller.remote import RemoteStation
from controller.settings import BrokerChoice
from controller.terminal import Stages
from controller.trial.bench_ground import (
    PATIENCE_S,
    SOUND_PATIENCE_S,
    Ears,
    approved,
    nearest_rank,
    throw_away_ground,
    tone,
)
from devices.messages import AreaCode

BROADCAST_S, ALARM_S, ALL_CLEAR_S = 120, 40, 8
"""Lengths of what is interrupted (again and again), of what interrupts it (it must not come to a pause before
it is stopped), and of what ends it."""
CALM_S, CALM_SHARE = 0.5, 0.15
"""Station and fleet are at rest when they use no more of one processor than this share, for so long."""


@dataclass
class EmergencyBench:
    """A province whose loudspeakers sound a broadcast and hold an alarm; runs that call and stop it."""

    station: Controller
    stages: Stages
    ears: Ears
    reachable: int
    prepared: dict[Kind, str] = field(default_factory=dict)

    def make_ready(self, runs: int) -> None:
        """Have the broadcast and what is prepared approved, fetched and held by all."""
        broadcast = approved(self.station, self.stages, "Thông báo", tone(BROADCAST_S, 330))
        for kind, seconds, hertz in ((Kind.ALARM, ALARM_S, 880), (Kind.ALL_CLEAR, ALL_CLEAR_S, 550)):
            bulletin = approved(self.station, self.stages, str(kind), tone(seconds, hertz))
            with self.station.store.write() as session:
                by = operator_named(session, APPROVER)
                assert by is not None
                row = prepare(session, bulletin, kind, self._province, by=by, now=self.station.now())
                self.prepared[kind] = row.id
        self.station.poke()
        self._await_held()
        self._plan_broadcasts(broadcast, runs)

    def run(self, approver: RemoteStation, number: int) -> dict[str, float]:
        """Call the alarm, hear it everywhere, stop it, hear silence and the broadcast again."""
        self.ears.forget()
        asked = {
            "prepared": self.prepared[Kind.ALARM],
            "areas": [self._province],
            "minutes": 5,
            "alone_because": f"Đo lần {number}.",
        }
        self._calm_down()
        used_before = self._used()
        began_at = time.time()
        called = approver.call("POST", "/emergencies", asked)
        answered_at = time.time()
        begun = self._all(self.ears.began, called["airing"])
        used = self._used() - used_before
        self._calm_down()
        stopped_at = time.time()
        approver.call("POST", f"/emergencies/{called['id']}/stop", {"reason": "Đo."})
        over = self._all(self.ears.ended, called["airing"])
        self._hear_broadcast()
        return {
            "emergency_ms": _last(begun, began_at),
            "half_ms": nearest_rank(begun, 50, began_at),
            "answer_ms": round((answered_at - began_at) * 1000, 1),
            "processor_ms": round(used * 1000),
            "stop_ms": _last(over, stopped_at),
            "sounded": len(begun),
            "stopped": len(over),
        }

    def all_clear(self, approver: RemoteStation) -> dict[str, Any]:
        """Call the alarm once more, end it by the all-clear, and hear the broadcast go on."""
        self.ears.forget()
        asked = {
            "prepared": self.prepared[Kind.ALARM],
            "areas": [self._province],
            "alone_because": "Đo báo yên.",
        }
        called = approver.call("POST", "/emergencies", asked)
        self._all(self.ears.began, called["airing"])
        since = time.time()
        prepared = {"prepared": self.prepared[Kind.ALL_CLEAR]}
        cleared = approver.call("POST", f"/emergencies/{called['id']}/all-clear", prepared)
        begun = self._all(self.ears.began, cleared["airing"])
        self.ears.forget()
        is_back = self._hear_broadcast(PATIENCE_S)
        return {
            "all_clear_ms": _last(begun, since),
            "all_clear_sounded": len(begun),
            "broadcast_went_on": is_back,
        }

    def _used(self) -> float:
        """Return the processor time of the station and of the fleet."""
        return time.process_time() + self.ears.fleet.processor_seconds()

    def _calm_down(self) -> None:
        """Wait until what the last act left behind (receipts, mostly) is dealt with: it is not measured."""
        until = time.monotonic() + SOUND_PATIENCE_S
        is_calm = False
        while not is_calm and time.monotonic() < until:
            before = self._used()
            time.sleep(CALM_S)
            self.ears.listen()
            is_calm = self._used() - before < CALM_SHARE * CALM_S

    @property
    def _province(self) -> AreaCode:
        return AreaCode(self.station.settings.province)

    def _await_held(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with self.station.store.read() as session:
                views = prepared_views(session, [self._province], self.station.now())
            held = min(view.readiness.held for view in views)
            self.stages.show("Loa đã giữ bản soạn sẵn", held, self.reachable)
            if held >= self.reachable:
                return
            time.sleep(0.2)
        raise LoaError("Loa mô phỏng không tải kịp bản soạn sẵn.", code="bench.not-held")

    def _plan_broadcasts(self, bulletin: BulletinId, runs: int) -> None:
        """Plan it again and again, so that something is interrupted in every run; wait until it sounds."""
        first = self.station.now() + timedelta(seconds=2)
        count = 2 + round(runs * 8 / BROADCAST_S)
        with self.station.store.write() as session:
            by = operator_named(session, APPROVER)
            assert by is not None
            for n in range(count):
                starts_at = first + n * timedelta(seconds=BROADCAST_S + 1)
                plan_airing(
                    session,
                    bulletin,
                    areas=[self._province],
                    starts_at=starts_at,
                    latest_start_at=starts_at + timedelta(minutes=2),
                    by=by,
                    now=self.station.now(),
                )
        self.station.poke()
        if not self._hear_broadcast(PATIENCE_S):
            raise LoaError("Loa mô phỏng chưa phát đủ bản tin nền.", code="bench.no-broadcast")

    def _all(self, heard: dict[str, dict[str, float]], airing: str) -> list[float]:
        self.ears.wait(lambda: len(heard.get(airing, ())) >= self.reachable)
        return sorted(heard.get(airing, {}).values())

    def _hear_broadcast(self, seconds: float = SOUND_PATIENCE_S) -> bool:
        """Wait until all loudspeakers have begun something again and not ended it."""

        def sounding() -> bool:
            on = set()
            for airing, nodes in self.ears.began.items():
                ended = self.ears.ended.get(airing, {})
                on |= {node for node, at in nodes.items() if ended.get(node, 0.0) < at}
            return len(on) >= self.reachable

        return self.ears.wait(sounding, seconds)


def bench_emergency(nodes: int, runs: int, broker: BrokerChoice) -> dict[str, Any]:
    """Return the figures; everything that it needs is made and thrown away."""
    began = time.monotonic()
    with throw_away_ground(nodes, broker) as ground:
        bench = EmergencyBench(ground.station, ground.stages, Ears(ground.fleet), ground.reachable)
        bench.make_ready(runs)
        assert ground.station.pages is not None
        password = Secrets(ground.home).passwords()[APPROVER]
        with RemoteStation.signed_in(ground.station.pages.address, APPROVER, password, str) as approver:
            done = []
            for number in range(1, runs + 1):
                done.append(bench.run(approver, number))
                ground.stages.show("Gọi và dừng khẩn cấp", number, runs)
            cleared = bench.all_clear(approver)
        told = _figures(done, ground.reachable, nodes) | cleared
        return told | {"seconds": round(time.monotonic() - began, 1)}


def _figures(runs: Sequence[dict[str, float]], reachable: int, nodes: int) -> dict[str, Any]:
    told: dict[str, Any] = {"nodes": nodes, "reachable": reachable, "runs": len(runs)}
    for name in ("emergency_ms", "stop_ms", "half_ms", "answer_ms", "processor_ms"):
        figures = [run[name] for run in runs]
        told[name] = {"p50": nearest_rank(figures, 50), "p99": nearest_rank(figures, 99)}
    told["reached"] = int(min(run["sounded"] for run in runs))
    told["stopped"] = int(min(run["stopped"] for run in runs))
    return told


def _last(instants: Sequence[float], since: float) -> float:
    return round((max(instants, default=since) - since) * 1000, 1)
