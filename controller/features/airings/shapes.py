"""Turns rows and views into the shapes that programs get."""

from datetime import timedelta

from controller.features.airings.schemas import (
    AiringShown,
    DeliveryShown,
    ForecastShown,
    ReceiptShown,
    SpreadShown,
)
from controller.features.airings.views import AiringView
from controller.features.bulletins.schemas import BulletinShown, BulletinWhole, RenderingShown
from controller.features.fleet.faults import faults_told
from controller.features.fleet.queries import facts_of
from controller.features.fleet.schemas import NodeShown
from controller.features.fleet.status import NodeStatus
from controller.features.today.queries import SpokenRevision
from controller.model.airings import Delivery, StoredReceipt
from controller.model.bulletins import Bulletin
from controller.model.fleet import Node
from tts.orders import Progress


def airing(view: AiringView) -> AiringShown:
    """Return an airing."""
    spread, forecast = view.spread, view.forecast
    return AiringShown(
        id=view.id,
        bulletin=view.bulletin,
        title=view.title,
        state=view.state,
        grade=view.grade,
        volume=view.volume,
        where=view.where,
        starts_at=view.starts_at,
        latest_start_at=view.latest_start_at,
        ended_at=view.ended_at,
        duration_ms=None if view.duration is None else view.duration // timedelta(milliseconds=1),
        recording=view.recording,
        reason=view.reason,
        nodes=view.reach.nodes,
        fetched=view.reach.fetched,
        started=view.reach.started,
        ended=view.reach.ended,
        finished=view.reach.finished,
        percent_heard=view.reach.percent_heard,
        forecast=forecast
        and ForecastShown(
            nodes=forecast.nodes,
            in_time=forecast.in_time,
            late=forecast.late,
            missed=forecast.missed,
            away=forecast.away,
            late_by_seconds=forecast.late_by.total_seconds(),
            is_late=forecast.is_late,
            sentence=view.forecast_words,
        ),
        start_spread_ms=spread
        and SpreadShown(nodes=spread.nodes, p50=spread.p50, p99=spread.p99, max=spread.max),
    )


def bulletin(row: Bulletin) -> BulletinShown:
    """Return a bulletin of a list."""
    return BulletinShown(
        id=row.id,
        title=row.title,
        state=row.state,
        revision=row.revision,
        area=row.area,
        test=row.test,
        returned_reason=row.returned_reason,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def bulletin_whole(row: Bulletin, spoken: SpokenRevision, progress: Progress | None) -> BulletinWhole:
    """Return a bulletin with words and audio."""
    return BulletinWhole(
        **bulletin(row).model_dump(),
        text=spoken.revision.text,
        text_sha256=spoken.revision.text_sha256,
        issuer=spoken.revision.issuer,
        readings=spoken.revision.readings,
        rendering=_rendering(spoken, progress),
    )


def _rendering(spoken: SpokenRevision, progress: Progress | None) -> RenderingShown | None:
    made, recording = spoken.rendering, spoken.recording
    if made is None:
        return None
    return RenderingShown(
        state=made.state,
        stage=progress and progress.stage,
        done=progress and progress.done,
        total=progress and progress.total,
        engine=made.engine_used,
        fallback_reason=made.fallback_reason,
        fault=made.fault,
        sentence=made.fault_sentence,
        spoken_text=made.spoken_text,
        recording=made.recording,
        duration_ms=recording and recording.duration_ms,
        size=recording and recording.size,
        loudness_lufs=recording and recording.loudness_lufs,
        true_peak_dbtp=recording and recording.true_peak_dbtp,
    )


def node(row: Node, status: NodeStatus) -> NodeShown:
    """Return a node."""
    vitals = row.vitals or {}
    return NodeShown(
        id=row.id,
        area=row.area,
        name=row.name,
        status=status,
        session=row.session,
        last_heard_at=row.last_heard_at,
        software=row.software,
        faults=[fault.sentence for fault in faults_told(facts_of(row))] if row.online else [],
        sounding=vitals.get("sounding"),
        clock_offset_ms=vitals.get("clock_offset_ms"),
        clock_error_ms=vitals.get("clock_error_ms"),
        volume=vitals.get("volume"),
        storage_free=vitals.get("storage_free"),
    )


def delivery(row: Delivery) -> DeliveryShown:
    """Return a delivery."""
    return DeliveryShown(
        node=row.node,
        airing=row.airing,
        rung=row.rung,
        fetched_at=row.fetched_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        heard_ms=row.heard_ms,
        reason=row.reason,
    )


def receipt(row: StoredReceipt) -> ReceiptShown:
    """Return a receipt."""
    return ReceiptShown(
        id=row.id,
        airing=row.airing,
        kind=row.kind,
        at=row.at,
        received_at=row.received_at,
        offset_ms=row.offset_ms,
        heard_ms=row.heard_ms,
        reason=row.reason,
    )
