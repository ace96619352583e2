"""Imported outlines for the map: checked against the communes, and stored completely or not at all.

docs/decisions/053-outlines-are-imported.md
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.features.journal.service import record
from controller.features.maps.geojson import Point, Polygon, read_outlines
from controller.features.maps.shapes import CommuneShape, Simplified, simplified
from controller.model.areas import Area, AreaOutline
from controller.model.permissions import Act, Operator
from controller.store import one_read, one_write
from devices.ids import AreaCode

_GRAIN = 100_000  # integer steps in a degree: a step is about a metre
_FARTHEST = 0.5  # degrees between a commune's centre and its outline: more is another commune's outline
_FEW = 3  # codes that a sentence lists before it only counts them
_CODE_SHOWN = 20  # characters shown of an invalid code
_LONGEST_NAME = 200  # characters of a file's name in the journal


@dataclass(frozen=True, slots=True)
class Commune:
    """Data that an outline is checked against: a commune's name, and its centre if known."""

    name: str
    centre: Point | None


@dataclass(frozen=True, slots=True)
class PreparedOutlines:
    """A file ready to store: its simplified outlines, the communes without one, and facts about the file."""

    drawn: Simplified
    missing: tuple[str, ...]
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The outlines in use: identifier, import time, and number of areas."""

    mark: str
    imported_at: datetime
    count: int


@one_read
def communes_to_outline(session: Session) -> dict[AreaCode, Commune]:
    """Return the province's communes in force, by code."""
    top = top_area(session).code
    query = select(Area).where(Area.parent == top, Area.ended_at.is_(None)).order_by(Area.code)
    return {area.code: Commune(area.name, _centre(area)) for area in session.scalars(query)}


def prepare_outlines(
    data: bytes, communes: Mapping[AreaCode, Commune], *, file: str = "", field: str = ""
) -> PreparedOutlines:
    """Return the outlines in a file, or raise BadInput; takes seconds, so it runs outside a transaction."""
    brought = read_outlines(data, field)
    _refuse_strangers(brought, communes)
    for code, polygons in brought.items():
        _refuse_misplaced(code, communes[code], polygons)
    missing = tuple(one.name for code, one in communes.items() if code not in brought)
    return PreparedOutlines(
        simplified(brought), missing, file[:_LONGEST_NAME], hashlib.sha256(data).hexdigest()
    )


def keep_outlines(session: Session, prepared: PreparedOutlines, *, by: Operator, now: datetime) -> None:
    """Replace the stored outlines of the map with these."""
    top = top_area(session).code
    require(session, by, Act.RULE, top)
    shapes = prepared.drawn.shapes
    # areas may have changed while the file was prepared
    _refuse_strangers(shapes, communes_to_outline(session))
    session.execute(delete(AreaOutline))
    written = {code: _written(shape) for code, shape in shapes.items()}
    edition = hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()
    session.add_all(
        AreaOutline(
            area=code,
            edition=edition,
            imported_at=now,
            polygons=written[code],
            longitude=shape.spot[0],
            latitude=shape.spot[1],
            radius=shape.radius,
        )
        for code, shape in shapes.items()
    )
    session.flush()
    detail = {"outlines": len(shapes), "file": prepared.file, "sha256": prepared.sha256}
    record(session, by, "area.outlines-imported", top, now, detail=detail)


@one_write
def remove_outlines(session: Session, *, by: Operator, now: datetime) -> int:
    """Remove the outlines, so that the map is a sketch again; return how many were removed."""
    top = top_area(session).code
    require(session, by, Act.RULE, top)
    edition = edition_of(session)
    if edition is None:
        raise NotFound("Bản đồ chưa có ranh giới nào được nhập.", code="map.none")
    session.execute(delete(AreaOutline))
    record(session, by, "area.outlines-removed", top, now, detail={"outlines": edition.count})
    return edition.count


@one_read
def edition_of(session: Session) -> Edition | None:
    """Return facts about the outlines in use, without reading them; None: the map is a sketch."""
    columns = AreaOutline.edition, AreaOutline.imported_at
    found = session.execute(select(*columns, func.count()).group_by(*columns)).first()
    return None if found is None else Edition(*found)


def outlines(session: Session) -> dict[AreaCode, CommuneShape]:
    """Return the outlines in use, by code."""
    rows = session.scalars(select(AreaOutline).order_by(AreaOutline.area))
    return {
        row.area: CommuneShape(_read(row.polygons), (row.longitude, row.latitude), row.radius) for row in rows
    }


@one_read
def lacking(session: Session) -> list[str]:
    """Return the names of the communes in force that have no outline."""
    having = set(session.scalars(select(AreaOutline.area)))
    return [one.name for code, one in communes_to_outline(session).items() if code not in having]


def _centre(area: Area) -> Point | None:
    return None if area.latitude is None or area.longitude is None else (area.longitude, area.latitude)


def _refuse_strangers(brought: Iterable[AreaCode], communes: Mapping[AreaCode, Commune]) -> None:
    strangers = [code for code in brought if code not in communes]
    if strangers:
        named = ", ".join(code[:_CODE_SHOWN] for code in strangers[:_FEW])
        more = f" và {len(strangers) - _FEW} mã nữa" if len(strangers) > _FEW else ""
        raise BadInput(
            f"Không phải mã xã, phường hiện có của tỉnh: {named}{more}. Chưa có gì được nhập. "
            "Hãy chỉ giữ trong tệp các xã của tỉnh, với mã chính thức.",
            code="map.unknown-code",
        )


def _refuse_misplaced(code: AreaCode, commune: Commune, polygons: Sequence[Polygon]) -> None:
    if commune.centre is None:
        return
    east, north = zip(*(point for polygon in polygons for point in polygon[0]), strict=True)
    beside = max(min(east) - commune.centre[0], commune.centre[0] - max(east))
    above = max(min(north) - commune.centre[1], commune.centre[1] - max(north))
    if max(beside, above) > _FARTHEST:
        raise BadInput(
            f"Ranh giới mang mã {code} nằm xa {commune.name}. "
            "Hãy xem lại mã trong tệp, hoặc hệ tọa độ của tệp (cần WGS 84). Chưa có gì được nhập.",
            code="map.elsewhere",
        )


def _written(shape: CommuneShape) -> str:
    return json.dumps(
        [
            [[round(one * _GRAIN) for point in ring for one in point] for ring in polygon]
            for polygon in shape.polygons
        ],
        separators=(",", ":"),
    )


def _read(polygons: str) -> tuple[Polygon, ...]:
    return tuple(
        tuple(
            tuple((east / _GRAIN, north / _GRAIN) for east, north in zip(ring[::2], ring[1::2], strict=True))
            for ring in polygon
        )
        for polygon in json.loads(polygons)
    )
