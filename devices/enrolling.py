"""A node claims its code over HTTPS and keeps its identity in a folder; docs/protocol.md, "Enrolment".

The folder holds its private key (which never leaves it) and the station's answer.
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from devices.enrolment import CLAIM_PATH, Enrolment, EnrolmentReply, read_qr
from devices.link_api import Address
from devices.node_key import NodeKey
from devices.not_trusted import NotTrusted
from devices.roots import RootChain, Roots, follow
from devices.signing import TrustedKeys, read_key_set, verify
from devices.wire_types import Malformed, parse

if TYPE_CHECKING:
    import requests

KEY_FILE = "node.key"
REPLY_FILE = "enrolment.json"
PATIENCE_S = 20.0


class NotEnrolled(Exception):  # noqa: N818 - named by what is the case
    """The node is not enrolled; `sentence` is the reason for a person. Nothing was sent to any broker."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who the hardware of a folder is, and how it signs in at its broker."""

    enrolment: Enrolment
    key: NodeKey
    root_public: str
    password: str = field(repr=False)

    @property
    def address(self) -> Address:
        """Return the broker of its enrolment, with its name and password there."""
        return Address.of(self.enrolment.broker).signed_in(self.enrolment.node, self.password)

    def disk(self, folder: Path) -> Path:
        """Return the place of its documents: other hardware of its name must not find those of this one."""
        return folder / f"disk-{self.enrolment.first_session:x}"


def enrol(folder: Path, address: str, code: str, software: str, root_public: str | None = None) -> Enrolled:
    """Claim a code and store the identity; the same code may be used again when the answer was lost.

    `root_public`: read by a person from the node's QR code; an answer of another root is refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = _own_key(folder)
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    import requests  # imported late: a node that is enrolled never needs its 5 MB

    try:
        claim = key.claim(letters, software)
        answer = requests.post(
            address.rstrip("/") + CLAIM_PATH,
            json=claim.model_dump(mode="json"),
            timeout=PATIENCE_S,
            verify=os.environ.get("SSL_CERT_FILE") or True,  # as the link to the broker does
        )
    except ValidationError:
        raise NotEnrolled(f"Mã «{code}» không phải là mã gắn cụm loa.") from None
    except (requests.RequestException, OSError) as error:
        raise NotEnrolled(f"Không kết nối được với đài tại {address}: {error}") from error
    if not answer.ok:
        raise NotEnrolled(_sentence_of(answer))
    enrolled = _checked(answer.content, key, root_public)
    _write_private(folder / REPLY_FILE, answer.content)
    return enrolled


def enrol_by_qr(folder: Path, text: str, software: str) -> Enrolled:
    """Claim the code of a QR code's text."""
    address, code, root_public = qr_words(text)
    return enrol(folder, address, code, software, root_public)


def qr_words(text: str) -> tuple[str, str, str]:
    """Return address, code and root public key of a QR code's text."""
    try:
        return read_qr(text)
    except ValueError:
        raise NotEnrolled("Đây không phải là mã QR gắn cụm loa.") from None


def with_root_joined(words: Sequence[str]) -> list[str]:
    """Return a command's words with `--root KEY` as `--root=KEY`.

    One in 64 keys begins with a dash (base64url), which argparse takes for another option.
    """
    joined = list(words)
    if "--root" in joined[:-1]:
        at = joined.index("--root")
        joined[at : at + 2] = [f"--root={joined[at + 1]}"]
    return joined


def enrolled_in(folder: Path) -> Enrolled | None:
    """Return who this folder is enrolled as, or None; raise NotEnrolled for an answer that is no good."""
    try:
        answer = (folder / REPLY_FILE).read_bytes()
    except FileNotFoundError:
        return None
    return _checked(answer, _own_key(folder), None)


def _checked(answer: bytes, key: NodeKey, root_public: str | None) -> Enrolled:
    """Return the identity if the root's key set contains the answering station and the answer is for us."""
    try:
        reply = parse(EnrolmentReply, answer)
        if root_public is not None and reply.root_public != root_public:
            raise NotEnrolled("Đài trả lời bằng khóa gốc khác với mã QR: không tin được.")
        roots = follow(Roots.pinned(reply.root_public), RootChain(sets=reply.roots))[-1]
        keys = TrustedKeys.of(*(read_key_set(text, roots, None) for text in reply.keys))
        enrolment = verify(reply.enrolment, Enrolment, keys, None)
    except (Malformed, NotTrusted) as error:
        raise NotEnrolled(f"Câu trả lời của đài không tin được: {error}") from error
    if enrolment.public != key.public:
        raise NotEnrolled("Câu trả lời của đài là cho một phần cứng khác.")
    return Enrolled(enrolment, key, reply.root_public, reply.password)


def _own_key(folder: Path) -> NodeKey:
    """Return this hardware's key; created at the first call."""
    file = folder / KEY_FILE
    if not file.exists():
        _write_private(file, NodeKey.generate().to_text().encode())
    return NodeKey.from_text(file.read_text("ascii"))


def _write_private(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name too must outlast a power cut
    finally:
        os.close(folder)


def _sentence_of(answer: "requests.Response") -> str:
    try:
        return str(answer.json()["sentence"])
    except (ValueError, KeyError, TypeError):
        return f"Đài trả lời lỗi {answer.status_code}."
