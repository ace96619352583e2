"""JSON shapes of named groups of communes."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View
from controller.model.area_groups import LONGEST_GROUP_NAME

MOST_GROUPED = 1000
"""Areas of a group: more than a province has."""


class AreaGroupAsked(Command):
    """A name and the areas that it stands for; the same name again replaces them."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_GROUP_NAME)]
    areas: Annotated[list[Code], Field(min_length=1, max_length=MOST_GROUPED)]


class AreaGroupShown(View):
    """A named group; areas that were closed since are left out."""

    id: str
    name: str
    areas: list[str]
    set_at: dt.datetime
