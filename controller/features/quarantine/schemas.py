"""JSON shapes of nodes in quarantine and their volume."""

from typing import Annotated

from pydantic import Field

from controller.http.schemas import Command


class NodeReason(Command):
    """The reason."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class NodeVolume(Command):
    """Maximum volume of the node in percent; limits of policies apply as well."""

    loudest: Annotated[int, Field(ge=0, le=100)]
