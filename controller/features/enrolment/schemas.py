"""Shapes of the calls by which nodes are enrolled, replaced and kept."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View
from devices.wire_types import NAME_PATTERN


class NewCode(Command):
    """The node for a code: a new one, or one whose hardware is being replaced."""

    node: Annotated[str, Field(pattern=NAME_PATTERN)]
    area: Code
    name: Annotated[str, Field(min_length=1, max_length=200)]
    hours: Annotated[float, Field(gt=0, le=168)] = 24.0


class CodeShown(View):
    """One open code; the code itself is shown only once, when it is made."""

    id: str
    node: str
    area: Code
    name: str
    made_at: datetime
    expires_at: datetime


class CodeMade(CodeShown):
    """A code that was just made."""

    code: str = Field(description="Eight signs in two groups; case, spaces and hyphens do not matter.")
    qr: str = Field(description="Text of the QR code: address, code and the root's public key.")


class HardwareShown(View):
    """One board that has, or has had, the node's name."""

    number: int
    public: str = Field(description="Its own public key, base64url.")
    software: str
    issued_at: datetime
    ended_at: datetime | None
