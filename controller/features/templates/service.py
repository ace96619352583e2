"""Writes of an area's own templates; one function, one transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.accounts.queries import require, sees
from controller.features.areas.queries import get_area
from controller.features.bulletins.queries import get_revision, usable_bulletin
from controller.features.journal.service import record
from controller.features.templates.queries import (
    OfferedTemplate,
    get_template,
    live_template,
    unknown_template,
)
from controller.model.bulletin_states import RevisionKind
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.row_versions import check_version
from controller.model.templates import BulletinTemplate, TemplateId
from controller.model.wording import clean_text, clean_title, digest_of
from controller.store import one_write
from devices.ids import AreaCode

MAY_KEEP = Act.TEACH
"""Who keeps an area's templates keeps its words: what both offer is used by everybody below."""


@one_write
def add_template(
    session: Session, *, title: str, text: str, by: Operator, now: datetime, area: str | None = None
) -> BulletinTemplate:
    """Offer a text in an area (by default the person's own) and below it."""
    place = get_area(session, AreaCode(area or by.area)).code
    require(session, by, MAY_KEEP, place)
    title, text = clean_title(title), clean_text(text)
    _check_free(session, title, place)
    row = BulletinTemplate(
        id=TemplateId(new_id(now)), title=title, text=text, area=place, added_by=by.id, added_at=now
    )
    session.add(row)
    session.flush()
    record(session, by, "template.added", row.id, now, detail=_detail(row))
    return row


@one_write
def add_template_of(session: Session, bulletin_id: str, *, by: Operator, now: datetime) -> BulletinTemplate:
    """Offer the newest wording of a bulletin in the area that it belongs to."""
    bulletin = usable_bulletin(session, bulletin_id, by)
    require(session, by, MAY_KEEP, bulletin.area)
    revision = get_revision(session, bulletin.id, bulletin.revision)
    if revision.kind is not RevisionKind.TEXT:
        raise Conflict("Chỉ bản tin bằng chữ mới lưu làm mẫu được.", code="template.not-a-text")
    return add_template(session, title=bulletin.title, text=revision.text, by=by, now=now, area=bulletin.area)


@one_write
def change_template(
    session: Session,
    template_id: str,
    *,
    title: str,
    text: str,
    by: Operator,
    now: datetime,
    based_on: str | None = None,
) -> BulletinTemplate:
    """Give a template other words; bulletins that were made from it stay as they are.

    `based_on`: the version that was changed; Newer where it has other words by now.
    """
    row = _kept(session, template_id, by, based_on)
    title, text = clean_title(title), clean_text(text)
    if (title, text) == (row.title, row.text):
        return row
    if title != row.title:
        _check_free(session, title, row.area)
    row.title, row.text, row.changed_by, row.changed_at = title, text, by.id, now
    session.flush()
    record(session, by, "template.changed", row.id, now, detail=_detail(row))
    return row


@one_write
def remove_template(
    session: Session, template_id: str, *, by: Operator, now: datetime, based_on: str | None = None
) -> BulletinTemplate:
    """Offer a template no more; its row stays as history. `based_on` as for a change."""
    row = _kept(session, template_id, by, based_on)
    row.removed_by, row.removed_at = by.id, now
    session.flush()
    record(session, by, "template.removed", row.id, now, detail=_detail(row))
    return row


@one_write
def remove_template_named(
    session: Session, title: str, area: AreaCode, *, by: Operator, now: datetime
) -> BulletinTemplate:
    """Offer the template of a title in exactly this area no more; raises NotFound."""
    row = live_template(session, clean_title(title), area)
    if row is None:
        raise unknown_template()
    return remove_template(session, row.id, by=by, now=now)


def _kept(session: Session, template_id: str, by: Operator, based_on: str | None) -> BulletinTemplate:
    row = get_template(session, TemplateId(template_id), lock=True)
    if not sees(session, by, row.area):
        raise unknown_template()
    require(session, by, MAY_KEEP, row.area)
    if row.removed_at is not None:
        raise unknown_template()
    check_version(based_on, OfferedTemplate.of(row).version, what="mẫu", code="template.newer")
    return row


def _check_free(session: Session, title: str, area: AreaCode) -> None:
    if live_template(session, title, area) is not None:
        raise Conflict(f"Đã có mẫu tên «{title}». Hãy sửa mẫu ấy, hoặc đặt tên khác.", code="template.taken")


def _detail(row: BulletinTemplate) -> dict[str, str]:
    return {"title": row.title, "text_sha256": digest_of(row.text), "area": row.area}
