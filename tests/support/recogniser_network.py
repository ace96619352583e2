"""The network inside `viet-asr`, run by itself: how probable a given text is, and not only the best one.

A streaming network (conformer, CTC): 80 mel bands every 10 ms in, probabilities of syllables every 40 ms out.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from tests.support.recogniser import HEARS_AT

_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 80, 20.0, 8000.0
_FRAME, _STEP, _SPECTRUM = 400, 160, 512
_CHUNK, _CHUNK_STEP, _CHUNK_GIVES = 43, 40, 10
_FIRST_OFFSET = 40
"""The network counts from behind an empty past of 40 of its own frames."""
_SILENCE_SECONDS = (0.30, 0.47)
"""Before the sentence, in one hearing each: where chunks begin changes a tenth of the words."""
_AFTER_SECONDS = 0.7
_BLANK = 0
_WORD = "▁"


def hearings(samples: NDArray[np.float32], sample_rate: int) -> list[NDArray[np.float64]]:
    """Log-probabilities (frames, tokens) of one sentence, heard after 0.30 and after 0.47 s of silence."""
    at_16k = np.clip(soxr.resample(samples, sample_rate, HEARS_AT), -1, 1)
    room = len(at_16k) + int((max(_SILENCE_SECONDS) + _AFTER_SECONDS) * HEARS_AT)
    padded = np.zeros((len(_SILENCE_SECONDS), room), np.float32)
    for row, seconds in zip(padded, _SILENCE_SECONDS, strict=True):
        row[int(seconds * HEARS_AT) :][: len(at_16k)] = at_16k
    return list(_network_output(np.stack([_bands(row) for row in padded])))


def choice(
    heard: NDArray[np.float64], words: Sequence[str], place: int, others: Sequence[str]
) -> list[float]:
    """Log-probability of each of the words at a place, given that it is one of them and the rest as said."""
    scores = [text_score(heard, [*words[:place], word, *words[place + 1 :]]) for word in others]
    whole = np.logaddexp.reduce(scores)
    return [float(score - whole) for score in scores]


def text_score(heard: NDArray[np.float64], words: Sequence[str]) -> float:
    """Log-probability of exactly these words, summed over every way to place them in time (CTC)."""
    tokens = [_tokens()[_WORD + unicodedata.normalize("NFC", word)] for word in words]
    path = np.array([_BLANK, *(part for token in tokens for part in (token, _BLANK))])
    may_skip = np.zeros(len(path), bool)
    may_skip[3::2] = path[3::2] != path[1:-2:2]
    sum_to = np.full(len(path), -np.inf)
    sum_to[:2] = heard[0, path[:2]]
    for frame in heard[1:]:
        once = np.concatenate([[-np.inf], sum_to[:-1]])
        twice = np.where(may_skip, np.concatenate([[-np.inf] * 2, sum_to[:-2]]), -np.inf)
        sum_to = np.logaddexp(np.logaddexp(sum_to, once), twice) + frame[path]
    return float(np.logaddexp(sum_to[-1], sum_to[-2]))


def is_one_token(word: str) -> bool:
    """Whether the network has a token for the whole syllable, so that it can be compared with others."""
    return _WORD + unicodedata.normalize("NFC", word) in _tokens()


def _embedded(name: str) -> bytes:
    import vietasr

    folder = Path(vietasr.__file__).parent / "_native"
    ctypes.CDLL(str(folder / "libonnxruntime.so.1"), mode=ctypes.RTLD_GLOBAL)  # the other one needs it
    library = ctypes.CDLL(str(folder / "libvietasr.so"))
    size = ctypes.c_uint64.in_dll(library, f"{name}_size").value
    return ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(library, name)), size)


@cache
def _tokens() -> dict[str, int]:
    lines = _embedded("vietasr_asr_vocab").decode().splitlines()
    return {line.rpartition(" ")[0]: number for number, line in enumerate(lines)}


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    model = _embedded("vietasr_asr_model_onnx")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _network_output(bands: NDArray[np.float32]) -> NDArray[np.float64]:
    """(hearings, frames, tokens) from (hearings, frames of 10 ms, bands)."""
    many = len(bands)
    past, lungs = np.zeros((many, 12, 4, 40, 224), np.float32), np.zeros((many, 12, 448, 30), np.float32)
    given = []
    for number, begin in enumerate(range(0, bands.shape[1] - _CHUNK + 1, _CHUNK_STEP)):
        offset = np.full((many, 1), _FIRST_OFFSET + number * _CHUNK_GIVES, np.int64)
        fed = {
            "chunk": bands[:, begin : begin + _CHUNK],
            "offset": offset,
            "att_cache": past,
            "cnn_cache": lungs,
        }
        logarithms, past, lungs = _session().run(None, fed)
        given.append(logarithms)
    return np.concatenate(given, axis=1, dtype=np.float64)


def _bands(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithms of mel bands as Kaldi counts them, of samples as 16-bit numbers."""
    rounded = np.round(samples.astype(np.float64) * 32767)
    frames = np.lib.stride_tricks.sliding_window_view(rounded, _FRAME)[::_STEP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME) ** 0.85, _SPECTRUM)) ** 2
    return np.log(np.maximum(power @ _filters().T, np.finfo(np.float32).eps)).astype(np.float32)


@cache
def _filters() -> NDArray[np.float64]:
    """(bands, bins of the spectrum): triangles evenly spaced in mel."""
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), _BANDS + 2)
    bins = _mel(np.arange(_SPECTRUM // 2 + 1) * HEARS_AT / _SPECTRUM)
    step = edges[1] - edges[0]
    return np.maximum(0.0, 1 - np.abs(bins[None] - edges[1:-1, None]) / step)


def _mel(hertz: Any) -> Any:
    return 1127.0 * np.log1p(hertz / 700.0)
