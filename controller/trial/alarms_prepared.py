"""Test data of the emergency benchmark: an approved alarm, all-clear and broadcast at its station."""

from controller.app import Controller
from controller.features.accounts.queries import operator_named
from controller.features.emergencies.preparation import prepare
from controller.model.emergency_states import Kind
from controller.model.first_people import APPROVER
from controller.terminal.progress import Stages
from controller.trial.bench_ground import approved, tone
from devices.ids import AreaCode, Grade

BROADCAST_S, ALARM_S, ALL_CLEAR_S = 120, 40, 8
"""Durations, seconds: of the broadcast that is interrupted repeatedly; of the alarm that interrupts it
(longer than the alarm is left running); and of the all-clear that ends the alarm."""
BROADCAST = "broadcast"


def prepare_alarms(station: Controller) -> dict[str, str]:
    """Return the ids of what was prepared, by kind, and of the broadcast's bulletin."""
    with Stages() as stages:
        ids: dict[str, str] = {BROADCAST: approved(station, stages, "Thông báo", tone(BROADCAST_S, 330))}
        for kind, seconds, hertz in ((Kind.ALARM, ALARM_S, 880), (Kind.ALL_CLEAR, ALL_CLEAR_S, 550)):
            bulletin = approved(station, stages, str(kind), tone(seconds, hertz), Grade.EMERGENCY)
            with station.store.write() as session:
                by = operator_named(session, APPROVER)
                assert by is not None
                area = AreaCode(station.settings.province)
                ids[kind] = prepare(session, bulletin, kind, area, by=by, now=station.now()).id
    station.wake()
    return ids
