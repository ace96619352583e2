"""Taking a bulletin off the air, for pages and JSON: one transaction, then the station is woken."""

from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.queries import seen_bulletin
from controller.features.withdrawals.service import withdraw_bulletin
from controller.http.station import Station


def withdraw(station: Station, viewer: Viewer, bulletin_id: str, reason: str) -> None:
    """Take an approved bulletin off the air; what sounds stops."""
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        withdraw_bulletin(session, bulletin.id, by=viewer.operator, now=station.now(), reason=reason)
    station.wake()
