"""Making an archive: written, verified as a stranger would, put in its place, then noted."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from controller.errors import Unavailable
from controller.features.archives.files import check, digest_of, name_of, put_in_place, write_part
from controller.features.archives.lines import sealed
from controller.features.archives.queries import YearSpan, archive_lines, span_of
from controller.features.archives.schemas import ArchiveShown
from controller.features.archives.service import WrittenFile, note_archive
from controller.features.archives.verification import ArchiveReading
from controller.model.permissions import Operator
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode


@dataclass(frozen=True, slots=True)
class MadeArchive:
    """An archive that was made, and where its file lies."""

    shown: ArchiveShown
    file: Path


def make_archive(
    store: Store, settings: Settings, year: int, root_public: str, *, by: Operator, now: datetime
) -> MadeArchive:
    """Write the archive of a year, verify it, and note it; raises BadInput, Conflict, Unavailable.

    Killed at any instant it leaves the database as it was: at most a file that nothing names, which the next
    attempt replaces. The station may run meanwhile.
    """
    if store.signer is None:
        raise RuntimeError("no key to seal with")
    span, folder = span_of(store, year, now), settings.archives_dir
    name = name_of(settings.province, year)
    lines = sealed(archive_lines(store, span, settings.province, root_public, now), store.signer, now)
    part = write_part(folder, name, lines)
    try:
        written = _verified(part, name, span, root_public)
        shown = note_archive(
            store,
            span,
            written,
            AreaCode(settings.province),
            put_in_place=partial(put_in_place, part, folder / name),
            by=by,
            now=now,
        )
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return MadeArchive(shown, folder / name)


def _verified(part: Path, name: str, span: YearSpan, root_public: str) -> WrittenFile:
    """Read what was written as a stranger would; it must hold all of the span, and every signature."""
    reading = check(part, ArchiveReading(root_public))
    facts, digest = reading.facts, digest_of(part)
    ends = (facts.journal, facts.journal_hash, facts.aired, facts.aired_hash)
    if ends != (span.end.journal, span.end.journal_hash, span.end.aired, span.end.aired_hash):
        raise Unavailable("Tệp lưu trữ vừa ghi không đủ: chưa lưu trữ.", code="archive.incomplete")
    if not reading.findings.is_whole:
        raise Unavailable(
            f"Không lưu trữ được: {' '.join(reading.findings.not_proven)}", code="archive.not-proven"
        )
    if digest is None:
        raise Unavailable("Không đọc lại được tệp lưu trữ vừa ghi.", code="archive.disk")
    return WrittenFile(name, *digest, facts.receipts + facts.unsigned + facts.unenrolled)


def is_there(shown: ArchiveShown, folder: Path) -> bool:
    """Whether the file of an archive lies in its folder with the size that was noted."""
    try:
        return (folder / shown.file).stat().st_size == shown.size
    except OSError:
        return False
