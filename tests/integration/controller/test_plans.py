"""Wanted is compared with published: what differs is signed anew, what does not is left alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.accounts.service import disable_operator
from controller.features.airings.cancellation import cancel_airing
from controller.features.doctor.invariants import invariants
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import (
    count_unacknowledged,
    published,
    published_key_sets,
    published_policies,
    retained_state,
    unacknowledged,
)
from controller.features.plans.service import acknowledge, forget_acknowledgements
from controller.model.airings import Airing
from controller.model.bulletins import Approved
from controller.model.plan_states import PLAN_LIFE, PLAN_RENEWED, DocumentKind
from controller.model.plans import Published
from devices.jose import read_payload
from devices.messages import Manifest, Plan
from devices.signing import TrustedKeys, read_key_set, verify
from devices.statements import Policy, QuietHours
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE, Sound
from tests.support.stored_rows import published_plans


def plan_of(documents, area=NHA_TRANG):
    (found,) = [document for document in documents if document.topic == f"loa/v1/plan/{area}"]
    return found


def content(document):
    return [airing["airing"] for airing in read_payload(document.payload.decode())["airings"]]


def test_what_is_published_verifies_against_the_root_key_alone(world):
    world.plan(world.approved())
    world.advance()
    documents = {document.topic: document.payload for document in world.publish()}
    keys = TrustedKeys.of(
        read_key_set(documents[f"loa/v1/keys/{PROVINCE}"], world.root_key.public_x, world.now)
    )
    assert verify(documents[f"loa/v1/plan/{NHA_TRANG}"], Plan, keys, world.now).target == NHA_TRANG
    assert verify(documents[f"loa/v1/policy/{PROVINCE}"], Policy, keys, world.now).loudest_volume == 90
    recording = Sound(b"sound " * 20_000)
    topic = f"loa/v1/recording/{recording.recording}/manifest"
    assert verify(documents[topic], Manifest, keys, world.now) == recording.manifest


def test_keys_go_out_first_and_plans_last(world):
    world.plan(world.approved())
    world.advance()
    topics = [document.topic for document in world.publish()]
    assert topics[0].startswith("loa/v1/keys/")
    assert topics[-1] == f"loa/v1/plan/{NHA_TRANG}"


def test_unchanged_content_is_not_issued_again(world):
    world.plan(world.approved())
    world.advance()
    world.publish()
    assert world.refresh() == []
    assert world.publish() == []


def test_a_plan_is_issued_again_long_before_its_end(world):
    # nobody starts it for days: a long airing that still sounds
    airing = world.plan(world.approved(), seconds=3600)
    world.advance()
    first = plan_of(world.publish())
    world.later(seconds=(PLAN_LIFE - PLAN_RENEWED).total_seconds() + 1)
    again = plan_of(world.refresh())
    assert content(again) == content(first) == [airing]
    assert again.version > first.version


def test_a_cancelled_airing_leaves_an_empty_plan_of_a_higher_version_and_takes_the_manifest_back(world):
    airing = world.plan(world.approved())
    world.advance()
    first = plan_of(world.publish())
    world.do(cancel_airing, airing, by=world.officer)
    documents = world.publish()
    assert content(plan_of(documents)) == []
    assert plan_of(documents).version > first.version
    (taken,) = [document for document in documents if document.topic.endswith("/manifest")]
    assert taken.payload == b""
    assert not [document for document in world.ask(retained_state) if document.topic.endswith("/manifest")]
    assert world.publish() == []


def test_a_recording_that_is_aired_again_gets_its_manifest_again(world):
    bulletin = world.approved()
    world.do(cancel_airing, world.plan(bulletin), by=world.officer)
    world.publish()
    world.plan(bulletin)
    world.advance()
    (manifest,) = [document for document in world.publish() if document.topic.endswith("/manifest")]
    assert manifest.payload


def test_each_target_area_has_its_own_plan(world):
    bulletin = world.approved()
    both = world.plan(bulletin, areas=[NHA_TRANG, BAC_NHA_TRANG])
    one = world.plan(bulletin, areas=[BAC_NHA_TRANG], seconds=90)
    world.advance()
    documents = world.publish()
    assert content(plan_of(documents)) == [both]
    assert content(plan_of(documents, BAC_NHA_TRANG)) == [both, one]
    assert [plan.target for plan in world.ask(published_plans, NHA_TRANG)] == [NHA_TRANG]


def test_a_version_grows_even_when_the_clock_goes_back(world):
    bulletin = world.approved()
    world.plan(bulletin)
    world.advance()
    first = plan_of(world.publish())
    world.now -= timedelta(hours=1)
    world.plan(bulletin, seconds=3600)
    world.advance()
    assert plan_of(world.refresh()).version == first.version + 1


def test_what_a_crash_left_between_commit_and_publish_is_offered_until_the_broker_has_it(world):
    world.plan(world.approved())
    world.advance()
    world.refresh()
    waiting = world.ask(unacknowledged)
    assert world.ask(unacknowledged) == waiting
    for document in waiting:
        assert world.do(acknowledge, document.published_id, version=document.version)
    assert world.ask(count_unacknowledged) == 0


def test_an_acknowledgement_of_an_older_version_does_not_count(world):
    bulletin = world.approved()
    world.plan(bulletin)
    world.advance()
    old = plan_of(world.refresh())
    world.plan(bulletin, seconds=90)
    world.advance()
    new = plan_of(world.refresh())
    assert not world.do(acknowledge, old.published_id, version=old.version)
    assert world.do(acknowledge, new.published_id, version=new.version)


def test_a_broker_that_lost_everything_gets_everything(world):
    world.plan(world.approved())
    world.advance()
    before = world.publish()
    assert world.ask(retained_state) == before
    assert world.do(lambda session, now: forget_acknowledgements(session)) == len(before)  # noqa: ARG005
    assert world.ask(unacknowledged) == before


def test_an_approval_that_is_no_longer_good_takes_its_airing_out_of_the_plan(world):
    world.plan(world.approved())
    world.advance()
    world.publish()
    with world.store.write() as session:
        approved = session.scalars(select(Approved)).one()
        good, approved.expires_at = approved.expires_at, world.now
    assert content(plan_of(world.refresh())) == []
    with world.store.write() as session:
        session.scalars(select(Approved)).one().expires_at = good


def test_a_withdrawn_approval_alone_takes_its_airing_out_of_the_plan(world):
    world.plan(world.approved())
    world.advance()
    world.publish()
    with world.store.write() as session:
        session.scalars(select(Approved)).one().withdrawn_at = world.now
    assert content(plan_of(world.refresh())) == []
    with world.store.write() as session:
        session.scalars(select(Approved)).one().withdrawn_at = None


def test_a_recording_that_is_not_the_approved_one_is_in_no_plan(world):
    airing = world.plan(world.approved())
    world.approved(data=b"another" * 20_000)
    world.advance()
    world.publish()

    def swap(recording):
        with world.store.write() as session:
            session.get_one(Airing, airing).recording = recording

    swap(Sound(b"another" * 20_000).recording)
    assert content(plan_of(world.refresh())) == []
    swap(Sound(b"sound " * 20_000).recording)
    assert content(plan_of(world.refresh())) == [airing]


def test_an_approver_who_is_barred_approves_no_more(world):
    bulletin = world.submitted()
    world.do(disable_operator, world.approver.id, by=world.administrator)
    with pytest.raises(NotAllowed):
        world.approve(bulletin)
    world.do(sign_key_sets, root_key=world.root_key)
    assert "approver" not in [key.role for one in world.ask(published_key_sets) for key in one.keys]


def test_only_the_root_key_signs_a_key_set(world):
    with pytest.raises(BadInput):
        world.do(sign_key_sets, root_key=world.station_key)


def test_a_policy_is_an_administrators_own_act(world):
    asked = {"area": NHA_TRANG, "quiet_hours": (QuietHours(begins="22:00", ends="05:00"),)}
    for person, password, error in (
        (world.approver, PASSWORD, NotAllowed),
        (world.administrator, "sai mật khẩu rồi", NotAllowed),
    ):
        with pytest.raises(error):
            world.do(sign_policy, administrator=person, password=password, **asked)
    world.do(sign_policy, administrator=world.administrator, password=PASSWORD, **asked)
    policies = world.ask(published_policies, NHA_TRANG)
    assert [policy.target for policy in policies] == [NHA_TRANG, PROVINCE]
    assert policies[0].quiet_hours[0].begins == "22:00"


@pytest.mark.parametrize("changes", [{"loudest_volume": 101}, {"minutes_a_day": -1}])
def test_a_policy_that_cannot_be_is_refused(world, changes):
    asked = {"area": NHA_TRANG, "administrator": world.administrator, "password": PASSWORD}
    with pytest.raises(BadInput):
        world.do(sign_policy, **asked, **changes)
    with pytest.raises(NotFound):
        world.do(sign_policy, **(asked | {"area": "0"}))
    assert world.ask(published, DocumentKind.POLICY, NHA_TRANG) is None


def test_documents_that_an_earlier_version_stored_are_read_without_the_fields_that_are_gone(world):
    world.plan(world.approved())
    world.advance()
    world.refresh()
    limits = {"administrator": world.administrator, "password": PASSWORD, "loudest_volume": 60}
    world.do(sign_policy, area=PROVINCE, **limits)
    former = {DocumentKind.PLAN: '"silent":false,', DocumentKind.POLICY: '"zone":"Asia/Ho_Chi_Minh",'}
    with world.store.write() as session:
        for row in session.scalars(select(Published).where(Published.kind.in_(former))):
            row.document = "{" + former[row.kind] + row.document[1:]
    assert [one.loudest_volume for one in world.ask(published_policies, PROVINCE)] == [60]
    for document in world.ask(unacknowledged):
        assert world.do(acknowledge, document.published_id, version=document.version)
    with world.store.read() as session:
        assert list(invariants(session, now=world.now)) == []
