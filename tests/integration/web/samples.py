"""The voice of a site in tests: what it was asked to say; the same sound, or that of a real sampler."""

from dataclasses import dataclass, field
from typing import Any

from controller.model.wording import ReadingPace
from tests.support.swelling_tone import mp3


@dataclass(kw_only=True)
class Samples:
    """The part of `controller.http.station.Station` that speaks while a page waits."""

    samples: list = field(default_factory=list)
    phrases: list = field(default_factory=list)
    paces: set = field(default_factory=set)
    ahead: dict = field(default_factory=dict)
    sampler: Any = None
    """A real one, for tests that hear it."""
    speaker_ahead: Any = None

    def sample(self, text, area, pace=ReadingPace.USUAL):
        self.samples.append((text, area))
        self.paces.add(pace)
        return mp3(2)

    def sample_phrase(self, spoken, place, by, pace):
        self.phrases.append((spoken, place, by))
        return self.sampler.phrase(spoken, place, by, pace) if self.sampler else mp3(2)

    def speak_ahead(self, by, sentences, pace):
        self.ahead[by] = list(sentences)
        if self.speaker_ahead:
            self.speaker_ahead.offer(by, sentences, pace)
