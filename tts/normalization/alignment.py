"""From the hits of the rules to the spoken text and its spans."""

from dataclasses import dataclass, field

from tts.normalization.edits import Edits
from tts.normalization.result import ReadingWarning, Span
from tts.normalization.scene import Hit

MARKS = ",:;.?!"  # in rising strength: of two that meet, the stronger one stays


class JoinedSpeech:
    """Words and punctuation marks joined as Vietnamese is written."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._mark = ""
        self._soft = False

    def add(self, spoken: str, *, soft: bool = False) -> None:
        """Add words or one mark; `soft` asks for a comma in case that words follow."""
        if spoken and spoken in MARKS:
            if self._parts and (not self._mark or MARKS.index(spoken) > MARKS.index(self._mark)):
                self._mark = spoken
        elif spoken:
            if self._parts:
                self._parts.append(f"{self._mark or (',' if self._soft else '')} ")
            self._parts.append(spoken)
            self._mark, self._soft = "", False
        self._soft = self._soft or soft

    def text(self) -> str:
        """All that was added, without a soft comma at the end."""
        return "".join(self._parts) + self._mark


@dataclass(slots=True)
class Alignment:
    """Gathers the hits of a whole text."""

    written: str
    edits: Edits = field(default_factory=lambda: Edits(()))
    spans: list[Span] = field(default_factory=list)
    warnings: list[ReadingWarning] = field(default_factory=list)
    _plain: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, start: int, end: int, hit: Hit) -> None:
        """Take in one hit at its place in the whole text; plain neighbours become one span."""
        if hit.warning:
            code, sentence = hit.warning
            self.warnings.append(ReadingWarning(code, sentence, start, end))
        typed = self.edits.typed(self.written, start, end)
        if hit.rule == "plain" and typed is not None:
            self._add_words(start, hit.spoken)
        elif hit.rule == "plain":
            self._plain.append((start, end, hit.spoken))
        else:
            self.close()
            sure = hit.sure and typed is None
            self.spans.append(Span(self.written[start:end], hit.spoken, hit.rule, start, end, sure, typed))

    def _add_words(self, start: int, spoken: str) -> None:
        """Take in a run of plain words word by word: those that mending changed are spans of their own."""
        for word in spoken.split(" "):
            end = start + len(word)
            typed = self.edits.typed(self.written, start, end)
            if typed is None:
                self._plain.append((start, end, word))
            else:
                self.close()
                self.spans.append(Span(self.written[start:end], word, "mended", start, end, False, typed))
            start = end + 1

    def close(self) -> None:
        """End the run of plain words, at a line's end or before another span."""
        if not self._plain:
            return
        start, end = self._plain[0][0], self._plain[-1][1]
        if len(self._plain) == 1:
            spoken = self._plain[0][2]
        else:
            speech = JoinedSpeech()
            for _, _, word in self._plain:
                speech.add(word)
            spoken = speech.text()
        self.spans.append(Span(self.written[start:end], spoken, "plain", start, end))
        self._plain.clear()
