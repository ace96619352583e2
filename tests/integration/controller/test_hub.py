"""Documents of a ministry in a province: verified, and counting no further than they are accepted."""

from contextlib import ExitStack, nullcontext

import pytest
from sqlalchemy import func, select

from controller.errors import BadInput, Conflict
from controller.features.airings.unused_recordings import recordings_in_use
from controller.features.area_changes.service import listed_areas, load_areas
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.service import submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.hub import exchanging, queries
from controller.features.hub.service import end_approver
from controller.features.keys.service import compromise_key
from controller.features.notices.queries import notices_of
from controller.features.plans.queries import published_key_sets
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.accounts import Account
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved
from controller.model.notices import Notice, NoticeKind
from devices.approvals import verify_approval
from devices.signing import TrustedKeys
from tests.support.hubs import MINISTER, SOUND, Province, served
from tests.support.station_world import NHA_TRANG, PROVINCE, Sound
from tests.support.stored_rows import published_plans


def bulletin_of(province, taken):
    return province.world.ask(get_bulletin, taken.bulletin)


@pytest.mark.both_databases
def test_what_an_accepted_approver_approved_is_planned_by_their_signature_and_a_node_accepts_it(
    ministry, province
):
    kid = province.accept("priority")
    bulletin = ministry.approved()
    ministry.publish(bulletin)
    province.look()
    assert [(one.counts, one.approver, one.bulletin) for one in province.documents()] == [
        (True, "Bộ Tư pháp", None)
    ]
    taken = province.take()
    assert taken.counts
    assert bulletin_of(province, taken).state is BulletinState.APPROVED
    world = province.world
    airing = world.plan(taken.bulletin, seconds=3600)
    world.advance()
    world.refresh()
    plan = world.ask(published_plans, NHA_TRANG)[-1]
    planned = next(one for one in plan.airings if one.airing == airing)
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    lineage = (PROVINCE, NHA_TRANG)
    text = plan.approval_texts[planned.approval]
    approval = verify_approval(planned, text, lineage, trusted, world.now)
    assert (approval.approver, approval.bulletin) == (MINISTER, bulletin)
    assert trusted.keys[kid].holder == MINISTER
    assert world.ask(invariants, now=world.now) == []


@pytest.mark.both_databases
def test_without_a_grade_it_comes_as_a_draft_that_the_provinces_own_approver_hears(ministry, province):
    province.accept()
    ministry.publish(ministry.approved())
    assert province.look().fault is None
    assert "làm bản nháp" in province.documents()[0].why_not
    taken = province.take()
    assert not taken.counts
    draft = bulletin_of(province, taken)
    assert (draft.state, draft.author) == (BulletinState.DRAFT, province.world.clerk.id)
    assert province.world.ask(lambda session: session.get(Approved, (taken.bulletin, 1))) is None


@pytest.mark.parametrize("signed", [True, False])
def test_it_counts_only_up_to_the_accepted_grade_and_once_loudspeakers_trust_the_key(
    ministry, province, signed
):
    province.accept("routine" if signed else "priority", signed=signed)
    ministry.publish(ministry.approved())
    assert province.look().fault is None
    why = province.documents()[0].why_not
    assert ("Mức phát cao hơn" if signed else "Loa chưa tin khóa") in why
    assert not province.take().counts


def test_an_approver_whom_nobody_accepted_hands_down_nothing_and_a_document_comes_once(ministry, province):
    ministry.publish(ministry.approved())
    province.look()
    assert province.documents() == []
    province.accept("priority")
    for _ in range(3):
        province.look()
    assert len(province.documents()) == 1
    province.take()
    with pytest.raises(Conflict) as taken_before:
        province.take()
    assert taken_before.value.code == "hub.taken"


def test_a_name_that_the_province_has_is_refused_since_loudspeakers_tell_people_by_name(world, province):
    with world.store.write() as session:
        session.get(Account, world.technician.id).name = MINISTER
    with pytest.raises(Conflict) as refused:
        province.accept("routine")
    assert refused.value.code == "hub.name-taken"
    assert province.shown().approvers == []


def test_a_key_accepted_for_drafts_lends_the_account_of_a_person_here_to_no_other_key(
    world, ministry, province
):
    with world.store.write() as session:
        session.get(Account, world.technician.id).name = MINISTER
    ministry.name_second_key()
    province.look()
    province.accept()
    with pytest.raises(Conflict) as refused:
        province.accept("routine")
    assert refused.value.code == "hub.name-taken"


@pytest.mark.both_databases
def test_keys_of_one_approver_are_accepted_for_one_area_at_a_time_as_loudspeakers_take_them(
    world, ministry, province
):
    ministry.name_second_key()
    province.look()
    first = province.accept("routine", area=NHA_TRANG)
    with pytest.raises(Conflict) as refused:
        province.accept("routine")
    assert refused.value.code == "hub.accepted-elsewhere"
    world.do(end_approver, first, by=world.administrator)
    second = province.accept("routine")
    areas = {key.kid: key.area for one in world.ask(published_key_sets) for key in one.keys}
    assert areas[second] == PROVINCE


def test_a_recording_that_waits_to_be_taken_is_not_deleted(ministry, province):
    province.accept("priority")
    ministry.publish(ministry.approved())
    province.look()
    world = province.world
    (recording,) = {one.recording for one in ministry.feed().documents}
    assert recording in world.ask(recordings_in_use, world.now)
    ministry.sign(documents=())
    province.look()
    assert recording not in world.ask(recordings_in_use, world.now)


def test_a_document_that_the_hub_names_no_longer_is_not_taken(ministry, province):
    province.accept("priority")
    ministry.publish(ministry.approved())
    province.look()
    world = ministry.world
    world.later(days=200)
    province.world.later(days=200)
    ministry.publish()
    province.look()
    assert province.documents()[0].gone_at == province.world.now
    with pytest.raises(Conflict) as gone:
        province.take()
    assert gone.value.code == "hub.gone"


def told(province, person, kind):
    notices = province.world.ask(notices_of, person.id, unread=True)
    return [one.sentence for one in notices if one.kind is kind]


def test_people_are_told_of_a_new_document_until_it_is_taken_and_of_one_that_is_withdrawn(ministry, province):
    province.accept("priority")
    bulletin = ministry.approved()
    ministry.publish(bulletin)
    province.look()
    world = province.world
    (sentence,) = told(province, world.clerk, NoticeKind.DOCUMENT_CAME)
    assert sentence.startswith("Trung tâm đưa xuống «Lịch tiêm phòng»: mức ")
    province.look()
    assert len(told(province, world.clerk, NoticeKind.DOCUMENT_CAME)) == 1
    taken = province.take()
    assert told(province, world.clerk, NoticeKind.DOCUMENT_CAME) == []
    feed = (ministry.folder / "feed").read_bytes()
    ministry.world.do(withdraw_bulletin, bulletin, reason="Sai ngày.", by=ministry.minister)
    for one in (ministry.world, world):
        one.later(hours=1)
    ministry.publish()
    assert feed != (ministry.folder / "feed").read_bytes()
    province.look()
    province.look()
    for person in (world.approver, world.clerk):
        (sentence,) = told(province, person, NoticeKind.DOCUMENT_GONE)
        assert "nếu Bộ đã rút thì rút bản tin này" in sentence
    assert bulletin_of(province, taken).state is BulletinState.APPROVED, "nothing falls silent by itself"


@pytest.mark.both_databases
def test_a_feed_that_changes_each_few_minutes_tells_people_once_a_day(ministry, province):
    province.accept("priority")
    ministry.publish(ministry.approved())
    province.look()
    province.take()
    documents = ministry.feed().documents
    for _ in range(3):
        ministry.sign(documents=())
        province.look()
        ministry.sign(documents=documents)
        province.look()
    assert told(province, province.world.clerk, NoticeKind.DOCUMENT_GONE) == []
    ministry.sign(documents=())
    province.look()
    (sentence,) = told(province, province.world.clerk, NoticeKind.DOCUMENT_GONE)
    assert "đã nêu lại" not in sentence
    query = select(func.count()).select_from(Notice).where(Notice.operator == province.world.clerk.id)
    gone = query.where(Notice.kind == NoticeKind.DOCUMENT_GONE)
    assert province.world.ask(lambda session: session.scalar(gone)) == 1


@pytest.mark.both_databases
def test_whoever_has_ten_unread_documents_is_told_of_no_more_and_the_page_shows_all(ministry, province):
    province.accept("routine")
    ministry.publish(ministry.approved())
    (listed,) = ministry.feed().documents
    variants = [ministry.forged(listed, '"title":"Lịch', f'"title":"Lịch {number}') for number in range(12)]
    ministry.sign(documents=tuple(variants))
    province.look()
    assert len(province.documents()) == 12
    assert len(told(province, province.world.clerk, NoticeKind.DOCUMENT_CAME)) == 10


def test_documents_that_are_gone_push_no_named_one_off_the_page(ministry, province, monkeypatch):
    monkeypatch.setattr(queries, "MOST_SHOWN", 1)
    province.accept("priority")
    ministry.publish(ministry.approved())
    province.look()
    (good,) = ministry.feed().documents
    province.world.later(minutes=5)
    ministry.sign(documents=(good, ministry.forged(good, '"title":"Lịch', '"title":"Lịch khác')))
    province.look()
    ministry.sign(documents=(good,))
    province.look()
    assert [one.sha256 for one in province.documents()] == [good.sha256]


@pytest.mark.both_databases
def test_a_day_brings_so_many_documents_and_so_many_bytes_and_the_rest_comes_later(
    ministry, province, monkeypatch
):
    monkeypatch.setattr(exchanging, "MOST_A_DAY", 3)
    monkeypatch.setattr(exchanging, "MOST_SOUND_A_DAY", 120_000)
    province.accept("priority")
    ministry.publish(*(ministry.approved(data=bytes([one]) * 50_000) for one in range(4)))
    for _ in range(3):
        assert province.look().fault.startswith("Trong 24 giờ qua đã lấy")
        assert [one.counts for one in province.documents()].count(True) == 2
        assert len(province.documents()) == 3
    province.world.later(hours=25)
    assert province.look().fault is None
    assert [one.counts for one in province.documents()] == [True] * 4


def test_an_ended_approver_counts_no_more_and_a_stolen_key_stops_what_was_planned(ministry, province):
    kid = province.accept("priority")
    ministry.publish(ministry.approved(), ministry.approved())
    province.look()
    first = province.take()
    world = province.world
    airing = world.plan(first.bulletin, seconds=3600)
    world.advance()
    world.do(end_approver, kid, by=world.administrator)
    assert not [one for one in province.documents() if one.counts]
    assert world.ask(lambda session: session.get(Airing, airing)).state is AiringState.DELIVERING
    world.do(compromise_key, kid, by=world.administrator)
    assert world.ask(lambda session: session.get(Airing, airing)).state is AiringState.CANCELLED


def test_the_hub_says_that_a_key_was_stolen_and_the_province_takes_nothing_more_of_it(ministry, province):
    kid = province.accept("priority")
    ministry.publish(ministry.approved())
    province.look()
    world = ministry.world
    world.do(compromise_key, kid, by=world.administrator)
    ministry.publish()
    shown = province.look()
    assert shown.approvers[0].is_ended_there
    assert not province.documents()[0].counts


@pytest.fixture
def other_world(sqlite_worlds, tmp_path):
    """Make another station in a folder of its own: its world, its folder."""
    with ExitStack() as ending:

        def made(name):
            folder = tmp_path / name
            folder.mkdir()
            world = sqlite_worlds.world(folder)
            ending.callback(world.store.close)
            return world, folder

        yield made


def test_two_provinces_take_one_document_each_in_its_way_and_go_on_when_the_hub_is_dead(
    other_world, ministry
):
    public, provinces = ministry.world.station_key.public_x, []
    with served(ministry.folder, lambda: ministry.world.now) as address:
        ministry.publish()
        for name, grade in (("trusting", "priority"), ("careful", None)):
            provinces.append(Province(*other_world(name), address, public))
            provinces[-1].look()
            provinces[-1].accept(grade)
        ministry.publish(ministry.approved())
        for one in provinces:
            one.look()
    trusting, careful = provinces
    draft = careful.take().bulletin
    for one in provinces:
        assert one.look().fault == "Trung tâm không trả lời (ConnectionError)."
    signed = trusting.take().bulletin
    world = careful.world
    world.render(world.do(submit_bulletin, draft, by=world.clerk).id, Sound(SOUND))
    world.approve(draft)
    for one, bulletin, approver in ((trusting, signed, MINISTER), (careful, draft, "duyet")):
        airing = one.world.plan(bulletin, seconds=3600)
        one.world.advance()
        one.world.refresh()
        plan = one.world.ask(published_plans, NHA_TRANG)[-1]
        (planned,) = (each for each in plan.airings if each.airing == airing)
        trusted = TrustedKeys.of(*one.world.ask(published_key_sets))
        text = plan.approval_texts[planned.approval]
        approval = verify_approval(planned, text, (PROVINCE, NHA_TRANG), trusted, one.world.now)
        assert approval.approver == approver


@pytest.mark.parametrize(("count", "is_good"), [(0, False), (16, True), (17, False)])
def test_a_region_that_no_approval_can_name_is_refused_when_areas_are_loaded(world, tmp_path, count, is_good):
    regions = ["province_code,code,name,type,parent", "vn,vn,Bộ,Toàn quốc,", "vn,vung,Vùng thử,Vùng,vn"]
    provinces = [f"vn,vn-{number},Tỉnh {number},Tỉnh,vung" for number in range(count)]
    (tmp_path / "units.csv").write_text("\n".join([*regions, *provinces]), "utf-8")
    allowed = nullcontext() if is_good else pytest.raises(BadInput, match="từ 1 đến 16 tỉnh")
    with allowed, world.store.write() as session:
        load_areas(session, **listed_areas("vn", tmp_path))
