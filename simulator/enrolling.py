"""A simulated node that enrols with a code, as real hardware does; docs/protocol.md, "Enrolment".

Its storage keeps the result: its private key (which never leaves it) and the station's answer.
"""

import contextlib
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

import requests
from pydantic import ValidationError

from devices.enrolment import CLAIM_PATH, Enrolment, EnrolmentReply
from devices.ids import NodeId
from devices.node_key import NodeKey
from devices.not_trusted import NotTrusted
from devices.roots import RootChain, Roots, follow
from devices.signing import TrustedKeys, read_key_set, verify
from devices.wire_types import Malformed, parse
from simulator.spec import FleetSpec, NodeSpec

KEY_FILE = "node.key"
REPLY_FILE = "enrolment.json"
PATIENCE_S = 20.0
SOFTWARE = "loa-simulator/1"


class NotEnrolled(Exception):  # noqa: N818 - named by what is the case
    """The node is not enrolled; `sentence` is the reason for a person. Nothing was sent to any broker."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def enrol(storage: Path, address: str, code: str, root_public: str | None = None) -> Enrolment:
    """Claim a code and store the identity; the same code may be used again when the answer was lost.

    `root_public`: read by a person from the node's QR code; an answer of another root is refused.
    """
    storage.mkdir(parents=True, exist_ok=True)
    key = _own_key(storage)
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    try:
        claim = key.claim(letters, SOFTWARE)
        answer = requests.post(
            address.rstrip("/") + CLAIM_PATH, json=claim.model_dump(mode="json"), timeout=PATIENCE_S
        )
    except ValidationError:
        raise NotEnrolled(f"Mã «{code}» không phải là mã gắn cụm loa.") from None
    except requests.RequestException as error:
        raise NotEnrolled(f"Không kết nối được với đài tại {address}: {error}") from error
    if not answer.ok:
        raise NotEnrolled(_sentence_of(answer))
    enrolment = _checked(answer.content, key, root_public)
    _write_private(storage / REPLY_FILE, answer.content)
    return enrolment


def spec_of(storage: Path) -> FleetSpec:
    """Return the fleet spec, with one node, that this storage is enrolled as, or raise NotEnrolled."""
    try:
        answer = (storage / REPLY_FILE).read_bytes()
    except FileNotFoundError:
        raise NotEnrolled("Cụm loa này chưa được gắn: hãy chạy với --enrol MÃ --station ĐỊA_CHỈ.") from None
    key = _own_key(storage)
    enrolment = _checked(answer, key, None)
    reply, parts = parse(EnrolmentReply, answer), urlsplit(enrolment.broker)
    return FleetSpec(
        broker=f"{parts.scheme}://{quote(enrolment.node)}:{quote(reply.password)}@{parts.netloc}",
        root_public=reply.root_public,
        nodes=(
            NodeSpec(
                id=NodeId(enrolment.node),
                areas=enrolment.areas,
                key=key.to_text(),
                first_session=enrolment.first_session,
            ),
        ),
        # different hardware with the same name must not find the disk of the earlier one
        storage=storage / f"disk-{enrolment.first_session:x}",
    )


def _checked(answer: bytes, key: NodeKey, root_public: str | None) -> Enrolment:
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
    return enrolment


def _own_key(storage: Path) -> NodeKey:
    """Return this hardware's key; created at the first call."""
    file = storage / KEY_FILE
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


def _sentence_of(answer: requests.Response) -> str:
    try:
        return str(answer.json()["sentence"])
    except (ValueError, KeyError, TypeError):
        return f"Đài trả lời lỗi {answer.status_code}."
