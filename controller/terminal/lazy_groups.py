"""Groups of commands whose modules are loaded when one is called, so that `loa` starts fast."""

from collections.abc import MutableMapping
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group


def lazy_group(text: str, *sources: str) -> typer.Typer:
    """Return a group of the commands that each source has; `text` stands in the help of `loa`.

    A source is `feature:name`, of the feature's commands.py, or `module:name`.
    """
    loaded = type("LazyGroup", (_LazyGroup,), {"sources": sources})
    return typer.Typer(cls=loaded, help=text, no_args_is_help=True)


class _LazyGroup(TyperGroup):
    sources: tuple[str, ...] = ()

    @cached_property
    def _loaded(self) -> MutableMapping[str, Any]:
        found: dict[str, Any] = {}
        for source in self.sources:
            module, _, name = source.partition(":")
            module = module if "." in module else f"controller.features.{module}.commands"
            found |= get_group(getattr(import_module(module), name)).commands
        return found

    @property
    def commands(self) -> MutableMapping[str, Any]:
        return self._loaded

    @commands.setter
    def commands(self, given: object) -> None:
        """Typer sets here the commands that it knows of: none."""
