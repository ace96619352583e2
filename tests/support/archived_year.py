"""The row of an archived year, as a station has it that archived one long ago."""

from datetime import UTC, datetime

from controller.model.archives import YearArchive

SHA256 = 64 * "7"
_NOTHING = {"aired_last": 0, "aired_hash": "", "journal_last": 0, "journal_hash": ""}


def archived_year(store, year, *, sha256=SHA256, size=4_210_000_000):
    """Note an archive of a year; nothing of it is in the database or on the disk."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    told = {"year": year, "since": begin, "until": end, "file": f"loa-56-{year}.jsonl.gz"}
    told |= {"sha256": sha256, "size": size, "receipts": 24_090_000, "made_at": end.replace(month=2)}
    with store.write() as session:
        session.add(YearArchive(**told, **_NOTHING))
    return year
