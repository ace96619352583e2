"""Checks an archive that somebody brings: by the file, the root's public key, and checkpoints, if any."""

from dataclasses import dataclass
from pathlib import Path

from controller.errors import BadInput
from controller.features.archives.files import check
from controller.features.archives.verification import ArchiveFacts, ArchiveReading, station_keys_of
from controller.features.evidence.findings import Findings
from controller.features.journal.chain import JournalBroken
from controller.features.journal.export import read_checkpoints


@dataclass(frozen=True, slots=True)
class CheckedArchive:
    """What a file shows."""

    facts: ArchiveFacts
    findings: Findings


def verify_archive(file: Path, root_public: str, checkpoints: Path | None = None) -> CheckedArchive:
    """Check a file from its first line to its seal; raise LoaError at what is broken, or BadInput."""
    reading = check(file, ArchiveReading(root_public))
    if checkpoints is not None:
        try:
            lines = checkpoints.read_text("utf-8").splitlines()
            witnessed = read_checkpoints(lines, station_keys_of(reading))
        except JournalBroken as broken:
            raise BadInput(f"Tệp {checkpoints.name}, dòng {broken.line}: {broken.sentence}") from broken
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(
                f"Không đọc được tệp «{checkpoints}»: {error}.", code="archive.unreadable"
            ) from error
        reading = check(file, ArchiveReading(root_public, witnessed))
    return CheckedArchive(reading.facts, reading.findings)
