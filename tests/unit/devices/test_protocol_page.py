"""docs/protocol.md is the contract with strangers: held to the code word by word."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.budgets import BUDGETS, COMMITTED
from devices.chunks import DIGEST_BYTES, Bitmap, want_of
from devices.ids import Grade, NodeId, RecordingId, Role
from devices.jose import LONGEST_JWS, SigningKey
from devices.merkle import proof_length
from devices.messages import (
    LARGEST_CHUNK,
    LONGEST_APPROVAL_TEXT,
    MOST_CHUNKS,
    Manifest,
    ReceiptKind,
    TimeReply,
)
from devices.receipt_signing import LONGEST_RECEIPT
from devices.signing import KINDS, sign
from devices.topics import CHANNELS, node_filters
from tests.support import wire_docs

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
SCHEMAS = wire_docs.schemas()
MODELS = {model.__name__: model for model in wire_docs.MODELS}


def rows_under(header):
    lines = PAGE[PAGE.index(header) :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows


def test_the_table_of_topics_is_the_table_in_the_code():
    written = rows_under("| topic | name |")
    coded = [
        [
            f"`{c.address}`",
            c.name,
            c.sender,
            str(c.qos),
            "yes" if c.retained else "no",
            c.model.__name__ if c.model else "raw bytes",
            c.typ or "",
        ]
        for c in CHANNELS
    ]
    assert written == coded


def test_the_table_of_kinds_is_the_table_in_the_code():
    written = {tuple(row) for row in rows_under("| typ | message |")}
    assert written == {(kind.typ, model.__name__, " or ".join(kind.signers)) for model, kind in KINDS.items()}


def test_the_budgets_are_those_in_the_code():
    written = {row[0]: tuple(map(int, row[1:])) for row in rows_under("| channel | burst |")}
    coded = {name: (one.burst, one.a_second, one.most_bytes) for name, one in BUDGETS.items()}
    assert written == coded
    assert f"{COMMITTED.burst:,} receipts of a node are committed at once, and then" in PAGE
    assert f"{COMMITTED.a_second * 3600:.0f} an hour" in PAGE


@pytest.mark.parametrize("name", [name for name, schema in SCHEMAS.items() if "properties" in schema])
def test_every_field_is_listed_with_its_type_and_range(name):
    coded = {
        field: (wire_docs.written_type(schema), wire_docs.written_range(schema))
        for field, schema in SCHEMAS[name]["properties"].items()
    }
    assert wire_docs.tables(PAGE)[name] == coded


@pytest.mark.parametrize("name", [name for name, schema in SCHEMAS.items() if "properties" in schema])
def test_exactly_the_fields_that_may_be_left_out_have_a_default_named(name):
    section = PAGE[PAGE.index(f"### {name}\n") :].split("\n### ")[0]
    optional = {
        row.split("`")[1] for row in section.splitlines() if row.startswith("| `") and "default" in row
    }
    assert optional == set(SCHEMAS[name]["properties"]) - set(SCHEMAS[name].get("required", ()))


@pytest.mark.parametrize("name", sorted(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)))
def test_every_example_is_a_whole_message(name):
    section = PAGE[PAGE.index(f"### {name}\n") :].split("\n### ")[0]
    examples = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    assert examples or name in {
        "Capabilities",
        "Key",
        "Kept",
        "PlannedAiring",
        "Output",
        "QuietHours",
        "Rendition",
        "LoudHours",
        "RefusedReceipt",
        "JournalCheckpoint",
        "SignedCall",
        "SignedTogether",
        "RootHolder",
        "Signature",
    }
    for example in examples:
        message = MODELS[name].model_validate_json(example)
        assert json.loads(message.model_dump_json()) == json.loads(example)


@pytest.mark.parametrize("words", [Grade, Role, ReceiptKind])
def test_every_word_of_an_enumeration_is_on_the_page(words):
    assert all(f"`{word}`" in PAGE for word in words)


def test_what_a_node_subscribes_to_is_on_the_page():
    listed = PAGE[PAGE.index("A node subscribes to:") :].split("\n## ")[0]
    for topic in node_filters("{node}", ["{area}"]):
        assert (
            f"`{topic}`".replace("plan/{area}", "plan/{target}").replace("plan/{node}", "plan/{target}")
            in listed
        )


def test_the_worked_example_is_what_the_code_signs():
    def encode(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    seed = bytes(range(32))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    key = SigningKey.from_json(
        json.dumps(
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "d": encode(seed),
                "x": encode(public),
                "role": "station",
                "not_before": "2026-01-01T00:00:00.000Z",
                "not_after": "2027-01-01T00:00:00.000Z",
            }
        )
    )
    example = TimeReply.model_validate_json(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[-1])
    printed = re.search(r"```jws\n(.*?)```", PAGE, re.DOTALL)
    assert printed is not None
    assert printed.group(1).replace("\n", "") == sign(example, key)
    assert example.payload().decode() in PAGE
    assert f"`{key.public_x}`" in PAGE
    assert f'{{"alg":"Ed25519","kid":"{key.kid}","typ":"loa-time"}}' in PAGE


def test_what_a_node_must_hold_are_the_limits_of_the_code():
    section = PAGE[PAGE.index("## What a node must hold") :].split("\n## ")[0]
    rows = dict(re.findall(r"^\| (.+?) \| (\d+) \|", section, re.MULTILINE))
    written = {what: int(size) for what, size in rows.items()}
    station = SigningKey.generate(Role.STATION, datetime.now(UTC), timedelta(days=1))
    manifest = Manifest(
        recording="0" * 64,
        size=MOST_CHUNKS * LARGEST_CHUNK,
        codec="c" * 16,
        sample_rate=192_000,
        duration_ms=2**31 - 1,
        chunk_size=LARGEST_CHUNK,
        root="0" * 64,
    )
    want = want_of(NodeId("n" * 64), RecordingId("0" * 64), Bitmap(MOST_CHUNKS))
    assert written == {
        "a signed text (key set, plan)": LONGEST_JWS,
        "an approval": LONGEST_APPROVAL_TEXT,
        "a manifest, signed": -(-len(sign(manifest, station)) // 100) * 100,
        "the bitmap of a recording": MOST_CHUNKS // 8,
        "a chunk on its way": LARGEST_CHUNK,
        "its proof": DIGEST_BYTES * proof_length(0, MOST_CHUNKS),
        "a want": -(-len(want.payload()) // 100) * 100,
        "a receipt": LONGEST_RECEIPT,
        "a birth": BUDGETS["state"].most_bytes,
    }
