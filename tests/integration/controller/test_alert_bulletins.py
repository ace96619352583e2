"""Bulletins that begin with the alert tone: for emergencies alone; and the rests that an area has."""

import pytest

from controller.errors import BadInput, Conflict
from controller.features.airings.planning_context import length_of
from controller.features.areas.queries import area_tree
from controller.features.bulletins.queries import get_bulletin, get_revision, rendering_of
from controller.features.bulletins.scope import OutsideApproval
from controller.features.bulletins.service import (
    clone_bulletin,
    draft_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.emergencies.preparation import prepare, write_from_template
from controller.features.schedules.service import schedule_bulletin
from controller.features.speech.queries import speech_in
from controller.features.speech.schemas import AreaSpeechAsked
from controller.features.speech.service import remove_area_speech, set_area_speech
from controller.features.turns.schemas import AreaTurnsAsked
from controller.features.turns.service import set_area_turns
from controller.model.emergency_states import Kind
from controller.model.speech import Speech
from controller.model.wording import Manner, digest_of
from controller.runtime.speech_orders import order_of
from controller.settings import Settings
from devices.ids import Grade
from schedules.recurrence import Daily
from tests.support.station_world import NHA_TRANG, PROVINCE, TEXT, Sound
from tts.recordings import RecordingStore
from tts.uploads import UploadStore

ALERT = Manner(alert=True)


def drafted(world, manner=ALERT, **more):
    made = {"title": "Lũ lên", "text": TEXT, "area": NHA_TRANG, "manner": manner}
    return world.do(draft_bulletin, by=world.officer, **made | more).id


def test_a_built_in_alarm_begins_with_it_and_an_all_clear_and_a_test_do_not(world):
    def written(template):
        row = world.do(write_from_template, template, PROVINCE, by=world.approver, speech=Speech())
        wording = world.ask(get_revision, row.bulletin, world.ask(get_bulletin, row.bulletin).revision)
        rendering = world.ask(rendering_of, row.bulletin, wording.number)
        return row.kind, wording.alert, rendering.rests, rendering.rate

    assert written("flood") == (Kind.ALARM, True, 2.0, 0.9)
    assert written("all-clear") == (Kind.ALL_CLEAR, False, 1.0, 1.0)
    assert written("test") == (Kind.TEST, False, 1.0, 1.0)


def test_it_is_part_of_the_wording_that_is_approved_and_of_the_order(world, tmp_path):
    bulletin = drafted(world)
    wording = world.ask(get_revision, bulletin, 1)
    assert wording.text_sha256 == digest_of(TEXT, ALERT) != digest_of(TEXT)
    world.do(submit_bulletin, bulletin, by=world.officer, highest_grade=Grade.PRIORITY)
    assert world.ask(get_bulletin, bulletin).highest_grade is Grade.EMERGENCY  # it is for nothing else
    stores = RecordingStore(tmp_path), UploadStore(tmp_path / "uploads")
    order = world.ask(order_of, world.ask(rendering_of, bulletin, 1), Settings(), *stores)
    assert (order.alert, order.rests, order.rate) == (True, 2.0, 0.9)
    copy = world.do(clone_bulletin, bulletin, by=world.officer).id
    assert world.ask(get_revision, copy, 1).alert
    world.do(revise_bulletin, copy, by=world.officer, manner=Manner())
    assert not world.ask(get_revision, copy, 2).alert


def test_what_begins_with_it_sounds_as_an_emergency_alone(world):
    bulletin, sound = drafted(world), Sound(b"alarm " * 20_000)
    world.render(world.do(submit_bulletin, bulletin, by=world.officer).id, sound)
    world.approve(bulletin, sound.data)
    for grade in (Grade.ROUTINE, Grade.PRIORITY):
        with pytest.raises(OutsideApproval, match="tín hiệu báo động"):
            world.plan(bulletin, grade=grade)
        rule = Daily(at=world.now.time().replace(hour=10), first=world.now.date())
        with pytest.raises(OutsideApproval):
            world.do(
                schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, grade=grade, by=world.approver
            )
    with pytest.raises(Conflict, match="báo yên"):
        world.do(prepare, bulletin, Kind.ALL_CLEAR, NHA_TRANG, by=world.approver)
    world.do(prepare, bulletin, Kind.ALARM, NHA_TRANG, by=world.approver)
    assert world.called(bulletin)
    with pytest.raises(BadInput, match="Bản tin thử"):
        drafted(world, test=True)


def test_a_draft_that_is_made_an_alarm_begins_with_it_from_then_on(world):
    bulletin = drafted(world, Manner(readings=2))
    world.do(prepare, bulletin, Kind.ALARM, NHA_TRANG, by=world.approver)
    newest = world.ask(get_revision, bulletin, world.ask(get_bulletin, bulletin).revision)
    assert (newest.number, newest.manner) == (2, Manner(readings=2, alert=True))
    clear = drafted(world, Manner(), title="Báo yên")
    world.do(prepare, clear, Kind.ALL_CLEAR, NHA_TRANG, by=world.approver)
    assert world.ask(get_bulletin, clear).revision == 1


def test_rests_are_an_areas_choice_and_wide_where_neighbours_speak_in_turns(world):
    def rests(area=NHA_TRANG):
        return world.ask(speech_in, area, Speech()).rests

    def choose(area, asked):
        world.do(set_area_speech, AreaSpeechAsked(area=area, rests=asked), Settings(), by=world.approver)

    plain = drafted(world, Manner(), text="Mời họp. Xin đến đúng giờ.")
    usual_length = world.ask(length_of, plain)[0]
    assert rests() == 1.0
    turns = AreaTurnsAsked.model_construct(area=NHA_TRANG, most=3)
    world.do(set_area_turns, turns, by=world.approver)
    assert (rests(), rests(PROVINCE)) == (2.0, 1.0)
    assert world.ask(length_of, plain)[0] > usual_length
    world.do(submit_bulletin, plain, by=world.officer, speech=Speech())
    assert world.ask(rendering_of, plain, 1).rests == 2.0
    choose(NHA_TRANG, "usual")
    assert rests() == 1.0
    world.do(remove_area_speech, NHA_TRANG, by=world.approver)
    choose(PROVINCE, "wide")
    assert NHA_TRANG in world.ask(area_tree).below([PROVINCE])
    assert rests() == rests(PROVINCE) == 2.0
