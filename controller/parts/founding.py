"""`loa pair found`: makes the keys of a new province before its first start; docs/several-machines.md."""

from contextlib import ExitStack

from controller.clocks import utc_now
from controller.features.provisioning import service as provisioning
from controller.host.home_folder import HomeLock, make_home
from controller.parts.station import check_parts, real_settings
from controller.store import Store
from controller.store.station_lock import lock_of


def found() -> str:
    """Make database and keys, and return what to tell the person; a founded province stays as it is.

    Nobody may lead meanwhile. Raises StartFailed or Unavailable.
    """
    settings = real_settings()
    check_parts(settings)
    make_home(settings.home)
    store = Store(settings.database)
    with ExitStack() as parts:
        parts.callback(store.close)
        home = HomeLock(settings.home)
        home.take()
        parts.callback(home.release)
        lead = lock_of(store, settings.home)
        lead.take()
        parts.callback(lead.release)
        store.upgrade()
        if provisioning.is_founded(store):
            return "Đài đã được lập từ trước; không có gì thay đổi."
        provisioning.found(store, settings, now=utc_now())
    return f"Đã lập đài. Hãy cất khóa gốc «{settings.keys_dir / 'root.json'}» ra khỏi máy này."
