"""Emergencies and what is prepared for them, as programs get them; one snapshot each."""

from collections.abc import Sequence
from datetime import timedelta

from controller.features.accounts.viewer import Caller
from controller.features.airings.queries import sound_end_of
from controller.features.emergencies.queries import (
    EmergencyView,
    PreparedView,
    emergencies,
    emergency_view,
    prepared_views,
    sounding_in,
)
from controller.features.emergencies.schemas import (
    EmergencyShown,
    PreparedShown,
    TemplateShown,
    TemplatesShown,
)
from controller.features.emergencies.texts import TEMPLATES
from controller.http.station import Station
from controller.model.emergency_states import EmergencyId
from devices.ids import AreaCode

LATELY = timedelta(days=1)
"""An emergency is listed so long after its end."""


def templates_in(station: Station, areas: Sequence[AreaCode]) -> TemplatesShown:
    """Return what can be called in areas, and what a call would interrupt."""
    with station.store.read() as session:
        return TemplatesShown(
            prepared=[_prepared(view) for view in prepared_views(session, areas, station.now())],
            sounding=[airing.id for airing in sounding_in(session, areas)],
            templates=[TemplateShown.of(one) for one in TEMPLATES],
        )


def emergencies_of(caller: Caller, *, is_lately: bool) -> list[EmergencyShown]:
    """Return what waits or sounds in the person's view; `is_lately`: also all of the last day."""
    with caller.store.read() as session:
        now = caller.now()
        since = now - LATELY if is_lately else None
        return [emergency_shown(view) for view in emergencies(session, caller.scope.hears, now, since=since)]


def emergency(caller: Caller, name: EmergencyId) -> EmergencyShown:
    """Return one emergency with its reach."""
    with caller.store.read() as session:
        return emergency_shown(emergency_view(session, name, caller.scope.hears, caller.now()))


def emergency_shown(view: EmergencyView) -> EmergencyShown:
    """Return an emergency as programs get it."""
    row, airing = view.row, view.airing
    return EmergencyShown.of(
        row,
        state=view.standing,
        is_running=view.is_running,
        title=view.title,
        areas=view.areas,
        called_by=view.caller,
        confirmed_by=view.confirmer,
        airing_state=airing and airing.state,
        starts_at=airing and airing.starts_at,
        ends_at=None if airing is None else airing.ended_at or sound_end_of(airing),
        nodes=view.reach.nodes,
        started=view.reach.started,
    )


def _prepared(view: PreparedView) -> PreparedShown:
    approved, recording = view.sound or (None, None)
    return PreparedShown.of(
        view.row,
        title=view.bulletin.title,
        is_approved=approved is not None,
        approval_expires_at=approved and approved.expires_at,
        recording=recording and recording.id,
        duration_ms=recording and recording.duration_ms,
        is_alert=view.is_alert,
        readiness=view.readiness,
    )
