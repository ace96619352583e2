"""What JSON and page do to sign a home: try the brokers, open the person's key, then write."""

from controller.features.accounts.counted_signing import counted_signing
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.pens import Touch
from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.touches import ask_touch
from controller.features.accounts.viewer import Caller
from controller.features.enrolment.service import welcome_broker
from controller.features.homes.service import WantedHome, check_home, wanted_act
from controller.features.plans.proposals import Done, do_or_propose
from controller.http.station import Station
from controller.settings import Settings
from controller.store import Store
from devices.ids import Role


def try_home(caller: Caller, station: Station, asked: WantedHome) -> None:
    """Raise Conflict where a broker of the home does not serve."""
    check_home(caller.store, asked, settings=station.settings, nodes_url=station.welcome().broker)


def try_home_here(store: Store, asked: WantedHome) -> None:
    """Raise Conflict where a broker of the home does not serve, on the station's own machine."""
    settings = Settings()
    check_home(store, asked, settings=settings, nodes_url=welcome_broker(settings))


def sign(
    caller: Caller,
    tries: Tries,
    station: Station,
    asked: WantedHome,
    password: str | Touch,
    *,
    tried: bool = False,
) -> Done:
    """Sign a home, or propose it to a second administrator; wrong passwords are counted, as at sign-in.

    `tried`: its brokers were tried just now, when the device was asked. A `Touch` that has no answer yet
    raises SignatureAsked, and changes nothing.
    """
    role = Role.ADMINISTRATOR
    with counted_signing(
        caller, tries, role, password, refused="home.signing-refused", subject=asked.area
    ) as opened:
        if not tried:
            try_home(caller, station, asked)
        return do_or_propose(caller, wanted_act(caller, asked), password=opened, **caller.stamp)


def ask_home(caller: Caller, tries: Tries, station: Station, asked: WantedHome, kid: str) -> TouchAsked:
    """Return what a person's device is to sign for exactly this home; its brokers are tried first."""
    try_home(caller, station, asked)
    words = f"Ký. {wanted_act(caller, asked).words}"

    def act(touch: Touch) -> object:
        return sign(caller, tries, station, asked, touch, tried=True)

    return ask_touch(caller, Role.ADMINISTRATOR, kid, act, words=words)
