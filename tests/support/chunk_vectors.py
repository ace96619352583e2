"""Vectors of chunks: a recording as it is sent, chunks that are forged, and bitmaps of what is missing."""

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

from devices.chunks import Bitmap, manifest_of, sent_forms, want_of
from devices.ids import NodeId
from devices.messages import Manifest


def chunks() -> dict[str, Any]:
    """Return a manifest, chunks as they are sent, forged ones, and bitmaps of what is missing."""
    data = random.Random(7).randbytes(5_000)
    manifest = manifest_of(data, codec="mp3", sample_rate=24_000, duration_ms=1_000, chunk_size=1_024)
    sent = sent_forms(data, manifest.chunk_size)
    bitmaps = []
    for count, held in (
        (10, {1, 2, 4, 5, 6, 7, 8}),
        (8, set()),
        (9, set(range(8))),
        (1, {0}),
        (4096, {0, 4095}),
    ):
        bitmap = Bitmap.of(count, held)
        want = want_of(NodeId("n1"), manifest.recording, bitmap)
        missing = [n for n in range(count) if n not in held]
        bitmaps.append(
            {"count": count, "held": sorted(held), "lacking": len(missing), "missing": want.missing}
        )
    return {
        "data": base64.b64encode(data).decode(),
        "manifest": json.loads(manifest.payload()),
        "cases": [
            {"says": says, "n": n, "payload": base64.b64encode(payload).decode(), "answer": answer}
            for says, n, payload, answer in _sent_chunks(sent, manifest)
        ],
        "bitmaps": bitmaps,
    }


def _sent_chunks(sent: tuple[bytes, ...], manifest: Manifest) -> Iterator[tuple[str, int, bytes, str]]:
    """Yield chunks that come, each with its place and whether they are that chunk."""
    last = len(sent) - 1
    yield from (("a chunk as it is sent", n, payload, "ok") for n, payload in enumerate(sent))
    yield "the chunk of another place", 1, sent[0], "refused"
    other = sent_forms(bytes(manifest.size), manifest.chunk_size)
    yield "a chunk of another recording", 0, other[0], "refused"
    mixed = other[0][: manifest.chunk_size] + sent[0][manifest.chunk_size :]
    yield "bytes of another recording with the true proof", 0, mixed, "refused"
    yield "one digest too many", 2, sent[2] + bytes(32), "refused"
    yield "one digest too few", 2, sent[2][:-32], "refused"
    yield "no proof", 2, sent[2][: manifest.chunk_size], "refused"
    turned = sent[2][: manifest.chunk_size] + sent[2][-32:] + sent[2][manifest.chunk_size : -32]
    yield "the digests in another order", 2, turned, "refused"
    yield "a place beyond the end", last + 1, sent[last], "refused"
    yield "nothing", 0, b"", "refused"
