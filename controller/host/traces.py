"""Traces of airings for a collector (OpenTelemetry, OTLP over HTTP); the only module that uses its library.

Off by default, and then nothing of the library is loaded. An airing's trace has a name that follows from the
airing's id alone, so that processes and machines that know nothing of each other tell parts of one trace.
What is told waits in a queue of bounded size; a collector that is away costs what did not fit, and no time.
docs/monitoring.md, "Traces".
"""

import hashlib
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

_LOG = logging.getLogger(__name__)

QUEUE: Final = 2048
"""Parts that wait for the collector, some 500 bytes each; one more is dropped."""
_EVERY_MS: Final = 1000.0
_PATIENCE_S: Final = 3.0
"""For one request with all its tries: the queue's thread waits so long, and a stop of the station."""
_PURPOSE: Final = b"loa airing trace v1\n"
ROOT: Final = "airing"

Facts = Mapping[str, str | int | float | bool]


class Traces(Protocol):
    """Where parts of traces are told; safe from any thread, never blocks."""

    def tell(self, airing: str, name: str, began: datetime, ended: datetime, facts: Facts) -> None:
        """Tell one part of an airing's trace; `ROOT` is the part that holds all others."""

    def stop(self) -> None:
        """Send what waits, for some seconds, and end."""


class _Off:
    def tell(self, airing: str, name: str, began: datetime, ended: datetime, facts: Facts) -> None:
        """Tell nobody."""

    def stop(self) -> None:
        """There is nothing to end."""


OFF: Final[Traces] = _Off()


def names_of(airing: str, part: str = ROOT) -> tuple[int, int]:
    """Return trace id (128 bits) and span id (64 bits) of a part of an airing's trace: always the same."""
    trace = hashlib.sha256(_PURPOSE + airing.encode()).digest()
    span = hashlib.sha256(_PURPOSE + f"{airing}\n{part}".encode()).digest()
    return int.from_bytes(trace[:16]), int.from_bytes(span[:8])


def traces_to(address: str, part: str, place: str) -> Traces:
    """Return where traces are told: a collector at an address, or nobody where that is empty.

    `part`: which program this is; `place`: the province's code.
    """
    return _Told(address, part, place) if address else OFF


@dataclass
class _Told:
    address: str
    part: str
    place: str
    _processor: Any = field(init=False)
    _resource: Any = field(init=False)

    def __post_init__(self) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        named = {"service.name": f"loa-{self.part}", "service.namespace": self.place}
        self._resource = Resource(named)  # no detectors: they would tell of processes and command lines
        exporter = OTLPSpanExporter(endpoint=self.address, timeout=_PATIENCE_S)
        self._processor = BatchSpanProcessor(exporter, max_queue_size=QUEUE, schedule_delay_millis=_EVERY_MS)

    def tell(self, airing: str, name: str, began: datetime, ended: datetime, facts: Facts) -> None:
        """Put one part into the queue."""
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope
        from opentelemetry.trace import SpanContext, TraceFlags

        def context(part: str) -> SpanContext:
            trace_id, span_id = names_of(airing, part)
            return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))

        span = ReadableSpan(
            name,
            context=context(name),
            parent=None if name == ROOT else context(ROOT),
            resource=self._resource,
            attributes={"loa.airing": airing, **facts},
            start_time=_nanoseconds(began),
            end_time=_nanoseconds(max(began, ended)),
            instrumentation_scope=InstrumentationScope("loa"),
        )
        try:
            self._processor.on_end(span)
        except Exception:  # noqa: BLE001 - whatever the library does, an airing goes on
            _LOG.exception("a trace could not be told")

    def stop(self) -> None:
        """Send what waits, for some seconds, and end."""
        self._processor.shutdown()


def _nanoseconds(at: datetime) -> int:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


_PLANNED: ContextVar[list[str] | None] = ContextVar("airings planned in this request", default=None)


def collect_planned() -> list[str]:
    """Return a list that fills with the airings which this request plans, in whichever thread it does so."""
    planned: list[str] = []
    _PLANNED.set(planned)
    return planned


def note_planned(airing: str) -> None:
    """Note an airing for the request that plans it; nothing where nobody collects."""
    planned = _PLANNED.get()
    if planned is not None:
        planned.append(airing)
