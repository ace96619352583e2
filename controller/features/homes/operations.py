"""What JSON and page do to sign a home: try the brokers, open the person's key, then write."""

from controller.errors import NotAllowed
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.service import WRONG_PASSWORD, unlock_key
from controller.features.accounts.viewer import Caller
from controller.features.homes.service import WantedHome, check_home, sign_home
from controller.features.journal.service import record
from controller.http.station import Station
from devices.ids import Role


def sign(caller: Caller, tries: Tries, station: Station, asked: WantedHome, password: str) -> None:
    """Sign a home; wrong passwords are counted and journaled, as at sign-in."""
    by, now = caller.by, caller.now()
    try:
        with tries.counted(caller.viewer.tried_as, Purpose.RULING):
            opened = unlock_key(caller.store, by, role=Role.ADMINISTRATOR, password=password, now=now)
    except NotAllowed as error:
        if error.code == WRONG_PASSWORD:
            with caller.store.write() as session:
                record(session, by, "home.signing-refused", asked.area, now)
        raise
    urls = {"station_url": station.settings.broker_url, "nodes_url": station.welcome().broker}
    check_home(caller.store, asked, **urls)
    with caller.write() as session:
        sign_home(session, asked, by=by, password=opened, now=now)
