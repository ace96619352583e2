"""What the person who asks is told of themselves, by JSON."""

from pydantic import Field

from controller.features.airings.schemas import Person


class Myself(Person):
    """Who is signed in, with what hinders them."""

    cannot_approve: str | None = Field(
        description="For an approver whose key no signed key set names yet: loudspeakers would refuse what "
        "it signs. What to do, in words; null: nothing hinders."
    )
