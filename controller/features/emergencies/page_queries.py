"""What the pages of emergencies show; one snapshot each."""

from collections.abc import Mapping, Sequence
from typing import Any

from controller.errors import NotFound
from controller.features.accounts.second_factor import has_second_factor
from controller.features.accounts.touches import means_of_signing
from controller.features.accounts.viewer import Caller
from controller.features.airings.queries import sound_end_of
from controller.features.bulletins.page_queries import titles_of, visible_bulletins
from controller.features.emergencies.alarm_bar import RUNNING_WORDS
from controller.features.emergencies.queries import (
    EmergencyView,
    emergencies,
    emergency_view,
    is_cleared,
    prepared_views,
    sounding_in,
)
from controller.features.emergencies.rings import ring_of
from controller.features.emergencies.signed_calls import callers_role
from controller.features.emergencies.texts import TEMPLATES
from controller.features.emergencies.views import LATELY
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.emergency_states import KINDS_IN_WORDS, STANDING_IN_WORDS, EmergencyId, Kind, Standing
from controller.model.permissions import Act
from controller.store import Session
from devices.ids import AreaCode, Grade

_USABLE = frozenset(BulletinState) - {BulletinState.WITHDRAWN}


def index_page(caller: Caller) -> dict[str, Any]:
    """Return what sounds or waits, what can be called, and what may be prepared."""
    with caller.store.read() as session:
        now, scope = caller.now(), caller.scope
        views = prepared_views(session, [scope.home], now)
        return {
            "alarms_ready": [view for view in views if view.row.kind is Kind.ALARM],
            "tests_ready": [view for view in views if view.row.kind is Kind.TEST],
            "all_ready": views,
            "lately": emergencies(session, scope.hears, now, since=now - LATELY),
            "templates": TEMPLATES,
            "kinds": KINDS_IN_WORDS,
            "bulletins": [one for one, _ in visible_bulletins(session, scope, _USABLE) if _may_be_held(one)],
            "taken": {(view.row.template, view.row.area) for view in views},
            "areas": [scope.by_code[code] for code in sorted(scope.seen)],
            "scope": scope,
            "STANDING_IN_WORDS": STANDING_IN_WORDS,
        }


def _may_be_held(bulletin: Bulletin) -> bool:
    """Whether it was handed in for emergencies or as a test, or may still be."""
    is_open = bulletin.state in {BulletinState.DRAFT, BulletinState.RETURNED}
    return bulletin.test or is_open or bulletin.highest_grade is Grade.EMERGENCY


def call_page(caller: Caller, prepared: str, areas: Sequence[AreaCode]) -> dict[str, Any]:
    """Return what a call would stop and whom it would reach."""
    with caller.store.read() as session:
        views = prepared_views(session, areas, caller.now())
        view = next((one for one in views if one.row.id == prepared), None)
        if view is None or view.row.kind is not Kind.ALARM:
            raise NotFound("Không có bản soạn sẵn này ở địa bàn đã chọn.", code="emergency.unknown-prepared")
        sounding, scope = sounding_in(session, areas), caller.scope
        titles = titles_of(session, [airing.bulletin for airing in sounding])
        return {
            "view": view,
            "where": scope.where(areas),
            "stops": [titles.get(airing.bulletin, "") for airing in sounding],
            **means_of_signing(session, caller, callers_role(caller.by)),
            "has_code": has_second_factor(session, caller.by.id),
            "may_alone": scope.may(caller.by, Act.AIR_EMERGENCY, areas),
            "communes": scope.communes if len(scope.communes) > 1 else (),
        }


def one_emergency(caller: Caller, emergency: EmergencyId) -> EmergencyView:
    """Return one emergency with its reach."""
    with caller.store.read() as session:
        return emergency_view(session, emergency, caller.scope.hears, caller.now())


def emergency_page(session: Session, caller: Caller, emergency: EmergencyId) -> Mapping[str, Any]:
    """Return one emergency with its reach, as its page streams it."""
    view = emergency_view(session, emergency, caller.scope.hears, caller.now())
    return {
        "view": view,
        "is_cleared": is_cleared(session, emergency),
        "where": caller.scope.where(view.areas),
        "sounds_here": view.is_running and not caller.scope.hears.isdisjoint(view.areas),
        "ends_at": None if view.airing is None else view.airing.ended_at or sound_end_of(view.airing),
        "Kind": Kind,
        "Standing": Standing,
        "STANDING_IN_WORDS": STANDING_IN_WORDS,
        "RUNNING_WORDS": RUNNING_WORDS,
    }


def emergency_forms(caller: Caller, emergency: EmergencyId) -> dict[str, Any]:
    """Return what the forms of one emergency ask for."""
    with caller.store.read() as session:
        view = emergency_view(session, emergency, caller.scope.hears, caller.now())
        areas, by, may = list(view.row.areas), caller.by, caller.scope.may
        waits = view.standing is Standing.CALLED
        may_sound = view.row.kind is Kind.ALARM and (waits or view.airing is not None)
        may_clear = may_sound and not is_cleared(session, emergency)
        return {
            **means_of_signing(session, caller, callers_role(by)),
            "has_code": has_second_factor(session, by.id),
            "ring": ring_of(session, emergency, by.id) if waits else None,
            "may_confirm": waits and view.row.called_by != by.id and may(by, Act.AIR, areas),
            "may_decline": waits and may(by, Act.STOP, areas),
            "may_clear": may_clear and may(by, Act.AIR_EMERGENCY, areas),
            "clears": [
                one
                for one in prepared_views(session, areas, caller.now())
                if one.row.kind is Kind.ALL_CLEAR and one.sound is not None
            ],
        }
