"""JSON shapes of homes."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.accounts.passkey_schemas import DeviceChosen, SignatureGiven
from controller.http.schemas import Code, Command, View


class HomeWanted(Command):
    """A new home of an area's loudspeakers."""

    area: Code | None = Field(None, description="Null: the province.")
    brokers: Annotated[list[str], Field(min_length=1, max_length=4)] = Field(
        description="`mqtts://host:port`, in the order in which loudspeakers try them."
    )
    authorities: Annotated[list[str], Field(max_length=4)] = Field(
        [], description="Certificates in PEM; none: those of the installation go on to count."
    )
    addresses: Annotated[list[str], Field(max_length=4)] = Field(
        [], description="Of the station's pages, as loudspeakers reach them."
    )


class HomeAsked(SignatureGiven, HomeWanted):
    """A new home, and how it is signed."""


class AskHome(DeviceChosen, HomeWanted):
    """Which of one's devices is to sign a new home."""


class HomeShown(View):
    """A home, and how many loudspeakers in use live there."""

    area: str
    version: int
    brokers: list[str]
    authorities: list[str] = Field(description="SHA-256 of each certificate, hexadecimal.")
    addresses: list[str]
    signed_at: datetime
    signed_by: str | None
    followed: int
    nodes: int
    elsewhere: list[str] = Field(description="Some of those that live elsewhere.")
    strangers: list[str] = Field(description="Some of those that live at a home that was never signed here.")


class HomesShown(View):
    """All homes that were signed, by area."""

    homes: list[HomeShown]
    proposal: str | None = Field(
        None, description="Of a home that was signed just now: it waits for a second administrator."
    )
