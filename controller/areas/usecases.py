"""Writes of areas: loading the official list."""

import csv
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.areas.tables import Area
from controller.errors import BadInput
from devices.messages import AreaCode

UNITS = Path(__file__).with_name("units-56.csv")
"""Khánh Hòa's 65 communes since 1 July 2025; its notice stands beside it."""
PROVINCE = AreaCode("56")
PROVINCE_NAME = "Tỉnh Khánh Hòa"


def load_areas(
    session: Session, *, units: Path = UNITS, province: AreaCode = PROVINCE, name: str = PROVINCE_NAME
) -> int:
    """Bring the province and its communes up to the list, by code; return how many were new."""
    known = set(session.scalars(select(Area.code)))
    rows = [Area(code=province, parent=None, name=name, kind="Tỉnh"), *_communes(units, province)]
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
            parent=province,
            name=row["name"],
            kind=row["type"],
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
        )
        for row in rows
    ]
