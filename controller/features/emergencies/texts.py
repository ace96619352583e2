"""The built-in texts of emergencies, from the file beside this one."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from controller.errors import NotFound
from controller.model.emergency_states import Kind


@dataclass(frozen=True, slots=True)
class Template:
    """One built-in text; its title is spoken first."""

    key: str
    kind: Kind
    title: str
    text: str

    def written_for(self, place: str) -> str:
        """Return the text for a place."""
        return self.text.format(place=place)


TEMPLATES = tuple(
    Template(key, Kind(told["kind"]), told["title"], told["text"])
    for key, told in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
)


def template_named(key: str) -> Template:
    """Return the built-in text of that key, or raise NotFound."""
    found = next((one for one in TEMPLATES if one.key == key), None)
    if found is None:
        known = ", ".join(one.key for one in TEMPLATES)
        raise NotFound(f"Không có mẫu «{key}». Các mẫu: {known}.", code="emergency.unknown-template")
    return found
