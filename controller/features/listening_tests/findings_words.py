"""The figures of a listening test in words, for the terminal and the page (pure)."""

from collections.abc import Iterator, Sequence

from controller.features.listening_tests.questions import Condition
from controller.features.listening_tests.statistics import ListeningFindings, Share

CONDITION_WORDS = {Condition.CLEAN: "nghe thẳng", Condition.HORN: "qua loa nén giả lập"}
TONE_WORDS = ("ngang", "sắc", "huyền", "hỏi", "ngã", "nặng", "không chắc")


def percent(share: Share) -> str:
    """Return a share as "83,3 % (75,1 đến 89,2)"; "chưa có" where nobody answered."""
    if not share.of:
        return "chưa có"
    value, low, high = (
        f"{100 * part:.1f}".replace(".", ",") for part in (share.value, share.low, share.high)
    )
    return f"{value} % ({low} đến {high})"


def lines_of(voices: Sequence[str], found: ListeningFindings) -> Iterator[str]:
    """Yield the report as a terminal shows it."""
    for one in found.understood:
        yield (
            f"{voices[one.voice]}, {CONDITION_WORDS[one.condition]}: {one.listeners} người nghe; "
            f"từ nghe sai {percent(one.word_errors)}; câu đúng hết {percent(one.whole_sentences)}; "
            f"đúng dấu {percent(one.tones)}"
        )
    for each in found.preferred:
        yield (
            f"{voices[each.first]} rõ hơn {voices[each.second]}, "
            f"{CONDITION_WORDS[each.condition]}: {percent(each.preferred)}; như nhau {each.no_difference} lần"
        )
    for voice, table in zip(voices, found.confusions, strict=True):
        yield f"{voice}: dấu được đọc (hàng) và dấu nghe ra ({', '.join(TONE_WORDS)})"
        for tone, row in zip(TONE_WORDS, table, strict=False):
            yield f"  {tone:<6}" + "".join(f"{count:>5}" for count in row)
