"""What pages say of the state of a bulletin, and of a recording in the making."""

from dataclasses import dataclass

from controller.http.named import Named
from controller.http.signs import Sign, StatusTone, unnamed
from controller.model.bulletin_states import BulletinState, RenderingState
from tts.orders import Progress

BULLETIN_SIGNS = Named(
    {
        BulletinState.DRAFT: Sign("Bản nháp", "edit", StatusTone.CALM),
        BulletinState.SUBMITTED: Sign("Chờ duyệt", "clock-pause", StatusTone.WORK),
        BulletinState.APPROVED: Sign("Đã duyệt", "shield-check", StatusTone.GOOD),
        BulletinState.RETURNED: Sign("Bị trả lại", "arrow-back-up", StatusTone.WARN),
        BulletinState.WITHDRAWN: Sign("Đã rút", "x", StatusTone.BAD),
    },
    unnamed,
)


@dataclass(frozen=True, slots=True)
class Making:
    """A recording in the making."""

    bulletin: str
    title: str
    state: RenderingState
    progress: Progress | None = None
    fault: str | None = None

    @property
    def words(self) -> str:
        """What is being done, with the phrase's number while it speaks."""
        if self.state is RenderingState.FAILED:
            return self.fault or "Chưa dựng được âm thanh."
        return progress_words(self.progress, self.fault)


def progress_words(progress: Progress | None, why: str | None = None) -> str:
    """Return what is being done for a recording; None: it waits for its turn; `why`: a machine left it."""
    if progress is None:
        return "Chờ đến lượt dựng âm thanh" + (f". {why}" if why else "")
    words = Named(
        {
            "reading": "Đang phân tích văn bản",
            "speaking": f"Đang đọc câu {progress.done}/{progress.total}",
            "mixing": "Đang ghép nhạc hiệu và lời đọc",
            "encoding": "Đang nén thành tệp âm thanh",
            "done": "Đã dựng xong",
        },
        lambda _: "Đang dựng âm thanh",
    )
    return words[progress.stage]
