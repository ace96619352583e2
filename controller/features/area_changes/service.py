"""Writes of areas: loading the official list, and setting their languages."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.areas.queries import get_area
from controller.features.journal.service import record
from controller.model.areas import REGION, Area, AreaLanguage
from controller.model.languages import LanguageCode, languages
from controller.model.permissions import Act, Operator
from controller.settings import PRACTICE_PROVINCE
from controller.store import one_write
from devices.ids import AreaCode
from devices.statements import MOST_APPROVED_AREAS

UNITS = Path(__file__).with_name("units-56.csv")
"""Khánh Hòa's 65 communes since 1 July 2025; its notice stands beside it."""
OWN_UNITS = "units.csv"
"""In the home folder before the first start: the list of another province, or of a hub's own station."""
PROVINCE = AreaCode("56")
PROVINCE_NAME = "Tỉnh Khánh Hòa"
PRACTICE_UNITS = Path(__file__).with_name("units-practice.csv")
PRACTICE_NAME = "Tỉnh Tập Dượt"


def listed_areas(province: str, home: Path) -> dict[str, Any]:
    """Return the list of a province as `load_areas` takes it: its own, of practice, or Khánh Hòa."""
    own = home / OWN_UNITS
    if own.exists() and province != PRACTICE_PROVINCE:
        return {"units": own, "province": AreaCode(province), "name": _name_in(own, province)}
    if province != PRACTICE_PROVINCE:
        return {}
    return {"units": PRACTICE_UNITS, "province": AreaCode(PRACTICE_PROVINCE), "name": PRACTICE_NAME}


def load_areas(
    session: Session, *, units: Path = UNITS, province: AreaCode = PROVINCE, name: str = PROVINCE_NAME
) -> int:
    """Update the province and its communes from the list, by code; return how many were new."""
    known = set(session.scalars(select(Area.code)))
    rows = [Area(code=province, parent=None, name=name, kind="Tỉnh"), *_communes(units, province)]
    _check_regions(units, rows)
    for row in rows:
        session.merge(row)
    session.flush()
    return len({row.code for row in rows} - known)


def _communes(units: Path, province: AreaCode) -> list[Area]:
    with units.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("province_code") == province]
    if not rows:
        raise BadInput(f"Tệp {units.name} không có đơn vị nào của tỉnh mã {province}.", code="area.no-units")
    return [
        Area(
            code=AreaCode(row["code"]),
            parent=AreaCode(row.get("parent") or province),
            name=row["name"],
            kind=row["type"],
            latitude=float(row["lat"]) if row.get("lat") else None,
            longitude=float(row["lon"]) if row.get("lon") else None,
        )
        for row in rows
        if row["code"] != province
    ]


def _check_regions(units: Path, rows: Sequence[Area]) -> None:
    """Refuse a region of a hub whose approvals could not be written."""
    for region in rows:
        count = sum(1 for one in rows if one.parent == region.code)
        if region.kind == REGION and not 1 <= count <= MOST_APPROVED_AREAS:
            raise BadInput(
                f"Tệp {units.name}: {region.name} có {count} tỉnh; mỗi vùng phải có từ 1 đến "
                f"{MOST_APPROVED_AREAS} tỉnh.",
                code="area.region",
            )


def _name_in(units: Path, province: str) -> str:
    """Return what a list calls its province: the row of the province's own code."""
    with units.open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file) if row.get("code") == province]
    return names[0] if names else province


@one_write
def set_languages(
    session: Session, area: AreaCode, wanted: Sequence[LanguageCode], *, by: Operator, now: datetime
) -> None:
    """Set the languages of an area and all below it, best first; an empty list: as the area above.

    It applies to every airing that is delivered from now on.
    """
    get_area(session, area)
    require(session, by, Act.RULE, area)
    unknown = [code for code in wanted if code not in languages()]
    if unknown or len(set(wanted)) != len(wanted):
        raise BadInput(
            f"Không dùng được danh sách ngôn ngữ này: {', '.join(unknown) or 'có mã ghi hai lần'}.",
            code="area.bad-language",
        )
    session.execute(delete(AreaLanguage).where(AreaLanguage.area == area))
    session.add_all(AreaLanguage(area=area, place=place, language=code) for place, code in enumerate(wanted))
    session.flush()
    record(session, by, "area.languages_set", area, now, detail={"languages": list(wanted)})
