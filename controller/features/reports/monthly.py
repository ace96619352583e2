"""Report of months in an area from the as-aired log, for pages, API and commands."""

from collections.abc import Collection, Iterable
from datetime import datetime

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
from controller.features.reports.months import Month, begin_of, months_from
from controller.features.reports.sum_queries import aired_in_months
from controller.model.area_tree import AreaTree
from controller.store import one_read
from devices.ids import AreaCode

MOST_MONTHS = 12
_MONTHS_A_YEAR = 12
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_OF_AREAS = frozenset({Group.TOTAL, Group.MONTH, Group.AREA})
"""What is counted without looking at single bulletins."""


@one_read
def coverage(
    session: Session, area: AreaCode, month: str, months: int = 1, groups: Collection[Group] = tuple(Group)
) -> Table:
    """Return how much of the planned airings was heard in an area and below, from a month (`2026-11`) on.

    `groups`: which rows are asked for beside the total; a page that shows one kind need not wait for all.
    """
    counted = _months(month, months)
    top = get_area(session, area)
    rows = areas(session)
    tree = AreaTree({row.code: row.parent for row in rows})
    names = {row.code: row.name for row in rows}
    aired = aired_in_months(
        session, tree.below([area]), counted, by_bulletin=not _OF_AREAS.issuperset(groups)
    )
    groupings = [
        Grouping(Group.MONTH, by_month),
        Grouping(Group.AREA, _by_area(tree, names, area)),
        Grouping(Group.TOPIC, by_topic),
        Grouping(Group.LEGAL_ACT, by_legal_act),
        Grouping(Group.BULLETIN, by_bulletin),
    ]
    return table(
        aired,
        [one for one in groupings if one.group in groups],
        title=f"Báo cáo phát thanh – {top.name}",
        subtitle=_in_words(counted),
        place=(area, top.name),
    )


def span(month: str, months: int = 1) -> tuple[datetime, datetime]:
    """Return the first instant of a month in local time and the end of the last month, or raise BadInput."""
    counted = _months(month, months)
    return begin_of(counted[0]), begin_of(months_from(counted[-1], 2)[1])


def _months(month: str, months: int) -> list[Month]:
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput(f"Số tháng phải từ 1 đến {MOST_MONTHS}.", code="report.months")
    year, _, number = month.partition("-")
    if not (year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) == 2):  # noqa: PLR2004
        raise BadInput(f"Không hiểu tháng «{month}». Hãy viết như 2026-11.", code="report.month")
    if not (_FIRST_YEAR <= int(year) <= _LAST_YEAR and 1 <= int(number) <= _MONTHS_A_YEAR):
        raise BadInput(f"Không có tháng «{month}».", code="report.month")
    return months_from(month, months)


def _in_words(counted: list[Month]) -> str:
    first, last = (f"{int(month[5:])}/{month[:4]}" for month in (counted[0], counted[-1]))
    return f"Tháng {first}" if len(counted) == 1 else f"Từ tháng {first} đến tháng {last}"


def _by_area(tree: AreaTree, names: dict[AreaCode, str], top: AreaCode) -> Place:
    """Return the grouping by areas directly below the report's area; its own nodes count for itself."""

    def place(one: AiredInArea) -> Iterable[Named]:
        lineage = tree.lineage(one.area)
        below = next((code for code in lineage if tree.parents.get(code) == top), top)
        return [(below, names.get(below, below))]

    return place
