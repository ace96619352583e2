"""History of one node's vitals for pages and the API: samples, quarters and a strip."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.features.fleet.vitals_log import WHOLE_FOR, quarters_of, recent_of
from controller.features.fleet.vitals_samples import Sample, Thinned, quarter_of, read, start_of, strip
from controller.store import one_read
from devices.ids import NodeId


@dataclass(frozen=True, slots=True)
class Course:
    """Vitals of a node between two instants; `cell`: quarters in one cell of the strip."""

    since: datetime
    until: datetime
    cell: int
    points: list[tuple[datetime, Sample]]
    """Every sample, where no more than two days were asked for."""
    quarters: list[tuple[datetime, Thinned]]
    strip: tuple[str, ...]


@one_read
def course_of(session: Session, node: NodeId, now: datetime, back: timedelta, *, cell: int) -> Course:
    """Return a node's vitals of the last span, in whole quarters up to now; three queries at most."""
    until = quarter_of(now) + 1
    since = until - back // timedelta(minutes=15)
    quarters = quarters_of(session, node, since, until)
    points: list[tuple[datetime, Sample]] = []
    if back <= WHOLE_FOR:
        for quarter, text in recent_of(session, node, since, until):
            begins = start_of(quarter)
            points += [(begins + timedelta(seconds=one.second), one) for one in read(text)]
    counts = {quarter: one.samples for quarter, one in quarters.items()}
    return Course(
        start_of(since),
        start_of(until),
        cell,
        points,
        [(start_of(quarter), one) for quarter, one in quarters.items()],
        tuple(strip(counts, since, until, cell)),
    )
