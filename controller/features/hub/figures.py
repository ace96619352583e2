"""A province's figures of one day, as they go to the hub: counts alone."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.airings.consent import commune_of
from controller.features.areas.queries import area_tree, top_area
from controller.features.drills.queries import tally, total
from controller.features.hub.documents import MOST_DRILLS, Report, ReportedDrill
from controller.features.reports.coverage import Figures
from controller.features.reports.queries import aired_by_area
from controller.model.drills import Drill
from controller.model.fleet import Node
from controller.model.local_time import ZONE
from controller.store import one_read

_MINUTE_MS = 60_000


@one_read
def report_of(session: Session, day: date, now: datetime) -> Report:
    """Return the figures of a day in local time, as far as loudspeakers have told them."""
    top, tree = top_area(session), area_tree(session)
    since = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    figures, communes, heard = Figures(), set(), set()
    for one in aired_by_area(session, tree.below([top.code]), since, since + timedelta(days=1)):
        figures.add(one)
        commune = commune_of(tree, one.area)
        communes.add(commune)
        if one.nodes_heard:
            heard.add(commune)
    in_use = select(func.count()).select_from(Node).where(Node.retired_at.is_(None))
    return Report(
        province=top.code,
        name=top.name,
        day=day.isoformat(),
        made_at=now,
        loudspeakers=session.scalar(in_use) or 0,
        airings=len(figures.airings),
        airings_heard=len(figures.airings_heard),
        communes=len(communes),
        communes_heard=len(heard),
        planned_for=len(figures.nodes),
        heard_at=len(figures.nodes_heard),
        minutes_planned=round(figures.planned_ms / _MINUTE_MS, 2),
        minutes_heard=round(figures.heard_ms / _MINUTE_MS, 2),
        drills=tuple(_drills(session)),
    )


def _drills(session: Session) -> list[ReportedDrill]:
    query = select(Drill).where(Drill.judged_at.is_not(None)).order_by(Drill.starts_at.desc())
    found = []
    for drill in session.scalars(query.limit(MOST_DRILLS)):
        counts = total(tally(session, drill, None))
        causes = {cause.value: count for cause, count in counts.causes.items()}
        told = {"counted": counts.counted, "heard": counts.heard, "causes": causes}
        found.append(ReportedDrill(id=drill.id, name=drill.name, at=drill.starts_at, **told))
    return found
