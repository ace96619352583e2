"""JSON shapes of archives, and of receipts that leave the database for them."""

from datetime import datetime

from pydantic import Field

from controller.features.accounts.schemas import Proof
from controller.http.schemas import View


class RemovalShown(View):
    """How far the removal of a year's receipts from the database is."""

    asked_at: datetime
    went_through: int = Field(description="Receipts of the file that were compared with the database.")
    removed: int = Field(description="Of these, those that are gone from the database.")
    waits: str | None = Field(description="Why it does not go on; null: it does.")
    ended_at: datetime | None


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
    removal: RemovalShown | None = Field(
        default=None, description="null: its receipts are in the database, too."
    )


class RemovalForecast(View):
    """What would leave the database if the removal of a year's receipts was ordered now."""

    archive: ArchiveShown
    refused: str | None = Field(description="Why none may be ordered; null: it may.")
    there: int | None = Field(default=None, description="Receipts that came in that year; null: not counted.")
    going: int | None = Field(default=None, description="Of these, those that would go.")
    airings: int | None = Field(default=None, description="Airings of which they are; these stay.")


class RemoveReceipts(Proof):
    """The order that the receipts of an archived year leave the database."""

    copy_sha256: str = Field(
        max_length=100, description="SHA-256 of a second copy of the file, computed where it lies."
    )
