"""What became of each loudspeaker in a drill, in words; pure."""

from enum import StrEnum
from typing import Final


class DrillCause(StrEnum):
    """Why a loudspeaker passed a drill or failed it, or why it does not count."""

    HEARD = "heard"
    NO_CONTACT = "no-contact"
    NO_WORD = "no-word"
    NO_RECORDING = "no-recording"
    STORAGE = "storage"
    CLOCK = "clock"
    LATE = "late"
    STOPPED_EARLY = "stopped-early"
    AMPLIFIER = "amplifier"
    TOO_QUIET = "too-quiet"
    UNMEASURED = "unmeasured"
    UNPROVEN = "unproven"
    REFUSED = "refused"
    YIELDED = "yielded"
    POLICY = "policy"
    NOT_AIRED = "not-aired"
    QUARANTINED = "quarantined"
    RETIRED = "retired"


CAUSE_WORDS: Final = {
    DrillCause.HEARD: "Đạt",
    DrillCause.NO_CONTACT: "Mất kết nối",
    DrillCause.NO_WORD: "Còn kết nối nhưng không báo gì về lần phát",
    DrillCause.NO_RECORDING: "Chưa nhận được tệp âm thanh",
    DrillCause.STORAGE: "Bộ nhớ đầy, không nhận được tệp âm thanh",
    DrillCause.CLOCK: "Đồng hồ không đúng giờ",
    DrillCause.LATE: "Bắt đầu muộn",
    DrillCause.STOPPED_EARLY: "Không phát hết",
    DrillCause.AMPLIFIER: "Sau tăng âm không có tiếng",
    DrillCause.TOO_QUIET: "Âm lượng quá nhỏ, không ai nghe được",
    DrillCause.UNMEASURED: "Phát hết nhưng không đo được tiếng ở loa",
    DrillCause.UNPROVEN: "Biên nhận không đáng tin",
    DrillCause.REFUSED: "Cụm loa từ chối phát",
    DrillCause.YIELDED: "Nhường tin quan trọng hơn",
    DrillCause.POLICY: "Giờ yên lặng hoặc hết số phút phát",
    DrillCause.NOT_AIRED: "Lần diễn tập không phát ở đây",
    DrillCause.QUARANTINED: "Đang cách ly",
    DrillCause.RETIRED: "Đã ngừng dùng",
}
"""Each cause in a few words; every page, notice and work order uses the same."""

LEFT_OUT: Final = frozenset({DrillCause.QUARANTINED, DrillCause.RETIRED})
"""Loudspeakers that do not count: nobody expects them to sound."""
NOT_TO_MEND: Final = frozenset(
    {DrillCause.HEARD, DrillCause.YIELDED, DrillCause.POLICY, DrillCause.NOT_AIRED, *LEFT_OUT}
)
"""Causes that a visit at the pole would not change."""
