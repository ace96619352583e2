"""A bulletin in other languages: each area hears the best of its own that is approved, exactly one."""

import pytest

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.queries import deliveries_of, get_airing, targets_of
from controller.features.area_changes.service import set_languages
from controller.features.areas.queries import area_languages
from controller.features.bulletins.queries import get_bulletin, rendering_of, variants_of
from controller.features.bulletins.service import recall_bulletin, revise_bulletin, submit_bulletin
from controller.features.bulletins.variants import add_variant
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import end_acts, set_reference
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE, Sound
from tests.support.stored_rows import airings_between, published_plans

RAGLAI = b"raglai " * 9_000
OTHER = b"vietnamese " * 9_000


def variant_of(world, bulletin, language="rog"):
    asked = {"language": language, "text": "Như bản tiếng Việt.", "upload": "a" * 64}
    return world.do(add_variant, bulletin, by=world.clerk, **asked).id


def approved_variant(world, bulletin, language="rog", data=RAGLAI):
    variant = variant_of(world, bulletin, language)
    world.render(world.do(submit_bulletin, variant, by=world.clerk).id, Sound(data))
    world.approve(variant, data)
    return variant


def speak(world, area, *languages):
    world.do(set_languages, area, list(languages), by=world.administrator)


def heard(world):
    """Area → recording that its plans name."""
    world.publish()
    return {
        area: [one.recording for plan in world.ask(published_plans, area) for one in plan.airings]
        for area in (NHA_TRANG, BAC_NHA_TRANG)
    }


@pytest.fixture
def bulletin(world):
    return world.approved()


def parts(world, airing):
    around = world.ask(airings_between, world.now, world.now.replace(year=2027))
    return [one for one in around if one.linked_to == airing]


def test_each_area_hears_its_language_and_one_recording_only(world, bulletin):
    approved_variant(world, bulletin)
    speak(world, BAC_NHA_TRANG, "rog", "vie")
    airing = world.plan(bulletin, areas=(PROVINCE,))
    assert set(world.advance().delivering) > {airing}
    (part,) = parts(world, airing)
    assert heard(world) == {
        NHA_TRANG: [Sound(b"sound " * 20_000).recording],
        BAC_NHA_TRANG: [Sound(RAGLAI).recording],
    }
    targets = world.ask(targets_of, [airing, part.id])
    assert BAC_NHA_TRANG not in targets[airing]
    assert targets[part.id] == (BAC_NHA_TRANG,)
    nodes = [{one.node for one in world.ask(deliveries_of, one)} for one in (airing, part.id)]
    assert nodes == [
        {f"{NHA_TRANG}-1", f"{NHA_TRANG}-2"},
        {f"{BAC_NHA_TRANG}-1", f"{BAC_NHA_TRANG}-2"},
    ]


def test_without_an_approved_variant_everybody_hears_vietnamese(world, bulletin):
    variant_of(world, bulletin)
    speak(world, BAC_NHA_TRANG, "rog")
    airing = world.plan(bulletin, areas=(PROVINCE,))
    world.advance()
    assert parts(world, airing) == []
    assert set(heard(world)[BAC_NHA_TRANG]) == {Sound(b"sound " * 20_000).recording}


def test_where_all_hear_another_language_no_part_is_needed(world, bulletin):
    variant = approved_variant(world, bulletin)
    speak(world, PROVINCE, "rog")
    airing = world.plan(bulletin, areas=(PROVINCE,))
    world.advance()
    assert parts(world, airing) == []
    assert world.ask(get_airing, airing).bulletin == variant
    assert set(heard(world)[NHA_TRANG]) == {Sound(RAGLAI).recording}


def test_a_part_is_aired_by_its_own_receipts(world, bulletin):
    approved_variant(world, bulletin)
    speak(world, BAC_NHA_TRANG, "rog")
    airing = world.plan(bulletin, areas=(NHA_TRANG, BAC_NHA_TRANG))
    world.advance()
    (part,) = parts(world, airing)
    world.publish()
    world.later(seconds=60)
    world.advance()
    for node in (1, 2):
        name = f"{BAC_NHA_TRANG}-{node}"
        world.tell(name, part.id, "started", recording=Sound(RAGLAI).recording)
        world.tell(name, part.id, "finished", recording=Sound(RAGLAI).recording, heard_ms=60_000)
    world.later(seconds=90)
    world.advance()
    assert world.ask(get_airing, part.id).state is AiringState.AIRED
    assert world.ask(get_airing, airing).state is AiringState.MISSED


def test_stopping_an_airing_stops_its_parts_and_a_part_alone_can_be_stopped(world, bulletin):
    approved_variant(world, bulletin)
    speak(world, BAC_NHA_TRANG, "rog")
    first, second = (world.plan(bulletin, areas=(PROVINCE,), seconds=s) for s in (60, 600))
    world.advance()
    (of_first,), (of_second,) = parts(world, first), parts(world, second)
    world.do(cancel_airing, of_first.id, by=world.approver)
    assert world.ask(get_airing, first).state is AiringState.DELIVERING
    world.do(cancel_airing, second, by=world.approver)
    assert world.ask(get_airing, of_second.id).state is AiringState.CANCELLED
    with pytest.raises(NotAllowed):
        world.do(cancel_airing, first, by=world.officer)


def test_withdrawing_the_bulletin_withdraws_its_variants_and_all_that_sounds(world, bulletin):
    variant = approved_variant(world, bulletin)
    speak(world, BAC_NHA_TRANG, "rog")
    airing = world.plan(bulletin, areas=(PROVINCE,))
    world.advance()
    (part,) = parts(world, airing)
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    assert world.ask(get_bulletin, variant).state is BulletinState.WITHDRAWN
    assert world.ask(get_airing, part.id).state is AiringState.CANCELLED
    assert heard(world) == {NHA_TRANG: [], BAC_NHA_TRANG: []}


def test_withdrawing_a_variant_leaves_the_bulletin(world, bulletin):
    variant = approved_variant(world, bulletin)
    world.do(withdraw_bulletin, variant, by=world.approver)
    assert world.ask(get_bulletin, bulletin).state is BulletinState.APPROVED
    assert variant_of(world, bulletin) != variant


def test_a_variant_of_an_older_wording_is_neither_approved_nor_aired(world):
    bulletin = world.submitted()
    variant = variant_of(world, bulletin)
    world.render(world.do(submit_bulletin, variant, by=world.clerk).id, Sound(RAGLAI))
    world.do(recall_bulletin, bulletin, by=world.clerk)
    world.do(revise_bulletin, bulletin, title="Lịch tiêm phòng", text="Lịch mới.", by=world.clerk)
    with pytest.raises(Conflict) as outdated:
        world.approve(variant, RAGLAI)
    assert outdated.value.code == "variant.outdated"
    world.render(world.do(submit_bulletin, bulletin, by=world.clerk).id, Sound(OTHER))
    world.approve(bulletin, OTHER, revision=2)
    world.do(recall_bulletin, variant, by=world.clerk)
    again = {"title": "Lịch (Raglai)", "text": "Như bản mới.", "by": world.clerk}
    world.do(revise_bulletin, variant, **again)
    world.render(world.do(submit_bulletin, variant, by=world.clerk).id, Sound(RAGLAI))
    world.approve(variant, RAGLAI, revision=2)
    assert world.ask(get_bulletin, variant).state is BulletinState.APPROVED


def test_an_act_that_ends_takes_variants_along(world, bulletin):
    approved_variant(world, bulletin)
    speak(world, BAC_NHA_TRANG, "rog")
    airing = world.plan(bulletin, areas=(PROVINCE,), seconds=3 * 3600)
    world.advance()
    (part,) = parts(world, airing)
    today = world.now.date()
    assert set(world.do(set_reference, bulletin, Reference(in_force_until=today), by=world.clerk)) == set()
    yesterday = today.replace(day=today.day - 1)
    ended = Reference(in_force_until=yesterday)
    assert set(world.do(set_reference, bulletin, ended, by=world.clerk)) == {airing, part.id}
    assert world.do(end_acts) == [bulletin]


@pytest.mark.parametrize("language", ["vie", "xxx", ""])
def test_a_language_that_is_not_in_the_list_is_refused(world, bulletin, language):
    with pytest.raises(BadInput):
        variant_of(world, bulletin, language)
    assert world.ask(variants_of, bulletin) == []


def test_one_language_has_one_variant_and_a_variant_has_none(world, bulletin):
    variant = variant_of(world, bulletin)
    with pytest.raises(Conflict) as there:
        variant_of(world, bulletin)
    assert there.value.code == "variant.there"
    with pytest.raises(Conflict) as of_variant:
        variant_of(world, variant, "cjm")
    assert of_variant.value.code == "variant.of-variant"


def test_the_author_of_a_variant_does_not_approve_it(world, bulletin):
    asked = {"language": "rog", "text": "Như bản tiếng Việt.", "upload": "a" * 64}
    variant = world.do(add_variant, bulletin, by=world.approver, **asked).id
    world.render(world.do(submit_bulletin, variant, by=world.clerk).id, Sound(RAGLAI))
    assert world.ask(rendering_of, variant, 1).recording == Sound(RAGLAI).recording
    with pytest.raises(NotAllowed):
        world.approve(variant, RAGLAI)


def test_languages_are_chosen_by_administrators_from_the_list(world):
    with pytest.raises(NotAllowed):
        world.do(set_languages, NHA_TRANG, ["rog"], by=world.clerk)
    for wrong in (["xxx"], ["rog", "rog"]):
        with pytest.raises(BadInput):
            world.do(set_languages, NHA_TRANG, wrong, by=world.administrator)
    speak(world, NHA_TRANG, "rog")
    speak(world, NHA_TRANG)
    assert world.ask(area_languages) == {}
