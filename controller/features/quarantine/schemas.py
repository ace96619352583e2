"""JSON shapes of nodes in quarantine and their volume."""

from typing import Annotated

from pydantic import Field

from controller.http.schemas import Command


class NodeReason(Command):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class NodeVolume(Command):
    """The loudest that the node may be, percent, beside what policies say."""

    loudest: Annotated[int, Field(ge=0, le=100)]
