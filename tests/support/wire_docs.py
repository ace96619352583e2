"""What the documents of the wire must say, read off the models, to compare page and AsyncAPI file with."""

from typing import Any

from pydantic.json_schema import models_json_schema

from devices import enrolment, messages, roots, statements, wire_types
from devices.wire_types import WireMessage, WireObject

# Keywords that a document may word as it likes, and our own strictness about unknown fields.
_FREE = {"title", "description", "additionalProperties", "default"}

MODELS: tuple[type[WireObject], ...] = tuple(
    found
    for found in (
        vars(wire_types) | vars(messages) | vars(statements) | vars(enrolment) | vars(roots)
    ).values()
    if isinstance(found, type)
    and issubclass(found, WireObject)
    and found not in (WireObject, WireMessage, wire_types.SignedTogether)
)


def schemas() -> dict[str, Any]:
    """Return the JSON schema of every model and enumeration by name, free of wording."""
    _, whole = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    return {name: plain(schema) for name, schema in whole["$defs"].items()}


def plain(schema: Any) -> Any:
    """Return a schema without what a document may word as it likes."""
    if isinstance(schema, dict):
        kept = {
            name: plain(value) for name, value in schema.items() if name not in _FREE or name == "properties"
        }
        if "properties" in kept:  # a field may be called title or description
            kept["properties"] = {name: plain(value) for name, value in schema["properties"].items()}
        return kept
    if isinstance(schema, list):
        return [plain(value) for value in schema]
    return schema


def written_type(schema: dict[str, Any]) -> str:
    """Return the type column of a field: `integer`, `string or null`, `array of Key`, `Grade`."""
    if "anyOf" in schema:
        return " or ".join(written_type(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema["type"] == "array":
        return f"array of {written_type(schema['items'])}"
    if schema.get("format") == "date-time":
        return "instant"
    return str(schema["type"])


def written_range(schema: dict[str, Any]) -> str:
    """Return the range of a field: `0..100`, `>= 1`, `<= 0`, `at most 512`, `1..100 items`, or empty."""
    if "anyOf" in schema:
        return "; ".join(filter(None, (written_range(one) for one in schema["anyOf"])))
    if schema.get("type") == "array":
        low, high = schema.get("minItems", 0), schema.get("maxItems")
        return f"{low}..{high} items"
    low = schema.get("minimum", schema["exclusiveMinimum"] + 1 if "exclusiveMinimum" in schema else None)
    high = schema.get("maximum", schema["exclusiveMaximum"] - 1 if "exclusiveMaximum" in schema else None)
    if low is not None or high is not None:
        return f"{low}..{high}" if None not in (low, high) else f"<= {high}" if low is None else f">= {low}"
    if schema.get("type") == "string" and "format" not in schema:
        return "; ".join(filter(None, (_pattern(schema), _longest(schema))))
    return ""


def _pattern(schema: dict[str, Any]) -> str:
    known = {
        wire_types.NAME_PATTERN: "name",
        wire_types.DIGEST_PATTERN: "digest",
        wire_types.WALL_TIME_PATTERN: "HH:MM",
        wire_types.BASE64URL_KEY_PATTERN: "key",
        wire_types.BASE64URL_PATTERN: "base64url",
        wire_types.ALGORITHM_PATTERN: "algorithm",
        wire_types.RP_ID_PATTERN: "site name",
        wire_types.COMPACT_JWS_PATTERN: "JWS",
        wire_types.BASE64_PATTERN: "base64",
        enrolment.CODE_PATTERN: "code",
    }
    pattern = schema.get("pattern", "")
    return known.get(pattern, f"`{pattern}`" if pattern else "")


def _longest(schema: dict[str, Any]) -> str:
    return f"at most {schema['maxLength']} characters" if "maxLength" in schema else ""


def tables(text: str) -> dict[str, dict[str, tuple[str, str]]]:
    """Return the field tables of docs/protocol.md: heading → field → (type, range)."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    heading, inside = "", False
    for line in text.splitlines():
        if line.startswith("#"):
            heading, inside = line.lstrip("# ").strip(), False
        elif line.startswith("| field |"):
            inside = True
            found[heading] = {}
        elif inside and line.startswith("| `"):
            field, kind, bounds, *_ = (cell.strip() for cell in line.strip("|").split(" | "))
            found[heading][field.strip("`")] = (kind, bounds)
        elif not line.startswith("|"):
            inside = False
    return found
