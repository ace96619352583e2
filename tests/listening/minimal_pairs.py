"""How well the tones of the offline voice are told apart (docs/speech.md).

Run as `python -m tests.listening.minimal_pairs`. Each word stands in a carrier sentence in which any of its
tones could stand. The recogniser's network is asked how probable the said tone is among all tones that make a
word of it, with the rest of the sentence as said. That sees changes that word errors do not.
Tune on one half, decide on the other: `--half decide --json >before`, change the voice, `--against before`.
Fifteen carriers a voice and half, some three seconds of processor each.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tests.support.recogniser_network import choice, hearings, is_one_token
from tts.engines.kokoro import KokoroEngine

HALVES = {
    "tune": {
        "nặng": "vợ xạ mẹ hại phụ nợ bạn lạnh chị đạo",
        "ngã": "mã vỡ đỗ mãi cũ lẽ mũ lễ lãnh hãng",
        "hỏi": "mả mở tỉnh bảo cổ hải chỉ bản đảm quả",
    },
    "decide": {
        "nặng": "vị tạ cụ dại mạng họa lại mạnh bị vạn",
        "ngã": "xã ngõ mỡ hãi quỹ bão lỗi kẽ lẫn đã",
        "hỏi": "tả đổ bỏ phủ cảnh cải để sản đảo kể",
    },
}
CARRIERS = ("Từ {} đi trước từ {} trong bài.", "Đây là từ {}, kia là từ {}.")
"""Within a phrase, and at its end."""
_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_FLOOR = -8.0
"""A log-probability below is counted as this: how hopeless a word is says nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One word of one voice: means over the two hearings."""

    voice: str
    tone: str
    word: str
    log_probability: float
    probability: float
    """Of the said tone among the word's tones."""


def spoken_words(half: dict[str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Carrier sentences, each with its two words and their tones; a tone is as often first as second."""
    words = {tone: iter(listed.split()) for tone, listed in half.items()}
    tones = list(words)
    for number in range(sum(len(listed.split()) for listed in half.values()) // 2):
        first, second = tones[number % 3], tones[(number + 1) % 3]
        if number // 3 % 2:
            first, second = second, first
        pair = [(next(words[first]), first), (next(words[second]), second)]
        yield CARRIERS[number % 2].format(*(word for word, _ in pair)), pair


def tones_of(word: str) -> list[str]:
    """The word in each of its tones for which the recogniser has a token, the said one first."""
    letters = unicodedata.normalize("NFD", word)
    (mark,) = (letter for letter in letters if letter in _MARKS)
    all_tones = (unicodedata.normalize("NFC", letters.replace(mark, other)) for other in ("", *_MARKS))
    return [word, *(other for other in all_tones if other != word and is_one_token(other))]


def judged(engine: KokoroEngine, voice: str, half: dict[str, str]) -> Iterator[Judged]:
    """Speak the half's carriers and have them heard."""
    for sentence, pair in spoken_words(half):
        sound = engine.speak(sentence, voice, 1.0)
        heard = hearings(sound.samples, sound.sample_rate)
        words = sentence.lower().replace(",", "").replace(".", "").split()
        for word, tone in pair:
            place = len(words) - 1 - words[::-1].index(word)
            scores = [choice(hearing, words, place, tones_of(word))[0] for hearing in heard]
            floored = float(np.maximum(scores, _FLOOR).mean())
            yield Judged(voice, tone, word, floored, float(np.exp(scores).mean()))


def table(now: Sequence[Judged], before: Sequence[Judged]) -> str:
    """A line a tone in Markdown; differences in pairs, with the standard error over words."""
    lines = ["| tone | words | probability | log-probability | difference |", "|" + "---|" * 5]
    old = {(one.voice, one.word): one for one in before}
    for tone in dict.fromkeys(one.tone for one in now):
        mine = [one for one in now if one.tone == tone]
        apart: dict[str, list[float]] = defaultdict(list)
        for one in mine:
            if (one.voice, one.word) in old:
                apart[one.word].append(one.log_probability - old[one.voice, one.word].log_probability)
        means = np.array([np.mean(found) for found in apart.values()])
        chance = means.std(ddof=1) / len(means) ** 0.5 if len(means) > 1 else np.nan
        difference = f"{means.mean():+.2f} ± {chance:.2f}" if len(means) else ""
        shares = np.mean([one.probability for one in mine]), np.mean([one.log_probability for one in mine])
        lines.append(f"| {tone} | {len(mine)} | {shares[0]:.2f} | {shares[1]:+.2f} | {difference} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or JSON."""
    options = argparse.ArgumentParser(prog="python -m tests.listening.minimal_pairs", description=__doc__)
    options.add_argument("--half", choices=HALVES, default="tune")
    options.add_argument("--voice", action="append", choices=[voice.name for voice in KokoroEngine.voices])
    options.add_argument("--json", action="store_true", help="each word's figures")
    options.add_argument("--against", type=Path, help="what --json printed of another voice")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = KokoroEngine(Path(folder))
        voices = chosen.voice or [voice.name for voice in KokoroEngine.voices[:2]]
        found = [one for voice in voices for one in judged(engine, voice, HALVES[chosen.half])]
    if chosen.json:
        sys.stdout.write(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1) + "\n")
        return
    before = [Judged(**one) for one in json.loads(chosen.against.read_text())] if chosen.against else []
    sys.stdout.write(table(found, before) + "\n")


if __name__ == "__main__":
    main()
