"""The main task, once: a text is played by every loudspeaker of a new province (`loa demo`)."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from controller.app import Controller
from controller.errors import LoaError
from controller.features.accounts.queries import operator_named
from controller.features.accounts.service import unlock_key
from controller.features.airings.queries import (
    Reach,
    StartSpread,
    count_unfinished,
    deliveries_of,
    get_airing,
    reach,
    spread_of,
)
from controller.features.airings.service import plan_airing
from controller.features.bulletins.listening_proof import note_served
from controller.features.bulletins.queries import get_bulletin, get_recording, get_revision, rendering_of
from controller.features.bulletins.service import approve_bulletin, draft_bulletin, submit_bulletin
from controller.features.consent.service import answer_airing
from controller.features.doctor.invariants import invariants
from controller.features.imports.bulletin_files import TitledText
from controller.features.journal.chain import JournalBroken, verify
from controller.features.journal.queries import export
from controller.features.speaker_tests.service import prepare_test
from controller.host.station_keys import Secrets
from controller.model.airing_states import OPEN, AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletin_states import BulletinId, RenderingState
from controller.model.bulletins import Rendering
from controller.model.first_people import APPROVER, OF_A_COMMUNE, OFFICER
from controller.model.permissions import Operator
from controller.terminal.progress import FETCHED, FINISHED, STAGES, STARTED, Stages
from controller.trial.fleet_process import FleetProcesses
from devices.ids import AiringId, AreaCode, NodeId, Role

_LOOK = 0.2  # seconds between two checks of a rendering
_FOLLOW = 1.0  # seconds between two checks of an airing: counting 5,000 deliveries takes 10 ms
_RENDER_PATIENCE = 45 * 60.0  # seconds; the longest bulletin takes half an hour on a slow machine
_END_PATIENCE = timedelta(minutes=3)  # after the planned end: for nodes that come back late
_WHOLE_MS = 100  # a recording counts as whole up to this missing (rounding at both ends)


@dataclass
class TrialRun:
    """One bulletin on its way through a station, with two people in their roles."""

    station: Controller
    stages: Stages
    told_offline: frozenset[NodeId] = frozenset()
    told_to_reboot: frozenset[NodeId] = frozenset()
    true_deviations_ms: list[float] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)  # the person asked to end it

    def render(self, draft: TitledText) -> BulletinId:
        """Draft and submit as the officer; wait for the recording."""
        with self.station.store.write() as session:
            officer = self._person(session, OFFICER)
            bulletin = draft_bulletin(
                session, title=draft.title, text=draft.text, by=officer, now=self.station.now()
            )
            rendering = submit_bulletin(
                session, bulletin.id, by=officer, now=self.station.now(), speech=self.station.speech
            )
        self.station.wake()
        self._await_recording(bulletin.id, rendering)
        return bulletin.id

    def make_test(self) -> None:
        """Have the loudspeaker test approved, so that technicians can play it."""
        with self.station.store.write() as session:
            officer, now = self._person(session, OFFICER), self.station.now()
            bulletin = prepare_test(session, by=officer, now=now, speech=self.station.speech).id
            rendering = rendering_of(session, bulletin, 1)
        assert rendering is not None
        self.station.wake()
        self._await_recording(bulletin, rendering, is_shown=False)
        self.approve(bulletin)

    def approve(self, bulletin: BulletinId) -> None:
        """Approve as the approver, who is another person and unlocks their own key."""
        password = Secrets(self.station.settings.home).passwords()[APPROVER]
        store, now = self.station.store, self.station.now()
        with store.read() as session:
            approver = self._person(session, APPROVER)
        opened = unlock_key(store, approver, role=Role.APPROVER, password=password, now=now)
        with store.write() as session:
            rendering = rendering_of(session, bulletin, 1)
            assert rendering is not None
            assert rendering.recording is not None
            note_served(session, rendering.recording, by=approver, now=now)
            approve_bulletin(
                session,
                bulletin,
                revision=1,
                recording=rendering.recording,
                by=approver,
                password=opened,
                now=now,
                highest_grade=get_bulletin(session, bulletin).highest_grade,
                declared=True,  # nobody listens to a sample: its journal entry says so
            )

    def air(
        self, bulletin: BulletinId, area: AreaCode, starts_at: datetime, latest: timedelta | None = None
    ) -> AiringId:
        """Plan the airing for the whole area; `latest`: how much later it may still start."""
        with self.station.store.write() as session:
            airing = plan_airing(
                session,
                bulletin,
                areas=[area],
                starts_at=starts_at,
                latest_start_at=None if latest is None else starts_at + latest,
                by=self._person(session, APPROVER),
                now=self.station.now(),
            )
        self.station.wake()
        return airing.id

    def agree(self, airing_id: AiringId) -> None:
        """Give a commune's consent to the sample, as the officer of the trial's commune would."""
        with self.station.store.write() as session:
            officer = operator_named(session, OF_A_COMMUNE.name)
            if officer is not None:
                answer_airing(session, airing_id, agrees=True, by=officer, now=self.station.now())
        self.station.wake()

    def follow(self, airing_id: AiringId, fleet: FleetProcesses | None) -> None:
        """Show the airing until it is over and every node that can still report has reported all."""
        while not self.asked.is_set():
            airing, reached, unfinished = self._counts(airing_id)
            if fleet is not None:
                self.true_deviations_ms += deviations(fleet)
            self._show(reached)
            if is_told(airing, unfinished, self.station.now()):
                return
            self.asked.wait(_FOLLOW)

    def _await_recording(self, bulletin: BulletinId, rendering: Rendering, *, is_shown: bool = True) -> None:
        end = time.monotonic() + _RENDER_PATIENCE
        while time.monotonic() < end and not self.asked.is_set():
            progress = self.station.rendering_progress(rendering)
            if progress is not None and is_shown:
                self.stages.show(STAGES[progress.stage], progress.done, progress.total)
            with self.station.store.read() as session:
                now = rendering_of(session, bulletin, 1)
            assert now is not None
            if now.state is RenderingState.READY:
                for stage in STAGES.values() if is_shown else ():
                    total = now.phrases if stage == STAGES["speaking"] else 1
                    self.stages.show(stage, total or 1, total or 1)
                return
            if now.state is RenderingState.FAILED:
                raise LoaError(now.fault_sentence or "Không tạo được tệp âm thanh.", code=now.fault)
            time.sleep(_LOOK)
        raise LoaError("Tạo tệp âm thanh quá lâu nên đã dừng. Chưa có gì được phát.", code="speech.slow")

    def _counts(self, airing_id: AiringId) -> tuple[Airing, Reach, int]:
        """Return the airing, its reach, and the number of nodes that may still finish it."""
        with self.station.store.read() as session:
            airing, reached = get_airing(session, airing_id), reach(session, airing_id)
            away = count_unfinished(session, airing_id, self.told_offline) if self.told_offline else 0
        return airing, reached, reached.nodes - reached.ended - away

    def _show(self, reached: Reach) -> None:
        counted = ((FETCHED, reached.fetched), (STARTED, reached.started), (FINISHED, reached.ended))
        for stage, done in counted:
            self.stages.show(stage, done, reached.nodes)

    def _person(self, session: Any, name: str) -> Operator:
        person = operator_named(session, name)
        assert person is not None, f"founding made {name}"
        return person


def deviations(fleet: FleetProcesses) -> list[float]:
    """Return the deviations of the true starts from the planned instant, by the fleet's clock; ms."""
    return [
        float(one["deviation_ms"])
        for fact in fleet.facts()
        if fact.get("fact") == "began"
        for one in fact["items"]
        if not one.get("offset_ms")
    ]


def is_told(airing: Airing, unfinished: int, now: datetime) -> bool:
    """Return whether no more reports are expected; `unfinished`: nodes that may still finish it."""
    over = airing.starts_at + timedelta(milliseconds=airing.duration_ms or 0) + _END_PATIENCE
    if airing.state in (AiringState.MISSED, AiringState.CANCELLED) or now > over:
        return True
    if airing.state in OPEN and airing.state is not AiringState.SOUNDING:
        return False
    return not unfinished and airing.state is AiringState.AIRED


def heard_whole(delivery: Delivery, duration_ms: int) -> bool:
    """Return whether a node's receipts show that it played the recording from begin to end."""
    return delivery.rung >= DeliveryStage.FINISHED and delivery.heard_ms >= duration_ms - _WHOLE_MS


def report(job: TrialRun, bulletin: BulletinId, airing_id: AiringId, wall_seconds: float) -> dict[str, Any]:
    """Return the figures of `loa demo --json`."""
    station = job.station
    with station.store.read() as session:
        airing = get_airing(session, airing_id)
        deliveries = list(deliveries_of(session, airing_id))
        of_recording, duration_ms = _recorded(session, bulletin)
        reached = reach(session, airing_id)
        wrong = list(invariants(session, now=station.now()))
        lines = list(export(session))
    fetched = [one.fetched_at for one in deliveries if one.fetched_at is not None]
    begun = airing.delivering_at
    spread = spread_of(airing.starts_at, [_after(airing.starts_at, ms) for ms in job.true_deviations_ms])
    return {
        **of_recording,
        "nodes": len(deliveries),
        "fetched": reached.fetched,
        "started": reached.started,
        "finished": reached.ended,
        "missed": len(deliveries) - reached.ended,
        "wrong_facts": wrong,
        "heard_whole": sum(heard_whole(one, duration_ms) for one in deliveries),
        "told_to_fail": len(job.told_offline | job.told_to_reboot),
        "start_spread_ms": None if spread is None else _figures(spread),
        "delivery_seconds": round((max(fetched) - begun).total_seconds(), 3) if fetched and begun else None,
        "published_audio_bytes": station.sender.published_bytes,
        "wall_seconds": round(wall_seconds, 3),
        "journal_ok": _is_sound(lines, station.key.public_x),
    }


def _recorded(session: Session, bulletin: BulletinId) -> tuple[dict[str, Any], int]:
    """Return the figures of a bulletin's text and recording, and its duration in milliseconds."""
    revision = get_revision(session, bulletin, get_bulletin(session, bulletin).revision)
    rendering = rendering_of(session, bulletin, revision.number)
    assert rendering is not None
    assert rendering.recording is not None
    recording = get_recording(session, rendering.recording)
    figures = {
        "bulletin_sha256": revision.text_sha256,
        "text_characters": rendering.text_characters,
        "spoken_text_characters": len(rendering.spoken_text or ""),
        "recording_sha256": recording.id,
        "recording_seconds": round(recording.duration_ms / 1000, 3),
        "recording_bytes": recording.size,
        "codec": recording.codec,
        "engine": rendering.engine_used,
        "fallback_reason": rendering.fallback_reason,
        "loudness_lufs": recording.loudness_lufs,
        "true_peak_dbtp": recording.true_peak_dbtp,
    }
    return figures, recording.duration_ms


def succeeded(job: TrialRun, airing_id: AiringId) -> bool:
    """Return whether every node without a requested fault heard the whole recording, and none heard it twice.

    The latter is one of the invariants; the others must hold after a demonstration too.
    """
    with job.station.store.read() as session:
        if any(invariants(session, now=job.station.now())):
            return False
        airing, deliveries = get_airing(session, airing_id), deliveries_of(session, airing_id)
    return bool(deliveries) and all(
        heard_whole(one, airing.duration_ms or 0)
        or (one.node in job.told_to_reboot and one.rung >= DeliveryStage.FINISHED)
        for one in deliveries
        if one.node not in job.told_offline
    )


def _is_sound(lines: list[str], public: str) -> bool:
    try:
        verify(lines, public)
    except JournalBroken:
        return False
    return True


def _figures(spread: StartSpread) -> dict[str, float]:
    return {"p50": spread.p50, "p99": spread.p99, "max": spread.max}


def _after(planned: datetime, ms: float) -> datetime:
    return planned + timedelta(milliseconds=ms)
