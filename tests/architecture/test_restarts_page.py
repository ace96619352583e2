"""docs/restarts.md names every state of every machine, every event in each section, and tests that exist."""

import re
from enum import Enum

import pytest

from controller.features.fleet.status import NodeStatus
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.bulletin_states import BulletinState, RenderingState
from controller.model.plan_states import DocumentKind
from controller.model.schedule_states import ScheduleState
from devices.messages import ReceiptKind
from tests.architecture.source import ROOT

PAGE = (ROOT / "docs/restarts.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
MACHINES: dict[str, type[Enum] | None] = {
    "Bulletin": BulletinState,
    "Rendering": RenderingState,
    "Airing": AiringState,
    "Delivery": DeliveryStage,
    "Plan and the other documents": DocumentKind,
    "Schedule and its occurrences": ScheduleState,
    "Loudspeaker": NodeStatus,
    "Receipt": ReceiptKind,
    "Operator's session": None,
}
EVENTS = (
    "kill",
    "restart",
    "power loss",
    "clock jump",
    "restored backup",
    "midnight",
    "month end",
    "29 February",
    "Tết",
    "broker away six hours",
)


def rows(section):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| ") and not line.startswith("| event")
    ]


def words(machine):
    return {one.name.lower() if isinstance(one.value, int) else str(one.value) for one in machine}


def test_the_page_has_a_section_for_each_machine_and_no_other():
    assert set(SECTIONS) == set(MACHINES)


@pytest.mark.parametrize("name", [name for name, machine in MACHINES.items() if machine])
def test_every_state_is_named_and_none_that_is_gone(name):
    named = set(re.findall(r"`([a-z_]+)`", SECTIONS[name]))
    assert named == words(MACHINES[name])


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_is_told_of_in_a_row_and_every_event_has_one(name):
    told = rows(SECTIONS[name])
    assert tuple(row[0] for row in told) == EVENTS
    assert all(len(row) == 4 and row[2] for row in told)
    if MACHINES[name]:
        meant = {state for row in told for state in re.findall(r"`([a-z_]+)`", row[1])}
        meant |= words(MACHINES[name]) if any(row[1] == "any" for row in told) else set()
        assert meant == words(MACHINES[name])


def is_there(named):
    file, _, test = named.partition("::")
    source = (ROOT / file).read_text(encoding="utf-8")
    return re.search(rf"^(def {test}\(|.*\b{test}\b.*= .*\.TestCase)", source, re.MULTILINE)


def test_every_proof_is_a_test_that_is_there():
    named = {row[3] for section in SECTIONS.values() for row in rows(section)}
    assert len(named) > 30
    assert {one for one in named if not is_there(one)} == set()
