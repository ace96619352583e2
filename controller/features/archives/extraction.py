"""Takes the proof of one airing out of an archive, for `loa airing verify`; pure. The file is read twice."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from controller.errors import NotFound
from controller.features.archives.lines import LinePart
from controller.features.evidence.schemas import ProofFile, ProvenKey, ProvenNode, ProvenText
from controller.features.evidence.verification import approval_in
from controller.model.plan_states import DocumentKind
from devices.jose import read_payload
from devices.roots import RootChain
from devices.wire_types import parse

_TRUST = frozenset({LinePart.HEADER, LinePart.ROOTS, LinePart.KEYS, LinePart.NODE_KEY})


def proof_in(lines: Callable[[], Iterable[str]], airing: str, now: datetime) -> ProofFile:
    """Return all that an archive holds of an airing; raise NotFound where it is not of that year.

    The journal is left out: `loa archive verify` proves it whole. Nothing is checked here.
    """
    trust: dict[str, list[dict[str, Any]]] = {part: [] for part in _TRUST}
    found: dict[str, Any] | None = None
    for read in _parts(lines()):
        if read["part"] in _TRUST:
            trust[read["part"]].append(read)
        elif read["part"] == LinePart.AIRING and read["airing"] == airing:
            found = read
        elif read["part"] == LinePart.RECEIPT:
            break  # airings come before
    if found is None:
        raise NotFound("Lượt phát này không có trong tệp lưu trữ.", code="archive.no-airing")
    text, documents, receipts = _of(lines(), found)
    plans = [one["signed"] for one in documents if one["kind"] == DocumentKind.PLAN]
    manifests = [one["signed"] for one in documents if one["kind"] == DocumentKind.MANIFEST]
    if text is None or text["approval"] is None:
        raise NotFound("Lượt phát này chưa được duyệt nên không có gì để chứng minh.", code="evidence.none")
    return ProofFile(
        made_at=now,
        root_public=trust[LinePart.HEADER][0]["root_public"],
        airing=airing,
        state=found["state"],
        starts_at=found["starts_at"],
        text=_text(text),
        approval=approval_in(plans, airing) or text["approval"],
        keys=[one["signed"] for one in trust[LinePart.KEYS]],
        roots=parse(RootChain, json.dumps(trust[LinePart.ROOTS][0]["chain"])),
        plans=plans,
        manifest=manifests[0] if manifests else None,
        nodes=[_node(node, signed, trust[LinePart.NODE_KEY]) for node, signed in sorted(receipts.items())],
    )


def _parts(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    for one in lines:
        read = json.loads(one)
        if "part" in read:
            yield read


def _of(
    lines: Iterable[str], airing: dict[str, Any]
) -> tuple[dict[str, Any] | None, list[dict[str, Any]], dict[str, list[str]]]:
    """Return text, documents, and by loudspeaker the receipts of an airing."""
    wanted = {tuple(one) for one in airing["documents"]}
    text: dict[str, Any] | None = None
    documents, receipts = list[dict[str, Any]](), dict[str, list[str]]()
    for read in _parts(lines):
        if read["part"] == LinePart.TEXT:
            is_its = (read["bulletin"], read["revision"]) == (airing["bulletin"], airing["revision"])
            text = read if is_its else text
        elif read["part"] == LinePart.DOCUMENT and (read["kind"], read["target"], read["version"]) in wanted:
            documents.append(read)
        elif read["part"] == LinePart.RECEIPT and _is_of(read["signed"], airing["airing"]):
            receipts.setdefault(read["node"], []).append(read["signed"])
    return text, documents, receipts


def _is_of(signed: str | None, airing: str) -> bool:
    return signed is not None and read_payload(signed)["airing"] == airing


def _text(read: dict[str, Any]) -> ProvenText:
    return ProvenText(
        title=read["title"],
        text=read["text"],
        issuer=read["issuer"],
        readings=read["readings"],
        own_words=read["own_words"],
        pace=read["pace"],
        reading_register=read["register"],
        engine=read["engine"],
        voice=read["voice"],
        alert=read["alert"],
    )


def _node(node: str, signed: list[str], keys: list[dict[str, Any]]) -> ProvenNode:
    own = [one for one in keys if one["node"] == node]
    return ProvenNode(
        node=node,
        name=own[0]["name"] if own else node,
        area="",
        keys=[
            ProvenKey(
                public=one["public"],
                enrolment=one["enrolment"],
                issued_at=one["issued_at"],
                ended_at=one["ended_at"],
            )
            for one in own
        ],
        receipts=signed,
        unsigned=0,
        faults=[],
    )
