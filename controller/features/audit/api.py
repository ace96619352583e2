"""The security log by JSON: what was refused, to whom and from where."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from controller.errors import NotAllowed
from controller.features.accounts.viewer import Signed, TheStation
from controller.features.journal.security_log import security_events
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = APIRouter(prefix="/security-events", tags=["people"])
_MOST = 500


class SecurityEventShown(BaseModel):
    """What was refused, and how often from its first time on, within an hour."""

    id: int
    first_at: datetime
    last_at: datetime
    times: int
    act: str = Field(description="sign-in, token, act, elsewhere, limit, enrolment or first-code.")
    subject: str = Field(description="Method and address; what names a thing is `*`.")
    by: str = Field(description="Id of the account, or empty: nobody known.")
    address: str
    outcome: str = Field(description="Code of the error, or the status as `http-403`.")


@router.get("", responses=refusals(401, 403))
def index(
    station: TheStation,
    viewer: Signed,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> list[SecurityEventShown]:
    """Return what was refused, the newest first; `before`: what came before that id. Administrators only."""
    if not viewer.may(Act.RULE):
        raise NotAllowed("Chỉ quản trị mới xem được nhật ký an ninh.")
    station.security.write()
    with station.store.read() as session:
        return [
            SecurityEventShown.model_validate(row, from_attributes=True)
            for row in security_events(session, before=before, limit=limit)
        ]
