"""What `loa doctor` and `loa journal` look at."""

from collections.abc import Iterator
from pathlib import Path

from controller.app import utc_now
from controller.errors import BadInput, LoaError
from controller.journal.chain import JournalBroken, verify
from controller.journal.queries import export
from controller.local import opened_store
from controller.settings import Settings
from controller.store.invariants import invariants


def wrong_facts() -> list[str]:
    """Return what must not exist in the database, a sentence each."""
    store = opened_store(Settings())
    try:
        with store.read() as session:
            return list(invariants(session, now=utc_now()))
    finally:
        store.close()


def journal_lines() -> Iterator[str]:
    """Yield the journal as JSON lines."""
    store = opened_store(Settings())
    try:
        with store.read() as session:
            yield from export(session)
    finally:
        store.close()


def verify_file(file: Path, public: str) -> str:
    """Return what a sound journal says of itself; LoaError names the first broken line."""
    try:
        with file.open(encoding="utf-8") as lines:
            checked = verify((line.rstrip("\n") for line in lines), public)
    except JournalBroken as error:
        raise LoaError(f"Dòng {error.line}: {error.sentence}", code=error.code) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Không đọc được tệp «{file}»: {error}.", code="journal.unreadable") from error
    return f"Nhật ký nguyên vẹn: {checked.entries} mục, mục cuối {checked.last_hash}."
