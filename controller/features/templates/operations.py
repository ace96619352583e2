"""A bulletin that becomes a template, as pages and JSON both do it: one transaction."""

from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.queries import seen_bulletin
from controller.features.templates.queries import OfferedTemplate, offered
from controller.features.templates.service import add_template_of
from controller.http.station import Station


def keep(station: Station, viewer: Viewer, bulletin_id: str) -> OfferedTemplate:
    """Offer a bulletin's newest wording in the area that it belongs to."""
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        return offered(add_template_of(session, bulletin.id, by=viewer.operator, now=station.now()))
