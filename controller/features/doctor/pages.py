"""Cài đặt: the settings in force, keys with their end dates, the last backup, and the doctor's result."""

import threading
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from controller.features.accounts.admin_queries import keys_shown
from controller.features.accounts.dependencies import SignedVisit
from controller.features.archives.operations import is_there
from controller.features.archives.queries import archives, year_to_archive
from controller.features.backups.backup import last_backup
from controller.features.backups.queries import is_old
from controller.features.doctor.invariants import invariants
from controller.features.doctor.queries import count_rows
from controller.features.doctor.settings_words import settings_in_words
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.queries import count_unacknowledged, published_key_sets
from controller.http.render import page
from controller.http.words import number
from controller.model.permissions import Act

router = APIRouter(prefix="/cai-dat")
SOON = timedelta(days=90)
"""A key set or key that ends within this time is told as something to do."""
_asking = threading.Lock()


@router.get("")
def show(visit: SignedVisit) -> Response:
    """Show the configuration of the station; nothing can be changed here, and no secret is shown."""
    visit.viewer.need(Act.RULE)
    now = visit.now()
    key_sets = published_key_sets(visit.store)
    keys = keys_shown(visit.store)
    context: dict[str, Any] = {
        "key_sets_end_at": min((one.expires_at for one in key_sets), default=None),
        "keys": keys,
        "trusted": frozenset(key.kid for key_set in key_sets for key in key_set.keys),
        "unsigned": keys_to_sign_for(visit.store, now),
        "waiting": count_unacknowledged(visit.store),
    }
    folder = visit.station.settings.archives_dir
    context["archives"] = [(one, is_there(one, folder)) for one in archives(visit.store)]
    context["year_to_archive"] = year_to_archive(visit.store, now)
    backup = last_backup(visit.station.settings.home)
    context |= {
        "soon": now + SOON,
        "settings": settings_in_words(visit.station.settings),
        "backup": backup,
        "backup_is_old": is_old(backup, now),
    }
    return page(visit.request, "cai_dat.html", context)


@router.get("/kiem-tra")
def check(visit: SignedVisit) -> Response:
    """Show how much will be read; the page requests the result itself."""
    visit.viewer.need(Act.RULE)
    counted = count_rows(visit.store)
    counts = (
        f"{number(counted.airings)} lượt phát, {number(counted.nodes)} cụm loa, "
        f"{number(counted.entries)} mục nhật ký"
    )
    words = {"heading": "Kiểm tra đài", "what": f"toàn bộ cơ sở dữ liệu: {counts}"}
    words |= {"back": "/cai-dat", "back_name": "Cài đặt", "place": "/cai-dat/kiem-tra"}
    return page(visit.request, "dang_kiem_tra.html", words)


@router.get("/kiem-tra/ket-qua")
def checked(visit: SignedVisit) -> Response:
    """Run the checks; one run at a time, because it reads the whole database."""
    visit.viewer.need(Act.RULE)
    if not _asking.acquire(blocking=False):
        busy = "Đài đang được kiểm tra. Hãy đợi một phút."
        return page(visit.request, "cai_dat_kiem_tra.html", {"busy": busy, "found": ()}, status=409)
    try:
        found = invariants(visit.store, now=visit.now())
    finally:
        _asking.release()
    return page(visit.request, "cai_dat_kiem_tra.html", {"busy": "", "found": found})
