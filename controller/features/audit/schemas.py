"""JSON shapes of the security log."""

from datetime import datetime

from pydantic import Field

from controller.http.schemas import View


class SecurityEventShown(View):
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
