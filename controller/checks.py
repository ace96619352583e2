"""What `loa doctor` and `loa journal` look at."""

from collections.abc import Iterator
from pathlib import Path

from controller.app import utc_now
from controller.errors import BadInput, LoaError, StartFailed
from controller.journal.chain import JournalBroken, verify
from controller.journal.queries import export
from controller.settings import Settings
from controller.store import Store
from controller.store.invariants import invariants


def has_station(settings: Settings) -> bool:
    """Whether a station was ever started here, as far as can be seen without its database."""
    return bool(settings.database_url) or (settings.home / "loa.sqlite").exists()


def opened_store(settings: Settings) -> Store:
    """Return the local station's database, or raise StartFailed where there is none."""
    if not has_station(settings):
        raise StartFailed(
            f"Chưa có đài nào trong «{settings.home}». Hãy chạy «loa up» trước.", code="station.none"
        )
    return Store(settings.database)


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
