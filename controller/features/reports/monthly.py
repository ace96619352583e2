"""Report of months in an area from the as-aired log, for pages, API and commands."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.areas.queries import areas, get_area
from controller.features.reports.coverage import (
    Group,
    Grouping,
    Named,
    Place,
    Table,
    by_bulletin,
    by_legal_act,
    by_month,
    by_topic,
    table,
)
from controller.features.reports.entries import AiredInArea
from controller.features.reports.queries import aired_by_area
from controller.model.area_tree import AreaTree
from controller.model.local_time import ZONE
from controller.store import one_read
from devices.ids import AreaCode

MOST_MONTHS = 12
_MONTHS_A_YEAR = 12
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@one_read
def coverage(session: Session, area: AreaCode, month: str, months: int = 1) -> Table:
    """Return how much of the planned airings was heard in an area and below, from a month (`2026-11`) on."""
    since, until = span(month, months)
    top = get_area(session, area)
    rows = areas(session)
    tree = AreaTree({row.code: row.parent for row in rows})
    names = {row.code: row.name for row in rows}
    aired = aired_by_area(session, tree.below([area]), since, until)
    groupings = [
        Grouping(Group.MONTH, by_month),
        Grouping(Group.AREA, _by_area(tree, names, area)),
        Grouping(Group.TOPIC, by_topic),
        Grouping(Group.LEGAL_ACT, by_legal_act),
        Grouping(Group.BULLETIN, by_bulletin),
    ]
    return table(
        aired,
        groupings,
        title=f"Báo cáo phát thanh – {top.name}",
        subtitle=_in_words(since, months),
        place=(area, top.name),
    )


def span(month: str, months: int = 1) -> tuple[datetime, datetime]:
    """Return the first instant of a month in local time and the end of the last month, or raise BadInput."""
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput(f"Số tháng phải từ 1 đến {MOST_MONTHS}.", code="report.months")
    year, _, number = month.partition("-")
    if not (year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) == 2):  # noqa: PLR2004
        raise BadInput(f"Không hiểu tháng «{month}». Hãy viết như 2026-11.", code="report.month")
    index = int(year) * _MONTHS_A_YEAR + int(number) - 1
    if not (_FIRST_YEAR <= int(year) <= _LAST_YEAR and 1 <= int(number) <= _MONTHS_A_YEAR):
        raise BadInput(f"Không có tháng «{month}».", code="report.month")
    return _first_of(index), _first_of(index + months)


def _first_of(index: int) -> datetime:
    year, month = divmod(index, _MONTHS_A_YEAR)
    return datetime(year, month + 1, 1, tzinfo=ZONE).astimezone(UTC)


def _in_words(since: datetime, months: int) -> str:
    first = since.astimezone(ZONE)
    if months == 1:
        return f"Tháng {first.month}/{first.year}"
    last = _first_of(first.year * _MONTHS_A_YEAR + first.month - 1 + months - 1).astimezone(ZONE)
    return f"Từ tháng {first.month}/{first.year} đến tháng {last.month}/{last.year}"


def _by_area(tree: AreaTree, names: dict[AreaCode, str], top: AreaCode) -> Place:
    """Return the grouping by areas directly below the report's area; its own nodes count for itself."""

    def place(one: AiredInArea) -> Iterable[Named]:
        lineage = tree.lineage(one.area)
        below = next((code for code in lineage if tree.parents.get(code) == top), top)
        return [(below, names.get(below, below))]

    return place
