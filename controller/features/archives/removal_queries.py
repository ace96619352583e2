"""Reads of removal: why the receipts of a year may not go yet, what would go, how far it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.archives.queries import KEPT, WAITS, archive_shown, year_begins
from controller.features.archives.schemas import RemovalForecast
from controller.model.airings import Airing, StoredReceipt
from controller.model.archives import ReceiptRemoval, YearArchive
from controller.model.journal import Entry
from controller.settings import Settings
from controller.store import one_read


@dataclass(frozen=True, slots=True)
class RemovalRefused:
    """Why the receipts of a year may not go."""

    code: str
    sentence: str


def get_archive(session: Session, year: int) -> YearArchive:
    """Return the archive of a year; raises NotFound."""
    row = session.get(YearArchive, year)
    if row is None:
        raise NotFound(f"Năm {year} chưa có tệp lưu trữ.", code="archive.unknown")
    return row


def is_kept(year: int, kept_years: int | None, now: datetime) -> bool:
    """Return whether the settings have the receipts of a year stay in the database; None: of all years."""
    return kept_years is None or now < year_begins(year + 1 + kept_years)


def why_none_may_go(
    session: Session, archive: YearArchive, settings: Settings, now: datetime
) -> RemovalRefused | None:
    """Return why the receipts of a year may not be ordered to go now; None: they may."""
    year, kept_years = archive.year, settings.receipts_kept_years
    if session.get(ReceiptRemoval, year) is not None:
        return RemovalRefused("archive.removal-ordered", f"Biên nhận năm {year} đã có lệnh xóa.")
    if kept_years is None:
        return RemovalRefused(
            KEPT, "Đài này giữ mọi biên nhận trong cơ sở dữ liệu: chưa đặt LOA_RECEIPTS_KEPT_YEARS."
        )
    if is_kept(year, kept_years, now):
        return RemovalRefused(
            KEPT,
            f"Biên nhận năm {year} còn phải giữ đến hết năm {year + kept_years} (LOA_RECEIPTS_KEPT_YEARS).",
        )
    done = select(ReceiptRemoval.year).where(ReceiptRemoval.ended_at.is_not(None))
    before = select(func.min(YearArchive.year)).where(YearArchive.year.not_in(done))
    first = session.scalar(before.where(YearArchive.year < year))
    if first is not None:
        return RemovalRefused("archive.earlier-first", f"Hãy xóa xong biên nhận năm {first} trước.")
    return None


@one_read
def removal_forecast(
    session: Session, year: int, settings: Settings, now: datetime, *, counted: bool
) -> RemovalForecast:
    """Return what would leave the database, and why not now; `counted`: to the row, which reads the year."""
    archive = get_archive(session, year)
    refused = why_none_may_go(session, archive, settings, now)
    told = RemovalForecast(
        archive=archive_shown(session, archive), refused=None if refused is None else refused.sentence
    )
    if counted:
        came = (StoredReceipt.received_at >= archive.since, StoredReceipt.received_at < archive.until)
        told.there = session.scalar(select(func.count()).select_from(StoredReceipt).where(*came)) or 0
        going = (
            select(func.count(), func.count(Airing.id.distinct()))
            .select_from(StoredReceipt)
            .join(Airing, Airing.id == StoredReceipt.airing)
            .where(*came, StoredReceipt.sealed.is_not(None), StoredReceipt.seq.is_not(None))
            .where(Airing.starts_at >= archive.since, Airing.starts_at < archive.until)
            .where(Airing.ended_at.is_not(None), Airing.noted_at.is_not(None))
        )
        told.going, told.airings = session.execute(going).one()
    return told


@dataclass(frozen=True, slots=True)
class OpenRemoval:
    """A year whose receipts go, and what its file must be."""

    year: int
    went_through: int
    file: str
    sha256: str
    """Empty where the row and the journal, which is signed, do not agree: no file is the right one then."""
    receipts: int
    waits: str | None


@one_read
def open_removal(session: Session) -> OpenRemoval | None:
    """Return the year whose receipts are to go now; of several the first."""
    query = select(ReceiptRemoval, YearArchive).join(YearArchive, YearArchive.year == ReceiptRemoval.year)
    row = session.execute(
        query.where(ReceiptRemoval.ended_at.is_(None)).order_by(ReceiptRemoval.year).limit(1)
    ).first()
    if row is None:
        return None
    removal, archive = row
    made = select(Entry.detail).where(Entry.act == "archive.made", Entry.subject == str(archive.year))
    digests = {detail.get("sha256") for detail in session.scalars(made)}
    sha256 = archive.sha256 if digests == {archive.sha256} else ""
    return OpenRemoval(
        removal.year, removal.went_through, archive.file, sha256, archive.receipts, removal.waits
    )


@one_read
def waiting_removals(session: Session) -> list[tuple[int, str]]:
    """Return years whose receipts should go and do not, each with a sentence why."""
    query = select(ReceiptRemoval.year, ReceiptRemoval.waits).where(
        ReceiptRemoval.ended_at.is_(None), ReceiptRemoval.waits.is_not(None)
    )
    return [(year, WAITS.get(why or "", why or "")) for year, why in session.execute(query)]
