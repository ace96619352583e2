"""Figures about this process for Prometheus; the only module that uses prometheus-client.

Names follow the rules of Prometheus: a prefix, the unit, `_total` for what only grows. A label has a small
fixed set of values: no node, no person and no commune is one. docs/monitoring.md explains each figure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
"""Of the text of `exposition`."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # one more series each, read by no rule
_REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=_REGISTRY)


def _counter(name: str, help_text: str, **labels: tuple[str, ...]) -> Counter:
    """Return a counter whose series all stand at 0: a rise from nothing would be seen by no rule."""
    made = Counter(name, help_text, tuple(labels), registry=_REGISTRY)
    for label, values in labels.items():
        for value in values:
            made.labels(**{label: value})
    return made


def _seconds(name: str, help_text: str, *labels: str, most: float) -> Histogram:
    """Return a histogram of seconds, in steps of 1, 2, 5 up to `most`."""
    steps = tuple(digit * 10.0**power for power in range(-3, 3) for digit in (1, 2, 5))
    buckets = tuple(step for step in steps if step <= most)
    return Histogram(name, help_text, labels, buckets=buckets, registry=_REGISTRY)


CLOCK_ANSWER_SECONDS: Final = _seconds(
    "loa_clock_answer_seconds", "From the arrival of a clock request to its answer.", most=2
)
RECEIPTS: Final = _counter(
    "loa_receipts", "Receipts of loudspeakers, by what became of them.", result=("committed", "refused")
)
RECEIPT_WAIT_SECONDS: Final = _seconds(
    "loa_receipt_wait_seconds", "From the arrival of the oldest message of a batch to its commit.", most=50
)
MESSAGES_WAITING: Final = Gauge(
    "loa_messages_waiting", "Messages of loudspeakers that are not written yet.", registry=_REGISTRY
)
CHUNK_BYTES: Final = _counter(
    "loa_chunk_bytes", "Bytes of recordings handed to the broker, by receiver.", receiver=("all", "one")
)
DOCUMENTS: Final = _counter(
    "loa_documents", "Signed documents handed to the broker.", result=("taken", "refused")
)
LEAF_UP: Final = Gauge(
    "loa_leaf_up",
    "1: the leaf of the tree of brokers is connected to its root.",
    ("leaf",),
    registry=_REGISTRY,
)
RENDERINGS: Final = _counter("loa_renderings", "Recordings that were made.", result=("ready", "failed"))
RENDERING_SECONDS: Final = _seconds("loa_rendering_seconds", "Time that a recording took.", most=500)
SPOKEN_SECONDS: Final = _counter(
    "loa_spoken_seconds", "Seconds of sound of the recordings that were made, by all machines."
)
NOTICES: Final = Counter(
    "loa_notices", "Notices that left, by way and result.", ("way", "result"), registry=_REGISTRY
)
REFUSALS: Final = Counter(
    "loa_refusals", "Requests that were refused, as in the security log.", ("act",), registry=_REGISTRY
)
REQUEST_SECONDS: Final = _seconds(
    "loa_http_request_seconds", "From a request to the head of its answer.", "status", most=10
)
for _kind in ("2xx", "3xx", "4xx", "5xx"):
    REQUEST_SECONDS.labels(_kind)
_BEAT_SECONDS: Final = _seconds(
    "loa_beat_seconds", "Time that a run of a periodic task took", "beat", most=100
)
_BEAT_FAILURES: Final = Counter(
    "loa_beat_failures", "Runs of a periodic task that failed.", ("beat",), registry=_REGISTRY
)
_BEAT_ENDED: Final = Gauge(
    "loa_beat_success_timestamp_seconds",
    "When a periodic task last succeeded.",
    ("beat",),
    registry=_REGISTRY,
)


def measured(name: str, act: Callable[[], object]) -> Callable[[], object]:
    """Return a periodic task that also notes how long it took, when it succeeded, and how often it failed."""
    seconds, failures, ended = (
        _BEAT_SECONDS.labels(name),
        _BEAT_FAILURES.labels(name),
        _BEAT_ENDED.labels(name),
    )

    def run() -> object:
        began = perf_counter()
        with failures.count_exceptions():
            done = act()
        seconds.observe(perf_counter() - began)
        ended.set_to_current_time()
        return done

    return run


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is read when it is asked for, such as the loudspeakers of each status."""

    name: str
    help: str
    value: float | None = None
    """Where there is no label; None: not known, and the figure is left out."""
    label: str = ""
    by_label: Mapping[str, float] = field(default_factory=dict)


def exposition(figures: Iterable[Figure]) -> bytes:
    """Return all figures of this process and these, in the text format of Prometheus."""
    asked = CollectorRegistry()
    families = [_family(figure) for figure in figures]
    asked.register(_AskedNow(families))
    return generate_latest(_REGISTRY) + generate_latest(asked)


def _family(figure: Figure) -> GaugeMetricFamily:
    if not figure.label:
        return GaugeMetricFamily(figure.name, figure.help, value=figure.value)
    family = GaugeMetricFamily(figure.name, figure.help, labels=(figure.label,))
    for value, count in figure.by_label.items():
        family.add_metric((value,), count)
    return family


@dataclass(eq=False, slots=True)
class _AskedNow:
    families: list[GaugeMetricFamily]

    def collect(self) -> list[GaugeMetricFamily]:
        """Return them, as the library asks."""
        return self.families
