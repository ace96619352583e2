"""JSON shapes of areas whose loudspeakers speak in turns."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View
from schedules.turns import MOST

MostTurns = Annotated[
    int,
    Field(
        ge=1,
        le=MOST,
        description="How many turns a routine airing may take; 1: all at once, whatever above says.",
    ),
]


class AreaTurnsAsked(Command):
    """How many turns an area's loudspeakers may take, with all below it."""

    area: Code
    most: MostTurns


class AreaTurnsShown(View):
    """What an area has of its own, and what becomes of it with the loudspeakers that stand there now."""

    area: str
    most: int
    turns: int = Field(description="How many turns are needed there now.")
    loudspeakers: int
    unplaced: int = Field(description="Loudspeakers whose place is not known: they speak last.")
    set_by: str = Field(description="The name by which that person signs in.")
    set_at: dt.datetime


class TurnShown(View):
    """The turn of one loudspeaker in a routine airing for its area; 1 is the first."""

    node: str
    turn: int
    placed: bool = Field(description="Whether its place is known; otherwise it speaks last.")
