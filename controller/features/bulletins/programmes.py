"""Programmes: several items in one recording, written, heard and approved as any bulletin is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.bulletins.queries import get_bulletin, get_revision, usable_bulletin
from controller.features.bulletins.revision_writes import write_revision
from controller.features.bulletins.service import begin_bulletin, check_newest
from controller.features.bulletins.sound_uploads import has_upload
from controller.features.journal.service import record
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinId,
    BulletinState,
    ItemKind,
    RevisionKind,
    after,
)
from controller.model.bulletins import Bulletin, ProgrammeItem
from controller.model.permissions import Act, Operator
from controller.model.wording import clean_text, clean_title
from controller.store import one_write
from devices.ids import AreaCode
from tts.uploads import UploadStore

MOST_ITEMS = 40
"""An hour of short notices; more is several programmes."""
LONGEST_SILENCE = 60
"""Seconds; a longer rest would be taken for the end."""


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a programme as a person asks for it; which fields count, its kind says."""

    kind: ItemKind
    text: str = ""
    bulletin: BulletinId | None = None
    upload: str | None = None
    seconds: int = 0


def check_sounds(uploads: UploadStore, items: Sequence[Item]) -> None:
    """Raise BadInput if the file of an item is not kept (any more)."""
    for item in items:
        if item.upload is not None and not has_upload(uploads, item.upload):
            raise BadInput("Tệp âm thanh này không còn trên máy chủ. Hãy tải lên lại.", code="upload.gone")


@one_write
def draft_programme(
    session: Session,
    *,
    title: str,
    items: Sequence[Item],
    by: Operator,
    now: datetime,
    area: AreaCode | None = None,
    test: bool = False,
    again_if_preempted: bool = False,
) -> Bulletin:
    """Write a new programme for an area (by default the author's own); a draft until it is submitted.

    Bulletins in it must be approved now, when it is submitted and when it is approved.
    `again_if_preempted`: where a higher grade cuts an airing off, it comes again in the next slot.
    """
    bulletin = begin_bulletin(session, title=title, area=area or by.area, test=test, by=by, now=now)
    bulletin.again_if_preempted = again_if_preempted
    _write(session, bulletin, items, by, now)
    record(session, by, "programme.drafted", bulletin.id, now, detail={"items": len(items)})
    return bulletin


@one_write
def revise_programme(
    session: Session,
    programme_id: str,
    *,
    title: str,
    items: Sequence[Item],
    by: Operator,
    now: datetime,
    again_if_preempted: bool = False,
    based_on: int | None = None,
) -> Bulletin:
    """Give a draft (or a returned programme) other items; the wordings before stay as they were.

    `based_on`: the revision that was changed; Conflict if there is a newer one.
    """
    bulletin = usable_bulletin(session, programme_id, by, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    check_newest(bulletin, based_on)
    if get_revision(session, bulletin.id, bulletin.revision).kind is not RevisionKind.PROGRAMME:
        raise Conflict("Bản tin này không phải chương trình.", code="programme.no-programme")
    bulletin.state = after(bulletin.state, BulletinAction.REVISE)
    bulletin.title = clean_title(title)
    bulletin.changed_at = now
    bulletin.again_if_preempted = again_if_preempted
    _write(session, bulletin, items, by, now)
    record(session, by, "programme.revised", bulletin.id, now, detail={"revision": bulletin.revision})
    return bulletin


def _write(session: Session, bulletin: Bulletin, items: Sequence[Item], by: Operator, now: datetime) -> None:
    if not 1 <= len(items) <= MOST_ITEMS:
        raise BadInput(f"Chương trình phải có từ 1 đến {MOST_ITEMS} mục.", code="programme.items")
    rows = [_row(session, bulletin, item, by) for item in items]
    said = "\n\n".join(filter(None, (_read_text(session, row) for row in rows)))
    write_revision(session, bulletin, said, by, now, kind=RevisionKind.PROGRAMME)
    for place, row in enumerate(rows):
        row.bulletin, row.revision, row.place = bulletin.id, bulletin.revision, place
        session.add(row)
    session.flush()


def _row(session: Session, programme: Bulletin, item: Item, by: Operator) -> ProgrammeItem:
    row = ProgrammeItem(kind=item.kind)
    match item.kind:
        case ItemKind.SPEECH:
            row.text = clean_text(item.text)
        case ItemKind.SILENCE:
            if not 1 <= item.seconds <= LONGEST_SILENCE:
                raise BadInput(f"Khoảng lặng phải từ 1 đến {LONGEST_SILENCE} giây.", code="programme.silence")
            row.seconds = item.seconds
        case ItemKind.RECORDING:
            if not item.upload:
                raise BadInput("Mục ghi âm chưa có tệp âm thanh.", code="programme.no-sound")
            row.upload, row.text = item.upload, clean_text(item.text)
        case ItemKind.BULLETIN:
            held = _held(session, programme, item.bulletin, by)
            row.item, row.item_revision = held.id, held.revision
    return row


def _held(session: Session, programme: Bulletin, bulletin_id: BulletinId | None, by: Operator) -> Bulletin:
    """Return the bulletin of an item: approved, no programme itself, and a test only in a test."""
    if bulletin_id is None:
        raise BadInput("Mục bản tin chưa chọn bản tin nào.", code="programme.no-bulletin")
    held = usable_bulletin(session, bulletin_id, by)
    if held.state is not BulletinState.APPROVED:
        raise Conflict(
            f"Bản tin «{held.title}» chưa được duyệt nên chưa đưa vào chương trình được.",
            code="programme.not-approved",
        )
    if get_revision(session, held.id, held.revision).kind is RevisionKind.PROGRAMME:
        raise BadInput("Một chương trình không chứa chương trình khác.", code="programme.nested")
    if held.test != programme.test:
        raise BadInput("Bản tin thử chỉ nằm trong chương trình thử.", code="programme.test")
    return held


def _read_text(session: Session, row: ProgrammeItem) -> str:
    """Return what a person reads of an item; chimes and rests say nothing."""
    if row.item is not None and row.item_revision is not None:
        text = get_revision(session, row.item, row.item_revision).text
        return f"{get_bulletin(session, row.item).title}\n{text}"
    return row.text or ""
