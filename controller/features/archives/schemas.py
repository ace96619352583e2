"""JSON shape of an archive."""

from datetime import datetime

from pydantic import Field

from controller.http.schemas import View


class ArchiveShown(View):
    """A year's file, as it was when it was made."""

    year: int
    since: datetime
    until: datetime
    file: str = Field(description="Its name in the folder of archives.")
    sha256: str
    size: int = Field(description="Bytes.")
    receipts: int
    made_at: datetime
