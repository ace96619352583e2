"""`loa recordings copy`: recordings, or uploads, between folders and buckets; docs/several-machines.md."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from controller.errors import BadInput, LoaError, NotFound, Unavailable
from controller.host.home_folder import make_home
from controller.host.sound_stores import file_store_at, folder_at
from controller.settings import Settings
from tts.errors import NoSpace, StoreAway
from tts.store_copies import copy_store

_TOLD_EACH = 100
"""Files between two lines that say how far it is."""
_MOST_NAMED = 20
"""Damaged files that are named."""


def copy_sounds(
    settings: Settings, source: str, target: str, tell: Callable[[str], None]
) -> tuple[list[str], bool]:
    """Copy what the target lacks; return what to tell the person, and whether every file was whole.

    Raises BadInput, NotFound, StartFailed or Unavailable.
    """
    if source.rstrip("/") == target.rstrip("/"):
        raise BadInput("Nơi lấy và nơi nhận là một.", code="recordings.same")
    folder = folder_at(source)
    if folder is not None and not folder.is_dir():
        raise NotFound(f"Không có thư mục «{source}».", code="recordings.no-folder")
    make_home(settings.home)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix="copy-", ignore_cleanup_errors=True) as near:
        name = Path(near).name
        taken, given = (
            file_store_at(source, settings, f"{name}/from"),
            file_store_at(target, settings, f"{name}/to"),
        )
        try:
            done = copy_store(taken, given, lambda number, of: _say(tell, number, of))
        except (StoreAway, NoSpace) as error:
            raise _broken_off(error.sentence, error.code) from error
        except OSError as error:
            raise _broken_off(f"{error}.", "recordings.copy") from error
    lines = [f"Tệp hỏng, không chép: {name}" for name in done.damaged[:_MOST_NAMED]]
    lines.append(
        f"Đã chép {done.copied} tệp từ «{source}» sang «{target}»; {done.there_already} tệp đã có; "
        f"{len(done.damaged)} tệp hỏng."
    )
    return lines, not done.damaged


def _say(tell: Callable[[str], None], number: int, of: int) -> None:
    if number % _TOLD_EACH == 0:
        tell(f"{number}/{of} tệp")


def _broken_off(sentence: str, code: str) -> LoaError:
    return Unavailable(f"Việc chép dừng giữa chừng: {sentence} Chạy lại lệnh này thì chép tiếp.", code=code)
