"""Shapes of the calls by which nodes are enrolled, replaced and kept."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.speaker_tests.service import TEST_VOLUME
from controller.http.schemas import Code, Command, View
from devices.messages import NAME_PATTERN


class NewCode(Command):
    """For which node a code is wanted: a new one, or one whose hardware is being replaced."""

    node: Annotated[str, Field(pattern=NAME_PATTERN)]
    area: Code
    name: Annotated[str, Field(min_length=1, max_length=200)]
    hours: Annotated[float, Field(gt=0, le=168)] = 24.0


class CodeShown(View):
    """One open code; the code itself is told once, when it is made."""

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
    """One board that bears, or bore, the node's name."""

    number: int
    public: str = Field(description="Its own public key, base64url.")
    software: str
    issued_at: datetime
    ended_at: datetime | None


class NodeReason(Command):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class NodeTest(Command):
    """Which test; by default the newest approved one of the node's areas."""

    bulletin: Annotated[str, Field(max_length=64)] | None = None
    volume: Annotated[int, Field(ge=0, le=100)] = TEST_VOLUME


class NodeTestPlanned(View):
    """The airing that sounds at this one node within seconds."""

    airing: str
    bulletin: str


class NodeVolume(Command):
    """The loudest that the node may be, percent, beside what policies say."""

    loudest: Annotated[int, Field(ge=0, le=100)]
