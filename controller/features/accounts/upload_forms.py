"""Forms with a file, taken once it is known that their sender may send them."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.http.uploads import Sent, Upload, file_taken, form_taken
from controller.model.permissions import Act


def _who_may(act: Act, *, in_province: bool = False) -> Callable[..., Visit]:
    """Return what lets through who may do the act, before a byte of the file is taken."""

    def check(visit: SignedVisit) -> Visit:
        with visit.store.read() as session:
            require(session, visit.by, act, top_area(session).code if in_province else visit.by.area)
        return visit

    return check


def _form_of(check: Callable[..., Visit]) -> Callable[..., AsyncIterator[Sent]]:
    """Return the dependency that reads a form after a check of the person."""

    async def sent(request: Request, _visit: Annotated[Visit, Depends(check)]) -> AsyncIterator[Sent]:
        async with form_taken(request) as form:
            yield form

    return sent


_writes, _teaches, _rules = _who_may(Act.WRITE), _who_may(Act.TEACH), _who_may(Act.RULE, in_province=True)
_enrols = _who_may(Act.ENROL)
Writer = Annotated[Visit, Depends(_writes)]
"""Who may write texts at all."""
Teacher = Annotated[Visit, Depends(_teaches)]
"""Who may keep the words and chimes of an area."""
Ruler = Annotated[Visit, Depends(_rules)]
"""Who rules the whole province."""
Technician = Annotated[Visit, Depends(_enrols)]
"""Who keeps loudspeakers in their area."""
SentForm = Annotated[Sent, Depends(_form_of(_writes), scope="function")]
TaughtForm = Annotated[Sent, Depends(_form_of(_teaches), scope="function")]
"""As SentForm, for people who may change the words and chimes of an area."""
SentByRuler = Annotated[Sent, Depends(_form_of(_rules), scope="function")]
"""As SentForm, for administrators of the whole province."""

SentByTechnician = Annotated[Sent, Depends(_form_of(_enrols), scope="function")]
"""As SentForm, for who keeps loudspeakers."""


async def _uploaded(request: Request, _visit: Writer) -> AsyncIterator[Upload]:
    async with file_taken(request) as upload:
        yield upload


Uploaded = Annotated[Upload, Depends(_uploaded, scope="function")]
