"""The voice of a site in tests: what it was asked to say; the same sound, or that of a real sampler."""

from dataclasses import dataclass, field
from typing import Any

from tests.support.swelling_tone import mp3


@dataclass(kw_only=True)
class Samples:
    """The part of `controller.http.station.Station` that speaks while a page waits."""

    samples: list = field(default_factory=list)
    phrases: list = field(default_factory=list)
    speeches: list = field(default_factory=list)
    ahead: dict = field(default_factory=dict)
    sampler: Any = None
    """A real one, for tests that hear it."""
    speaker_ahead: Any = None

    def sample(self, text, area, speech=None):
        self.samples.append((text, area))
        self.speeches.append(speech)
        return mp3(2)

    def sample_phrase(self, spoken, place, by, speech):
        self.phrases.append((spoken, place, by))
        self.speeches.append(speech)
        return self.sampler.phrase(spoken, place, by, speech) if self.sampler else mp3(2)

    def speak_ahead(self, by, sentences, speech):
        self.ahead[by] = list(sentences)
        self.speeches.append(speech)
        if self.speaker_ahead:
            self.speaker_ahead.offer(by, sentences, speech)
