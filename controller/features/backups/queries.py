"""What is known of backups, read off the home folder, and whether one can be begun from here."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.backups.backup import WORDS, LastBackup, elsewhere, last_backup
from controller.features.backups.last_rehearsal import failed_rehearsal, last_rehearsal
from controller.features.backups.run_notes import BROKEN_OFF, is_running, last_run
from controller.features.backups.schemas import BackupAttempt, BackupMade, BackupRehearsal, BackupsShown
from controller.features.machine_troubles.rules import BACKUP_WITHIN
from controller.http.station import Station
from controller.model.leadership import Leadership
from controller.store import one_read


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why no backup can be begun by the page of this process."""

    sentence: str
    code: str


def backups_shown(station: Station, now: datetime) -> BackupsShown:
    """Return everything that the page shows."""
    settings = station.settings
    home, refused = settings.home, why_not(station)
    last, rehearsed, failed = last_backup(home), last_rehearsal(home), failed_rehearsal(home)
    return BackupsShown(
        last=None if last is None else _made(last),
        is_old=is_old(last, now),
        attempt=_attempt(home),
        rehearsed=None if rehearsed is None else BackupRehearsal.of(rehearsed, fault=""),
        rehearsal_failed=None if failed is None else BackupRehearsal.of(failed),
        folder=None if settings.backups is None else str(settings.backups),
        elsewhere=[WORDS[name] for name in elsewhere(settings)],
        why_not="" if refused is None else refused.sentence,
    )


def is_old(last: LastBackup | None, now: datetime) -> bool:
    """Whether there is no backup, or none of these days."""
    return last is None or now - last.at > BACKUP_WITHIN


def why_not(station: Station) -> WhyNot | None:
    """Return why no backup can be begun by the page of this process, or None; see `operations`."""
    settings = station.settings
    if settings.is_practice:
        return WhyNot("Đài tập dượt không sao lưu: không có gì để giữ.", "backup.practice")
    if not station.makes_backups:
        host = _leading_host(station.store)
        where = f"máy «{host}», máy giữ quyền phát" if host else "máy giữ quyền phát"
        return WhyNot(
            "Trang này chạy riêng với đài («loa web»), nên không bắt đầu sao lưu được. "
            f"Hãy chạy «loa backup» trên {where}.",
            "backup.not-here",
        )
    if settings.backups is None:
        return WhyNot(
            "Chưa có nơi nhận bản sao. Hãy ghi LOA_BACKUPS (thư mục ở ổ đĩa khác) vào /etc/loa.env trên máy "
            "chủ rồi khởi động lại đài.",
            "backup.no-folder",
        )
    if not settings.backup_keys:
        return WhyNot(
            "Chưa có khóa mã hóa, mà bản sao có cả khóa của đài. Hãy chạy «age-keygen» ở máy khác, ghi khóa "
            "công khai (age1…) vào LOA_BACKUP_TO trên máy chủ rồi khởi động lại đài.",
            "backup.no-key",
        )
    return None


@one_read
def _leading_host(session: Session) -> str | None:
    """Return the machine that took the lead last; None: none did yet."""
    return session.scalar(select(Leadership.host).order_by(Leadership.epoch.desc()).limit(1))


def _made(last: LastBackup) -> BackupMade:
    return BackupMade.of(last, way=last.by.way, by=last.by.name)


def _attempt(home: Path) -> BackupAttempt | None:
    run = last_run(home)
    if run is None:
        return None
    is_going_on = run.ended_at is None and is_running(home)
    if run.ended_at is None and not is_going_on:
        run = last_run(home) or run  # it may have ended between the two looks
        run = run if run.ended_at is not None else replace(run, fault=BROKEN_OFF)
    return BackupAttempt.of(run, way=run.by.way, by=run.by.name, is_running=is_going_on)
