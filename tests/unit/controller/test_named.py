"""Words for values: every value known today has some, and one from a later release fails no page."""

import re

import pytest

from controller.features.airings.views import AIRING_SIGNS
from controller.features.bulletins.programme_form import KIND_WORDS
from controller.features.bulletins.signs import BULLETIN_SIGNS, progress_words
from controller.features.chimes.page_queries import PLACE_WORDS
from controller.features.editorial.pages.imports import KIND_WORDS as FILE_WORDS
from controller.features.editorial.pages.imports import MEND_WORDS
from controller.features.emergencies.alarm_bar import RUNNING_WORDS
from controller.features.fleet.events import EventKind
from controller.features.fleet.pages.incidents import EVENT_SIGNS
from controller.features.fleet.signs import NODE_SIGNS
from controller.features.fleet.status import NodeStatus
from controller.features.imports.file_kinds import FileKind
from controller.features.imports.text_repair import Mend
from controller.features.listeners.pages.reports import TROUBLE_WORDS
from controller.http.named import Named
from controller.http.render import ACT_WORDS, KEY_WORDS, REASON_WORDS, RECEIPT_WORDS, ROLE_WORDS, reason_words
from controller.http.signs import StatusTone
from controller.http.words import GRADE_WORDS
from controller.model.airing_states import IN_WORDS as AIRINGS_IN_WORDS
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import IN_WORDS as BULLETINS_IN_WORDS
from controller.model.bulletin_states import BulletinState, ItemKind
from controller.model.chimes import ChimePlace
from controller.model.emergency_states import IN_WORDS as EMERGENCIES_IN_WORDS
from controller.model.emergency_states import (
    KINDS_IN_WORDS,
    STANDING_IN_WORDS,
    EmergencyState,
    Kind,
    Standing,
)
from controller.model.listener_report_states import Trouble
from controller.model.permissions import Act, OperatorRole
from devices.ids import Grade, Role
from devices.messages import ReceiptKind
from tests.architecture.source import ROOT
from tts.orders import Progress

NAMED = (
    (RECEIPT_WORDS, ReceiptKind),
    (GRADE_WORDS, Grade),
    (ROLE_WORDS, OperatorRole),
    (ACT_WORDS, Act),
    (KEY_WORDS, Role),
    (AIRING_SIGNS, AiringState),
    (BULLETIN_SIGNS, BulletinState),
    (NODE_SIGNS, NodeStatus),
    (EVENT_SIGNS, EventKind),
    (RUNNING_WORDS, Kind),
    (PLACE_WORDS, ChimePlace),
    (KIND_WORDS, ItemKind),
    (TROUBLE_WORDS, Trouble),
    (MEND_WORDS, Mend),
    (FILE_WORDS, FileKind),
)
OF_MACHINES = (
    (AIRINGS_IN_WORDS, AiringState),
    (BULLETINS_IN_WORDS, BulletinState),
    (EMERGENCIES_IN_WORDS, EmergencyState),
    (STANDING_IN_WORDS, Standing),
    (KINDS_IN_WORDS, Kind),
)


@pytest.mark.parametrize(("words", "values"), [*NAMED, *OF_MACHINES])
def test_every_value_has_words_of_its_own(words, values):
    assert {value for value in values if value not in words} == set()


@pytest.mark.parametrize("words", [words for words, _ in NAMED])
def test_a_value_of_a_later_release_is_shown_in_plain(words):
    assert isinstance(words, Named)
    found = words["later-value"]
    assert getattr(found, "word", found) == "later-value"
    assert getattr(found, "tone", StatusTone.CALM) is StatusTone.CALM


def test_every_reason_of_the_protocol_has_words_and_another_is_shown_as_it_came():
    protocol = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    (told,) = re.findall(
        r"`reason` is a short code for technicians\.(.*?)Others may come", protocol, re.DOTALL
    )
    reasons = {*re.findall(r"`([a-z-]+)`", told)} - {"lost", "started", "finished"}  # kinds of receipts
    assert len(reasons) > 12
    assert reasons - {*REASON_WORDS} == set()
    assert reason_words("mouse-in-cabinet") == "mouse-in-cabinet"


def test_a_stage_of_rendering_that_has_no_words_still_says_what_is_being_done():
    assert progress_words(Progress("cooling", 1, 2)) == "Đang dựng âm thanh"
