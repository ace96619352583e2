"""What v1 of the wire consists of, read off code and page, to be held to docs/protocol/v1.json.

`python -m tests.support.frozen_wire` prints it as it is now. What stands in the file is never changed; what
is added to v1 is named there, under `added`, with its minor version.
"""

import json
import re
from pathlib import Path
from typing import Any

from devices.wire_types import SignedTogether
from tests.support import wire_docs

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "protocol" / "v1.json"
_TOPIC = re.compile(
    r"^\| `(loa/v1/[^`]+)` \| (\w+) \| (\w+) \| (\d) \| (\w+) \| ([^|]+?) \| ([a-z-]*) ?\|$", re.MULTILINE
)
_KIND = re.compile(r"^\| (loa-[a-z]+) \| (\w+) \| ([a-z ]+) \|$", re.MULTILINE)

_MODELS = {model.__name__: model for model in (*wire_docs.MODELS, SignedTogether)}


def wire() -> dict[str, Any]:
    """Return topics, kinds of signed messages, messages with their fields, and lists of words."""
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    schemas = wire_docs.schemas()
    return {
        "topics": {
            topic: {
                "name": name,
                "from": sender,
                "qos": int(qos),
                "retained": retained == "yes",
                "payload": payload,
                "typ": typ or None,
            }
            for topic, name, sender, qos, retained, payload, typ in _TOPIC.findall(page)
        },
        "kinds": {
            typ: {"message": message, "signer": signer} for typ, message, signer in _KIND.findall(page)
        },
        "messages": {
            name: {
                field: {
                    "type": wire_docs.written_type(told),
                    "range": _range(told),
                    **_default(name, field),
                }
                for field, told in schema["properties"].items()
            }
            for name, schema in sorted(schemas.items())
            if "properties" in schema
        },
        "words": {name: schema["enum"] for name, schema in sorted(schemas.items()) if "enum" in schema},
    }


def _default(name: str, field: str) -> dict[str, Any]:
    told = _MODELS[name].model_fields[field]
    if told.is_required():
        return {}
    return {"default": json.loads(json.dumps(told.get_default(call_default_factory=True)))}


def _range(schema: dict[str, Any]) -> str:
    """Return the range of a field, and of an array's items."""
    items = schema.get("items", {})
    return " of ".join(
        filter(None, (wire_docs.written_range(schema), _range(items) if items.get("type") else ""))
    )


if __name__ == "__main__":
    print(json.dumps(wire(), indent=1, ensure_ascii=False))  # noqa: T201 - what it is for
