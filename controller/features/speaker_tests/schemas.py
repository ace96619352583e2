"""JSON shapes of tests of one loudspeaker."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Command, View
from controller.model.airings import TEST_VOLUME


class NodeTest(Command):
    """Which test; by default the newest approved one of the node's areas."""

    bulletin: Annotated[str, Field(max_length=64)] | None = None
    volume: Annotated[int, Field(ge=0, le=100)] = TEST_VOLUME


class NodeTestPlanned(View):
    """The airing that sounds at this one node within seconds."""

    airing: str
    bulletin: str


class TestHeard(Command):
    """What somebody at the pole heard of a test."""

    airing: Annotated[str, Field(max_length=64)]
    heard: bool
    note: Annotated[str, Field(max_length=500)] = ""


class TestResultShown(View):
    """What was written down of a test."""

    airing: str
    node: str
    heard: bool
    note: str
    at: datetime


class TestPrepared(View):
    """The test text that was submitted."""

    bulletin: str
