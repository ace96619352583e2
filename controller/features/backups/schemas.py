"""JSON shapes of backups: the last one, the last attempt, the last rehearsal, whether one can be begun."""

from datetime import datetime

from pydantic import Field

from controller.features.backups.run_notes import BackupWay
from controller.http.schemas import View


class BackupMade(View):
    """The last backup that was made whole."""

    at: datetime
    file: str = Field(description="Path on the machine that made it.")
    size: int = Field(description="Bytes.")
    is_encrypted: bool
    way: BackupWay | None = Field(description="How it was begun; null of one that 0.1 made.")
    by: str = Field(description="The person, or the account of the machine.")


class BackupAttempt(View):
    """The last attempt, whatever became of it."""

    began_at: datetime
    is_running: bool
    ended_at: datetime | None = Field(description="null: it is being made, or was broken off.")
    way: BackupWay | None
    by: str
    fault: str = Field(description="Why it failed; empty of one that succeeded.")


class BackupRehearsal(View):
    """A backup that was brought back on trial."""

    at: datetime
    file: str
    fault: str = Field(description="Why it could not be brought back; empty: it could.")


class BackupsShown(View):
    """What a machine's home folder knows of backups of its station."""

    last: BackupMade | None
    is_old: bool = Field(description="None, or older than two days.")
    attempt: BackupAttempt | None
    rehearsed: BackupRehearsal | None = Field(description="The last one that succeeded.")
    rehearsal_failed: BackupRehearsal | None = Field(description="One that failed since.")
    folder: str | None = Field(description="Where a backup that is begun by the page lies.")
    elsewhere: list[str] = Field(description="What no backup holds, since it is in S3.")
    why_not: str = Field(description="Why none can be begun by the page; empty: one can.")
