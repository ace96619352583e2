"""Reads of reports: sums of the log where they are up to it, its entries where they are not yet."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from controller.features.reports.entries import AiredInArea
from controller.features.reports.months import Month, bounds_of, month_of
from controller.features.reports.queries import aired_by_area, apart, told, with_what_it_tells
from controller.model.reports import AsAired, ReportProgress, ReportSum
from devices.ids import AreaCode

PROGRESS = 1
"""The id of the one row that says how far the sums go."""
_OF_ALL = {"bulletin": "", "title": "", "legal_act": None, "topic": None, "topic_name": None}


def aired_in_months(
    session: Session, areas: Collection[AreaCode], months: Sequence[Month], *, by_bulletin: bool
) -> Iterator[AiredInArea]:
    """Yield what was planned and heard in areas and months; unless `by_bulletin`, of all bulletins together.

    A month whose sums lack entries of these areas is read from its entries: of a province that takes seconds.
    """
    summed = summed_among(session, areas, months)
    query = select(*ReportSum.__table__.columns).where(ReportSum.month.in_(summed), ReportSum.area.in_(areas))
    if by_bulletin:
        query = with_what_it_tells(query.where(ReportSum.bulletin != ""), ReportSum.bulletin)
    else:
        query = query.where(ReportSum.bulletin == "")
    for row in session.execute(query):
        yield _sum(row, told(row) if by_bulletin else _OF_ALL | {"area": row.area} | _minutes(row))
    for month in months:
        if month not in summed:
            yield from aired_by_area(session, areas, *bounds_of(month))


def summed_among(session: Session, areas: Collection[AreaCode], months: Sequence[Month]) -> list[Month]:
    """Return the months whose sums have all entries of these areas."""
    progress = session.get(ReportProgress, PROGRESS)
    if progress is None:
        return []
    later = select(AsAired.planned_at).where(AsAired.seq > progress.through, AsAired.area.in_(areas))
    lacking = {month_of(at) for at in session.scalars(later.distinct())}
    return [month for month in months if month >= progress.from_month and month not in lacking]


def _minutes(row: Row[Any]) -> dict[str, int]:
    return {"planned_ms": row.planned_ms, "heard_ms": row.heard_ms}


def _sum(row: Row[Any], fields: dict[str, Any]) -> AiredInArea:
    return AiredInArea(
        **fields,
        month=row.month,
        airings=apart(row.airings),
        airings_heard=apart(row.airings_heard),
        nodes=apart(row.nodes),
        nodes_heard=apart(row.nodes_heard),
    )
