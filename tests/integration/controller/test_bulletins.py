"""Nothing unapproved is ever heard: approval is bound to the text, the recording and another person."""

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.service import create_operator
from controller.features.airings.queries import get_airing
from controller.features.bulletins.queries import (
    approval_of,
    get_bulletin,
    get_rendering,
    get_revision,
    rendering_of,
    waiting_renderings,
)
from controller.features.bulletins.renderings import (
    MOST_ATTEMPTS,
    begin_rendering,
    fail_rendering,
    finish_rendering,
    requeue_renderings,
    retry_rendering,
)
from controller.features.bulletins.service import (
    draft_bulletin,
    return_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState, IllegalBulletinTransition, RenderingState
from controller.model.permissions import OperatorRole
from devices.ids import RecordingId
from devices.jose import read_payload
from devices.statements import Approval
from tests.support.station_world import NHA_TRANG, PASSWORD, PROVINCE, TEXT, Sound


def test_an_approval_says_exactly_what_was_approved_and_by_whom(world):
    bulletin = world.submitted()
    approved = world.approve(bulletin)
    said = read_payload(approved.jws)
    assert said["text_sha256"] == world.ask(get_revision, bulletin, 1).text_sha256
    assert said["recording"] == Sound(b"sound " * 20_000).recording
    assert (said["bulletin"], said["revision"], said["approver"]) == (bulletin, 1, "duyet")
    assert Approval.model_validate(said).test is False


def test_a_test_is_approved_as_a_test(world):
    bulletin = world.submitted(test=True)
    assert read_payload(world.approve(bulletin).jws)["test"] is True


def test_the_author_cannot_approve_even_when_also_an_approver(world):
    bulletin = world.submitted(by=world.approver)
    with pytest.raises(NotAllowed) as refused:
        world.approve(bulletin)
    assert refused.value.code == "bulletin.own"
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED


def test_who_wrote_the_last_wording_cannot_approve_it_either(world):
    bulletin = world.do(draft_bulletin, title="Lịch", text=TEXT, by=world.officer).id
    world.do(revise_bulletin, bulletin, title="Lịch", text=TEXT + " Thêm.", by=world.approver)
    world.render(world.do(submit_bulletin, bulletin, by=world.officer).id, Sound(b"sound " * 20_000))
    with pytest.raises(NotAllowed):
        world.approve(bulletin, revision=2)


def test_a_wrong_password_approves_nothing(world):
    bulletin = world.submitted()
    with pytest.raises(NotAllowed) as refused:
        world.approve(bulletin, password="không phải mật khẩu")
    assert refused.value.code == "operator.wrong-password"
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED
    assert world.ask(approval_of, bulletin, 1) is None


def test_an_officer_cannot_approve(world):
    bulletin = world.submitted(by=world.approver)
    with pytest.raises(NotAllowed):
        world.approve(bulletin, by=world.officer)


def test_what_was_not_listened_to_is_not_approved(world):
    bulletin = world.submitted()
    with pytest.raises(Conflict) as refused:
        world.approve(bulletin, recording=RecordingId("0" * 64))
    assert refused.value.code == "bulletin.changed"
    with pytest.raises(Conflict):
        world.approve(bulletin, revision=2)


def test_nothing_is_approved_before_its_recording_is_made(world):
    bulletin = world.submitted(rendered=False)
    with pytest.raises(Conflict) as refused:
        world.approve(bulletin)
    assert refused.value.code == "bulletin.not-rendered"


def test_an_approver_of_another_area_cannot_approve(world):
    bulletin = world.submitted(by=world.officer)
    other = world.do(
        create_operator,
        name="duyet2",
        display_name="",
        roles={OperatorRole.APPROVER},
        area="22333",
        password=PASSWORD,
        by=world.administrator,
    )
    with pytest.raises(NotFound):  # it is not even seen there
        world.approve(bulletin, by=other)


def test_a_returned_bulletin_keeps_its_old_wording_and_gets_a_new_one(world):
    bulletin = world.submitted()
    with pytest.raises(BadInput):
        world.do(return_bulletin, bulletin, reason=" ", by=world.approver)
    world.do(return_bulletin, bulletin, reason="Sai ngày", by=world.approver)
    assert world.ask(get_bulletin, bulletin).returned_reason == "Sai ngày"
    world.do(revise_bulletin, bulletin, title="Lịch", text=TEXT + " Sửa.", by=world.clerk)
    assert world.ask(get_revision, bulletin, 1).text == TEXT
    assert world.ask(get_revision, bulletin, 2).text == TEXT + " Sửa."
    world.do(submit_bulletin, bulletin, by=world.clerk)
    assert world.ask(rendering_of, bulletin, 2).state is RenderingState.WAITING


def test_saving_the_same_words_makes_no_new_revision(world):
    bulletin = world.do(draft_bulletin, title="Lịch", text=TEXT, by=world.officer).id
    world.do(revise_bulletin, bulletin, title=" Lịch ", text=f"\n{TEXT}  ", by=world.officer)
    assert world.ask(get_bulletin, bulletin).revision == 1


def test_another_title_is_another_wording_of_whoever_wrote_it(world):
    bulletin = world.do(draft_bulletin, title="Lịch", text=TEXT, by=world.officer).id
    world.do(revise_bulletin, bulletin, title="Lịch khác", text=TEXT, by=world.approver)
    assert world.ask(get_bulletin, bulletin).revision == 2
    rendering = world.do(submit_bulletin, bulletin, by=world.officer)
    sound = Sound(b"sound " * 20_000)
    world.render(rendering.id, sound)
    with pytest.raises(NotAllowed):
        world.approve(bulletin, revision=2)


def test_an_approved_bulletin_cannot_be_changed(world):
    bulletin = world.approved()
    with pytest.raises(IllegalBulletinTransition):
        world.do(revise_bulletin, bulletin, title="Khác", text="Lời khác.", by=world.clerk)


def test_withdrawing_stops_whatever_is_still_to_be_heard(world):
    bulletin = world.approved()
    first, second = world.plan(bulletin), world.plan(bulletin, seconds=8 * 3600)
    world.advance()
    world.publish()
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    for airing in (first, second):
        assert world.ask(get_airing, airing).state is AiringState.CANCELLED
    assert world.ask(approval_of, bulletin, 1).withdrawn_at == world.now
    (plan,) = [document for document in world.refresh() if document.topic.startswith("loa/v1/plan")]
    assert read_payload(plan.payload.decode())["airings"] == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 200_000, "chữ\x01", "<script>alert(1)</script>"])
def test_a_text_that_cannot_be_read_out_leaves_nothing_behind(world, text):
    with pytest.raises(BadInput):
        world.do(draft_bulletin, title="Lịch", text=text, by=world.officer)
    assert world.ask(waiting_renderings) == []


def test_an_officer_writes_only_for_the_own_area(world):
    with pytest.raises(NotAllowed):
        world.do(draft_bulletin, title="Lịch", text=TEXT, by=world.officer, area=PROVINCE)
    assert world.do(draft_bulletin, title="Lịch", text=TEXT, by=world.officer).area == NHA_TRANG


def test_what_is_not_there_is_not_found(world):
    with pytest.raises(NotFound):
        world.do(submit_bulletin, "0", by=world.officer)
    with pytest.raises(NotFound):
        world.ask(get_rendering, "0")


def test_a_rendering_is_claimed_by_one_worker_only(world):
    world.submitted(rendered=False)
    (rendering,) = world.ask(waiting_renderings)
    assert world.do(begin_rendering, rendering.id)
    assert not world.do(begin_rendering, rendering.id)


def test_a_rendering_whose_worker_died_is_tried_again_but_not_for_ever(world):
    world.submitted(rendered=False)
    (rendering,) = world.ask(waiting_renderings)
    for _ in range(MOST_ATTEMPTS):
        assert world.do(begin_rendering, rendering.id)
        assert world.do(requeue_renderings) == 1
    ended = world.ask(get_rendering, rendering.id)
    assert (ended.state, ended.fault) == (RenderingState.FAILED, "rendering.too-often")


def test_a_failed_rendering_says_why_and_can_be_tried_again(world):
    world.submitted(rendered=False)
    (rendering,) = world.ask(waiting_renderings)
    world.do(begin_rendering, rendering.id)
    world.do(fail_rendering, rendering.id, code="engine.silent", sentence="Giọng đọc không phát ra tiếng.")
    assert world.ask(get_rendering, rendering.id).fault_sentence == "Giọng đọc không phát ra tiếng."
    world.do(retry_rendering, rendering.bulletin, by=world.clerk)
    assert [waiting.id for waiting in world.ask(waiting_renderings)] == [rendering.id]


def test_a_manifest_of_other_bytes_is_refused(world):
    world.submitted(rendered=False)
    (rendering,) = world.ask(waiting_renderings)
    world.do(begin_rendering, rendering.id)
    with pytest.raises(BadInput):
        world.do(finish_rendering, rendering.id, Sound(b"a"), Sound(b"b").manifest)
    assert world.ask(get_rendering, rendering.id).state is RenderingState.RENDERING
