"""What root keys are to sign, as a file that goes to their holders and back; docs/commands.md.

A root key is never on the server. The file is readable; what is signed are the exact bytes in `payload`.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.areas.queries import ended_areas
from controller.features.journal.service import record
from controller.features.keys.roots import all_roots
from controller.features.plans.key_set_signing import (
    AS_IT_WAS,
    PersonsAsked,
    key_sets_to_sign,
    mark_listed,
    publish_key_set,
)
from controller.features.plans.publication import DocumentAddress, put_signed
from controller.features.plans.queries import published_key_sets, published_roots
from controller.model.accounts import HeldKey
from controller.model.local_time import wall
from controller.model.plan_states import DocumentKind
from controller.store import one_read, one_write
from devices.ids import KeyId
from devices.jose import SigningKey
from devices.not_trusted import NotTrusted
from devices.roots import TYP, RootChain, RootHolder, Roots, RootSet, follow, read_root_set
from devices.signing import read_key_set
from devices.statements import KeySet
from devices.wire_types import Malformed, Signature, SignedTogether, parse

FORMAT = "loa-keys-request/1"
ROOT_SET_LIFE = timedelta(days=3650)
KEYS_TYP = "loa-keys"


class Asked(BaseModel):
    """One document to sign; `content` is for people, `payload` (base64url) is what is signed."""

    model_config = ConfigDict(extra="forbid")

    typ: str
    content: dict[str, Any]
    payload: str
    signatures: list[Signature] = []


class SigningRequest(BaseModel):
    """The file: who must sign, what, and the signatures so far."""

    model_config = ConfigDict(extra="forbid")

    format: str = FORMAT
    made_at: datetime
    first_public: str
    """The first root key, which loudspeakers pinned."""
    roots: RootChain
    """The root sets so far."""
    documents: list[Asked]

    def to_text(self) -> str:
        """Return the file's text, to be read by people too."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def of_text(cls, text: str) -> "SigningRequest":
        """Read a file; BadInput for any other."""
        try:
            request = cls.model_validate_json(text)
        except ValidationError as error:
            raise BadInput("Tệp này không phải là yêu cầu ký bộ khóa.", code="keys.request") from error
        if request.format != FORMAT:
            raise BadInput(f"Tệp thuộc loại khác: {request.format}.", code="keys.request")
        return request


@one_write
def make_request(
    session: Session,
    first_public: str,
    successor: RootSet | None,
    *,
    now: datetime,
    persons: PersonsAsked = AS_IT_WAS,
    lasts: timedelta | None = None,
) -> SigningRequest:
    """Return what the roots are to sign: key sets that changed, or a successor with all key sets."""
    sets = key_sets_to_sign(session, now, is_all=successor is not None, persons=persons, lasts=lasts)
    asked: list[RootSet | KeySet] = [*([successor] if successor is not None else []), *sets]
    if not asked:
        raise Conflict("Các bộ khóa đã đúng và còn mới, không có gì để ký.", code="keys.nothing")
    documents = [
        Asked(
            typ=TYP if isinstance(one, RootSet) else KEYS_TYP,
            content=one.model_dump(mode="json"),
            payload=urlsafe_b64encode(one.payload()).rstrip(b"=").decode(),
        )
        for one in asked
    ]
    return SigningRequest(
        made_at=now, first_public=first_public, roots=published_roots(session), documents=documents
    )


@one_read
def successor_of(
    session: Session, first_public: str, holders: Sequence[RootHolder], threshold: int, *, now: datetime
) -> RootSet:
    """Return the root set that follows the present one, unsigned; BadInput where it cannot be."""
    present = all_roots(session, first_public)[-1]
    try:
        return RootSet(
            version=present.version + 1,
            issued_at=now,
            expires_at=now + ROOT_SET_LIFE,
            threshold=threshold,
            holders=tuple(holders),
        )
    except ValidationError as error:
        raise BadInput(
            "Bộ khóa gốc mới không hợp lệ: cần 1 đến 8 khóa khác nhau, và số người phải ký (1 đến 4) không "
            "nhiều hơn số người giữ khóa.",
            code="keys.successor",
        ) from error


def in_words(request: SigningRequest) -> list[str]:
    """Return what the file asks to sign, read from the very bytes that are signed."""
    return [line for asked in request.documents for line in _words_of(asked)]


def _words_of(asked: Asked) -> list[str]:
    document = _read(asked)
    if isinstance(document, RootSet):
        holders = ", ".join(f"{one.holder} ({one.public[:8]}…)" for one in document.holders)
        until = wall(document.expires_at)
        needed = f"cần {document.threshold} người ký"
        return [f"Bộ khóa gốc số {document.version}, {needed}: {holders}; đến {until}."]
    lines = [f"Bộ khóa của {document.area}, {len(document.keys)} khóa, đến {wall(document.expires_at)}:"]
    lines += [
        f"  {one.kid}  {one.holder or 'đài'}  {one.public[:8]}…"
        f"{'  thôi dùng' if one.retired_at else ''}{'  BỊ LỘ' if one.compromised_since else ''}"
        for one in document.keys
    ]
    if document.administrators > 1:
        lines.append(f"  Loa đòi {document.administrators} quản trị ký quy định, nơi kết nối, chuyển loa.")
    if document.authors:
        lines.append("  Loa đòi người soạn cùng ký mọi bản tin được duyệt.")
    return lines


def sign_request(request: SigningRequest, key: SigningKey) -> SigningRequest:
    """Return the request with the signatures of one more root key; signing twice changes nothing."""
    documents = []
    for asked in request.documents:
        _read(asked)
        protected, _, signature = key.sign_bytes(_bytes_of(asked.payload), asked.typ).split(".")
        others = [one for one in asked.signatures if one.protected != protected]
        own = Signature(protected=protected, signature=signature)
        documents.append(asked.model_copy(update={"signatures": [*others, own]}))
    return request.model_copy(update={"documents": documents})


@one_write
def accept_request(
    session: Session, request: SigningRequest, *, first_public: str, now: datetime
) -> list[RootSet | KeySet]:
    """Publish what enough holders of root keys signed; Conflict where it is not enough or out of date."""
    chain = list(published_roots(session).sets)
    sets: list[tuple[KeySet, str]] = []
    taken: list[RootSet | KeySet] = []
    try:
        roots = follow(Roots.pinned(first_public), RootChain(sets=tuple(chain)))[-1]
        for asked in request.documents:
            text = SignedTogether(payload=asked.payload, signatures=tuple(asked.signatures))
            if asked.typ == TYP:
                chain.append(text)
                roots = follow(Roots.pinned(first_public), RootChain(sets=tuple(chain)))[-1]
                taken.append(read_root_set(text))
            else:
                signed = _text_for(text, roots)
                sets.append((read_key_set(signed, roots, now), signed))
    except (NotTrusted, ValidationError) as error:
        raise Conflict(
            f"Chưa đủ chữ ký của những người giữ khóa gốc, hoặc chữ ký không đúng ({error}). Chưa có gì thay "
            "đổi.",
            code="keys.not-signed",
        ) from error
    _refuse_void(session, [key_set for key_set, _ in sets])
    _refuse_older(session, [key_set for key_set, _ in sets])
    if taken:
        _publish_chain(session, RootChain(sets=tuple(chain)), roots, now)
    for key_set, signed in sets:
        publish_key_set(session, key_set, signed, next(iter(roots.holders)), now)
    mark_listed(session)
    detail = {"roots": roots.version, "sets": {one.area: one.version for one, _ in sets}}
    record(session, None, "keys.accepted", str(roots.version), now, detail=detail)
    return [*taken, *(key_set for key_set, _ in sets)]


def _text_for(text: SignedTogether, roots: Roots) -> str:
    """Return a key set as it goes out: compact where one signature is enough, else with those that count."""
    own = [one for one in text.signatures if _kid_of(one) in roots.holders]
    if roots.threshold == 1 and own:
        return f"{own[0].protected}.{text.payload}.{own[0].signature}"
    return SignedTogether(payload=text.payload, signatures=tuple(own)).model_dump_json()


def _kid_of(signature: Signature) -> KeyId:
    return KeyId(json.loads(_bytes_of(signature.protected)).get("kid", ""))


def _refuse_void(session: Session, sets: Sequence[KeySet]) -> None:
    """Raise Conflict where something happened since the file was made that must not be undone by it."""
    void = set(session.scalars(select(HeldKey.kid).where(HeldKey.compromised_at.is_not(None))))
    listed = {key.kid for one in sets for key in one.keys if key.compromised_since is None}
    if stolen := sorted(void & listed):
        raise Conflict(
            f"Tệp còn tin khóa đã khai là bị lộ ({', '.join(stolen)}). Hãy tạo yêu cầu mới: "
            "loa keys request.",
            code="keys.stale-request",
        )


def _refuse_older(session: Session, sets: Sequence[KeySet]) -> None:
    """Raise Conflict where a set of the file is not newer than the published one, or its area is closed."""
    newest = {one.area: one.version for one in published_key_sets(session)}
    ended = ended_areas(session)
    if any(one.area in ended or one.version <= newest.get(one.area, 0) for one in sets):
        raise Conflict(
            "Từ khi tạo tệp này, bộ khóa hoặc địa bàn đã thay đổi. Hãy tạo yêu cầu mới: loa keys request.",
            code="keys.stale-request",
        )


def _publish_chain(session: Session, chain: RootChain, roots: Roots, now: datetime) -> None:
    put_signed(
        session,
        DocumentAddress(DocumentKind.ROOTS, ""),
        chain,
        version=roots.version,
        digest=str(roots.version),
        text=chain.model_dump_json(),
        kid=next(iter(roots.holders)),
        now=now,
        expires_at=roots.expires_at,
    )


def _read(asked: Asked) -> RootSet | KeySet:
    try:
        raw = _bytes_of(asked.payload)
        if asked.typ == TYP:
            return parse(RootSet, raw)
        if asked.typ == KEYS_TYP:
            return parse(KeySet, raw)
    except (Malformed, ValueError) as error:
        raise BadInput("Tệp yêu cầu ký bị hỏng.", code="keys.request") from error
    raise BadInput(f"Khóa gốc không ký loại «{asked.typ}».", code="keys.request")


def _bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
