"""`loa station`: leads, or stands by until it can; docs/several-machines.md, "A pair of machines"."""

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack, suppress
from typing import Final, NoReturn

from controller.app import Controller
from controller.errors import StartFailed, Unavailable
from controller.features.keys.station_key_renewal import refuse_other_key
from controller.features.provisioning.service import is_founded
from controller.host.home_folder import make_home, refuse_practice_home
from controller.host.interpreter import settle
from controller.host.logs import log_to
from controller.host.station_keys import Secrets, key_at, station_key
from controller.runtime.lead import GivenUp
from controller.settings import Settings
from controller.store import Store
from controller.terminal.progress import Stages

LOST: Final = os.EX_TEMPFAIL
"""Exit status of a station that lost the lead: systemd starts it again, and it stands by."""


def real_settings() -> Settings:
    """Return the settings of a station with real loudspeakers: people come by the first code alone."""
    settings = Settings()
    return settings if "first_people" in settings.model_fields_set else Settings(first_people=False)


def check_parts(settings: Settings) -> None:
    """Raise StartFailed where these settings cannot serve parts that run by themselves."""
    refuse_practice_home(settings.home)
    if settings.database.startswith("sqlite"):
        raise StartFailed(
            "Nhiều máy cần một cơ sở dữ liệu PostgreSQL chung: đặt LOA_DATABASE_URL. Với một máy, hãy dùng "
            "«loa up».",
            code="station.needs_postgresql",
        )
    if not settings.broker_url:
        raise StartFailed(
            "Nhiều máy cần một trạm trung chuyển MQTT chung: đặt LOA_BROKER_URL. Với một máy, hãy dùng "
            "«loa up».",
            code="station.needs_broker",
        )


def check_key(settings: Settings) -> None:
    """Raise StartFailed where this home has another key than the province: better now than at a take-over."""
    store = Store(settings.database)
    with ExitStack() as parts:
        parts.callback(store.close)
        parts.enter_context(suppress(Unavailable))  # it is waited for
        try:
            if not is_founded(store):
                return
        except StartFailed:
            return  # an empty database: this station founds the province
        files = Secrets(settings.home)
        waiting = key_at(files.next_station_key)
        refuse_other_key(store, settings, station_key(settings), *([waiting] if waiting else []))


def begin_part(log: str) -> tuple[Settings, threading.Event]:
    """Check the settings and the home, and log to this file; the event: Ctrl-C or SIGTERM asked for the end.

    Raises StartFailed where this part cannot run.
    """
    settings = real_settings()
    check_parts(settings)
    make_home(settings.home)
    log_to(settings.home / log, settings.log_level, is_json=settings.log_format == "json")
    check_key(settings)
    asked = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: asked.set())
    return settings, asked


def run(*, serve_pages: bool) -> None:
    """Run until Ctrl-C, SIGTERM or the loss of the lead."""
    settings, asked = begin_part("loa.log")
    station = Controller(settings, serve_pages=serve_pages, standby=asked, on_lost=_end_at_once)
    with ExitStack() as parts:
        stages = parts.enter_context(Stages())
        stages.say("Đang chờ quyền phát: khi không đài nào khác giữ, đài này phát.")
        try:
            station.start()
        except GivenUp:
            return
        parts.callback(stages.say, "Đã dừng.")
        parts.callback(station.stop)
        stages.say("Đài này giữ quyền phát.")
        if station.pages is not None:
            stages.say(f"Trang của đài:  {station.pages.address}")
        settle()
        asked.wait()
        stages.say("Đang dừng…")


def _end_at_once() -> NoReturn:
    """End as if killed: all that counts is in the database, and another station may lead by now."""
    sys.stderr.write("Đài này đã mất quyền phát, nên dừng ngay; systemd cho chạy lại để chờ.\n")
    logging.shutdown()
    os._exit(LOST)
