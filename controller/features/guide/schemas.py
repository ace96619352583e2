"""JSON shapes of the set-up of a new province."""

from enum import StrEnum

from pydantic import Field

from controller.http.schemas import View


class SetUpTask(StrEnum):
    """What a new province needs, in the order in which it is usually done."""

    AREAS = "areas"
    VILLAGES = "villages"
    PEOPLE = "people"
    PASSWORDS = "passwords"
    KEYS = "keys"
    ROOT_KEY = "root_key"
    POLICY = "policy"
    BROKER = "broker"
    NODE = "node"
    TEST = "test"
    BACKUP = "backup"
    REHEARSAL = "rehearsal"


class SetUpStep(View):
    """One line of the list: what is so now, and what is to be done where it is not enough."""

    task: SetUpTask
    title: str
    is_done: bool
    found: str = Field(description="What is so now.")
    who: str = Field(description="Who can do it.")
    to_do: str = ""
    page: str | None = Field(None, description="Path of the page that does it.")
    command: str | None = Field(None, description="The command that does it, on the server.")
    is_optional: bool = Field(False, description="The station works without it.")


class SetUp(View):
    """The set-up of the province: every line, and how many are still to be done."""

    steps: list[SetUpStep]
    left: int = Field(description="Lines that are neither done nor optional.")
