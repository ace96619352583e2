"""How well the offline voices are understood, clean and through a horn: `make listen` (docs/speech.md).

Every sentence is spoken in the female and the male voice and by espeak-ng, goes through the whole chain to a
decoded MP3, and is heard by a recogniser that knows nothing of Loa. Two processes with one thread each; ten
to fifteen minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from tests.listening.chain import Appetite, Speaker, Verdict, appetite, judged
from tests.listening.sentences import SETS, sentences
from tests.support.recogniser import character_errors, standard_error, word_errors
from tts.engines.espeak import EspeakEngine
from tts.engines.kokoro import KokoroEngine

_PROCESSES = 2
_SENTENCE_SECONDS = 120.0
"""A sentence that takes longer hangs."""
_AT_LEAST = 2
"""Sentences of a set: one says nothing of chance."""


@dataclass(frozen=True, slots=True)
class Score:
    """Pooled error rates of one set of sentences, and how far chance may have moved the word error rates."""

    clean_wer: float
    clean_cer: float
    horn_wer: float
    horn_cer: float
    clean_standard_error: float
    horn_standard_error: float


@dataclass(frozen=True, slots=True)
class Report:
    """One voice's figures."""

    speaker: Speaker
    scores: dict[str, Score]
    rests_a_hundred_syllables: float
    cpu_a_second: float
    appetite: Appetite


def scored(verdicts: list[Verdict]) -> Score:
    """Of at least two verdicts."""
    clean = [(one.said, one.clean) for one in verdicts]
    horn = [(one.said, one.horn) for one in verdicts]
    return Score(
        word_errors(clean),
        character_errors(clean),
        word_errors(horn),
        character_errors(horn),
        standard_error(clean),
        standard_error(horn),
    )


def report(speaker: Speaker, prepared: Path, count: int, pool: ProcessPoolExecutor) -> Report:
    """Have `count` sentences of each set judged by two processes."""
    asked = [(kind, sentence) for kind in SETS for sentence in sentences(kind)[:count]]
    running = [pool.submit(judged, prepared, speaker, *one) for one in asked]
    verdicts = [one.result(_SENTENCE_SECONDS * len(asked)) for one in running]
    spoken = sum(one.speech_seconds for one in verdicts)
    return Report(
        speaker,
        {kind: scored([one for one in verdicts if one.kind == kind]) for kind in SETS},
        rests_a_hundred(verdicts),
        sum(one.cpu_seconds for one in verdicts) / spoken,
        _alone(partial(appetite, prepared, speaker)),
    )


def rests_a_hundred(verdicts: list[Verdict]) -> float:
    """How often the voice rests for 0.2 s or more, a hundred syllables, in sentences without a comma."""
    judged = [(one.rests, len(one.said.split())) for one in verdicts if one.rests is not None]
    return 100 * sum(rests for rests, _ in judged) / max(1, sum(words for _, words in judged))


def _alone(act: partial[Appetite]) -> Appetite:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(act).result(_SENTENCE_SECONDS)


def as_table(reports: list[Report]) -> str:
    """The figures as a table in Markdown."""
    rates = "clean WER | clean CER | horn WER | horn CER | clean ± | horn ±"
    head = f"| voice | sentences | {rates} | rests | CPU s/s | first sound | memory |"
    lines = [head, "|" + "---|" * 12]
    for one in reports:
        for kind, score in one.scores.items():
            errors = " | ".join(f"{rate:.3f}" for rate in asdict(score).values())
            needs = f"{one.appetite.first_sound_seconds:.2f} s | {one.appetite.peak_megabytes:.0f} MB"
            name = f"{one.speaker.engine} {one.speaker.voice}"
            rests = f"{one.rests_a_hundred_syllables:.1f}"
            lines.append(f"| {name} | {kind} | {errors} | {rests} | {one.cpu_a_second:.3f} | {needs} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or JSON."""
    options = argparse.ArgumentParser(prog="python -m tests.listening", description=__doc__)
    options.add_argument("--json", action="store_true", help="figures as JSON")
    options.add_argument("--count", type=int, default=50, help="sentences of each set (50)")
    options.add_argument("--voice", action="append", help="only this voice; may be given again")
    chosen = options.parse_args()
    if chosen.count < _AT_LEAST:
        options.error(f"--count: {_AT_LEAST} at least")
    logging.disable(logging.WARNING)
    speakers = [Speaker("loa", voice.name) for voice in KokoroEngine.voices[:2]]
    if shutil.which("espeak-ng"):
        speakers.append(Speaker("espeak", EspeakEngine.voices[0].name))
    else:
        sys.stderr.write("espeak-ng is not installed: no comparison\n")
    if chosen.voice:
        speakers = [one for one in speakers if one.voice in chosen.voice]
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder)
        with ProcessPoolExecutor(_PROCESSES, multiprocessing.get_context("spawn")) as pool:
            reports = [report(one, prepared, chosen.count, pool) for one in speakers]
    if chosen.json:
        sys.stdout.write(json.dumps([asdict(one) for one in reports], ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(as_table(reports) + "\n")


if __name__ == "__main__":
    main()
