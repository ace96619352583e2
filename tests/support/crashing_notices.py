"""A station that tells its administrators and followers something all the time, until it is killed."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.app import Controller
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.areas.queries import areas, top_area
from controller.features.listeners.follows import follow_commune
from controller.features.notice_ways.service import WantedNotices, add_webhook
from controller.features.notices.announcements import Told, announce
from controller.features.notices.service import notify
from controller.features.provisioning.service import found
from controller.host.station_keys import StationSeal, station_key
from controller.model.first_people import ADMINISTRATOR
from controller.model.followers import AnnouncementKind
from controller.model.notice_ways import NoticeTopic
from controller.model.notices import Notice, NoticeKind
from controller.settings import Settings
from controller.store import Store, one_read
from devices.ids import AreaCode
from tests.support.notice_receivers import SubscribedBrowser

NO_BROKER = "mqtt://127.0.0.1:1"
PAUSE = 0.01  # seconds between two acts
EACH = 5  # of what is told, one in so many goes to followers, too


def settings_of(home: Path, **more) -> Settings:
    return Settings(home=home, broker_url=NO_BROKER, speech_workers=0, push_services="127.0.0.1", **more)


def make_home(home: Path, address: str, phones: Sequence[SubscribedBrowser] = (), **more) -> None:
    """Found a station with one webhook, and phones that follow a commune."""
    settings, now = settings_of(home, **more), utc_now()
    home.mkdir(parents=True)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=now)
    store.signer = StationSeal(station_key(settings))
    with store.write() as session:
        by = operator_named(session, ADMINISTRATOR)
        add_webhook(
            session, name="Thử", address=address, wanted=WantedNotices(list(NoticeTopic)), by=by, now=now
        )
    for phone in phones:
        given = {"address": phone.endpoint, "keys": phone.keys, "settings": settings}
        follow_commune(store, _commune(store), bulletins=False, **given, now=now)
    store.close()


@one_read
def _commune(session: Session) -> AreaCode:
    return areas(session, top_area(session).code)[0].code


def announce_emergency(session: Session, subject: str, *, now: datetime) -> None:
    """Tell whoever follows the province's communes."""
    told = Told(AnnouncementKind.EMERGENCY, subject, [top_area(session).code], subject, "Lời.")
    announce(session, told, now=now, until=now + timedelta(hours=1))


def tell(session, subject: str, sentence: str, *, now) -> None:
    """Tell the administrator something urgent: there is no most of such a day."""
    by = operator_named(session, ADMINISTRATOR)
    notify(session, [by.id], NoticeKind.CALL_WAITS, subject, sentence, now=now)


def run(home: Path) -> None:
    """Tell one thing after the other; from the file `enough` on only send what is left."""
    station = Controller(settings_of(home), serve_pages=False)
    station.start()
    with station.store.read() as session:
        first = session.scalar(select(func.count()).select_from(Notice)) or 0
    for number in count(first):
        while (home / "enough").exists():
            time.sleep(1)
        with station.store.write() as session:
            tell(session, f"s{number}", f"Việc {number}.", now=station.now())
            if number % EACH == 0:
                announce_emergency(session, f"s{number}", now=station.now())
        time.sleep(PAUSE)
