"""Progress on a terminal: one bar per stage, on standard error; see docs/commands.md."""

import sys
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STAGES = {
    "reading": "1. Đọc hiểu văn bản",
    "speaking": "2. Đọc thành tiếng (câu)",
    "mixing": "3. Ghép nhạc hiệu, cân âm lượng",
    "encoding": "4. Nén tệp âm thanh",
    "done": "5. Lưu tệp âm thanh",
}
FETCHED, STARTED, FINISHED = "6. Loa đã tải", "7. Loa đã phát tiếng", "8. Loa đã phát xong"
_FEW = 5  # without a terminal, a line is printed at each fifth of a stage


@dataclass
class Stages:
    """Progress bars; a stage appears when it is first reported. Without a terminal, lines are printed."""

    quiet: bool = False
    _progress: "Progress | None" = None
    _tasks: "dict[str, TaskID]" = field(default_factory=dict)
    _printed: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        if not self.quiet and sys.stderr.isatty():
            self._progress = _bars()
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def say(self, sentence: str) -> None:
        """Print a line above the bars."""
        if self.quiet:
            return
        if self._progress is None:
            print(sentence, file=sys.stderr)  # noqa: T201 - a command speaks
        else:
            self._progress.console.print(sentence, soft_wrap=True)

    def show(self, stage: str, done: int, total: int) -> None:
        """Show `done` of `total`; a stage never goes back."""
        if self.quiet or total <= 0:
            return
        if self._progress is None:
            self._line(stage, done, total)
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)

    def _line(self, stage: str, done: int, total: int) -> None:
        step = done * _FEW // total
        if self._printed.get(stage, -1) < step:
            self._printed[stage] = step
            print(f"{stage}: {done}/{total}", file=sys.stderr)  # noqa: T201 - a command speaks


def _bars() -> "Progress":
    """Return bars on standard error. rich takes 6 MB, and a station that runs by itself shows no bars."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False),
    )
