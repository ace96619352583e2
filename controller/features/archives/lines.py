"""The lines of an archive: what each says, and how the file is sealed; pure. docs/storage.md, "Years".

One JSON object a line, compressed with gzip: a header; what signatures rest on (roots, key sets, keys of
loudspeakers with their enrolments, texts with their approvals, signed plans and manifests); the receipts that
loudspeakers signed; the journal's entries; the as-aired log's entries; and the seal, signed by the station
over the SHA-256 of all lines before it. So the file and the root's public key show who signed what, and that
nothing was changed, left out or cut off.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from controller.features.journal.chain import Signer, base64url, canonical, hash_of, written

FORMAT: Final = "loa-archive/1"


class LinePart(StrEnum):
    """What a line of an archive is; lines of the two logs are as `loa journal export` writes them."""

    HEADER = "header"
    ROOTS = "roots"
    KEYS = "keys"
    NODE_KEY = "node-key"
    TEXT = "text"
    DOCUMENT = "document"
    AIRING = "airing"
    RECEIPT = "receipt"
    SEAL = "seal"


def line(part: LinePart, **told: Any) -> str:
    """Return a line that is not of a log."""
    return canonical({"part": part.value, **told})


def sealed(lines: Iterable[str], signer: Signer, now: datetime) -> Iterator[str]:
    """Yield the lines, and the seal over them."""
    digest, count = hashlib.sha256(), 0
    for one in lines:
        digest.update(one.encode() + b"\n")
        count += 1
        yield one
    told = {
        "part": LinePart.SEAL.value,
        "at": written(now),
        "lines": count,
        "sha256": digest.hexdigest(),
        "kid": signer.kid,
    }
    sealing = hash_of(told)
    yield canonical({**told, "hash": sealing, "signature": base64url(signer.sign(sealing.encode()))})
