import functools

import lameenc
import numpy as np


@functools.cache
def mp3(seconds=8, hertz=330):
    """A real recording: a soft tone that swells and falls."""
    rate = 24_000
    time = np.arange(rate * seconds) / rate
    wave = 0.2 * np.sin(2 * np.pi * hertz * time) * np.sin(np.pi * time / seconds) ** 2
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(48)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(7)
    encoder.silence()
    samples = (wave * 32_767).astype("<i2").tobytes()
    return bytes(encoder.encode(samples)) + bytes(encoder.flush())
