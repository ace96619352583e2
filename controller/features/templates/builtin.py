"""The built-in templates, each with its places to fill in, from the file beside this one."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from controller.model.templates import TemplateId


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One built-in template; it belongs to the whole province and to nobody."""

    id: TemplateId
    title: str
    text: str


BUILT_IN = tuple(
    BuiltIn(TemplateId(key), told["title"], told["text"])
    for key, told in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
)
