"""Reads of templates: the built-in ones, and the areas' own."""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.queries import names_of_operators
from controller.features.accounts.scope import Scope
from controller.features.bulletins.placeholders import places_of
from controller.features.templates.schemas import BulletinTemplateShown
from controller.http.schemas import View
from controller.model.permissions import OperatorId
from controller.model.row_versions import version_of
from controller.model.templates import BulletinTemplate, TemplateId
from controller.store import one_read
from devices.ids import AreaCode


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One built-in template; it belongs to the whole province and to nobody."""

    id: TemplateId
    title: str
    text: str


BUILT_IN = tuple(
    BuiltIn(TemplateId(key), told["title"], told["text"])
    for key, told in tomllib.loads(Path(__file__).with_name("builtin.toml").read_text("utf-8")).items()
)


class OfferedTemplate(View):
    """One template as it is offered; a built-in one is nobody's: no area, no person, no time."""

    id: TemplateId
    title: str
    text: str
    area: AreaCode | None = None
    added_by: OperatorId | None = None
    added_at: datetime | None = None
    changed_by: OperatorId | None = None
    changed_at: datetime | None = None

    @property
    def is_builtin(self) -> bool:
        """Whether it came with the station."""
        return self.area is None

    @property
    def version(self) -> str:
        """The version that a change of it begins with."""
        return version_of(self.title, self.text)

    @property
    def places(self) -> tuple[str, ...]:
        """What is to be filled in."""
        return places_of(self.title, self.text)


def get_template(session: Session, template_id: TemplateId, *, lock: bool = False) -> BulletinTemplate:
    """Return an area's own template, removed or not, or raise NotFound; `lock`: nobody changes it now."""
    row = session.get(BulletinTemplate, template_id, with_for_update=lock or None)
    if row is None:
        raise unknown_template()
    return row


def live_template(session: Session, title: str, area: AreaCode) -> BulletinTemplate | None:
    """Return what is offered under a title in exactly this area, or None."""
    query = select(BulletinTemplate).where(
        BulletinTemplate.title == title, BulletinTemplate.area == area, BulletinTemplate.removed_at.is_(None)
    )
    return session.scalars(query).one_or_none()


@one_read
def templates_offered(session: Session, areas: Collection[AreaCode]) -> Sequence[OfferedTemplate]:
    """Return what is offered in these areas: their own by title, then the built-in ones."""
    query = (
        select(BulletinTemplate)
        .where(BulletinTemplate.area.in_(areas), BulletinTemplate.removed_at.is_(None))
        .order_by(BulletinTemplate.title, BulletinTemplate.id)
    )
    return [OfferedTemplate.of(one) for one in (*session.scalars(query), *BUILT_IN)]


def template_offered(
    session: Session, template_id: TemplateId, areas: Collection[AreaCode]
) -> OfferedTemplate:
    """Return one that is offered in these areas, or raise NotFound."""
    for one in BUILT_IN:
        if one.id == template_id:
            return OfferedTemplate.of(one)
    row = get_template(session, template_id)
    if row.removed_at is not None or row.area not in areas:
        raise unknown_template()
    return OfferedTemplate.of(row)


@one_read
def templates_to_use(session: Session, scope: Scope) -> Sequence[OfferedTemplate]:
    """Return what a person who writes is offered: the own area's, those from above, the built-in ones."""
    return templates_offered(session, scope.tree.lineage(scope.home))


@one_read
def template_to_use(session: Session, scope: Scope, template_id: str) -> OfferedTemplate:
    """Return one that the person may begin with, or raise NotFound."""
    return template_offered(session, TemplateId(template_id), scope.hears)


@one_read
def templates_shown(session: Session, rows: Iterable[object]) -> list[BulletinTemplateShown]:
    """Return templates with the names of those who added and changed them."""
    names, found = names_of_operators(session), [OfferedTemplate.of(row) for row in rows]
    return [
        BulletinTemplateShown.of(one, added_by=names.get(one.added_by), changed_by=names.get(one.changed_by))
        for one in found
    ]


def unknown_template() -> NotFound:
    """Return what is said of a template that is not there, or not for this person."""
    return NotFound("Không có mẫu bản tin này, hoặc mẫu đã được xóa.", code="template.unknown")
