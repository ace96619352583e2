"""Where the province asks for it, authors sign what is approved, and loudspeakers take nothing else."""

import pytest

from controller.errors import Conflict
from controller.features.accounts.key_retirement import retire_key
from controller.features.keys.service import compromise_key
from controller.features.notices.queries import notices_of
from controller.features.plans.authors import authors_asked, authors_stated, without_author
from controller.features.plans.key_set import keys_to_name
from controller.features.plans.key_set_signing import PersonsAsked, sign_key_sets
from controller.features.plans.queries import published_key_sets
from controller.features.plans.service import refresh_plans
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.bulletins import Approved
from controller.model.notices import NoticeKind
from devices.approvals import verify_approval
from devices.jose import read_payload
from devices.messages import Plan
from devices.signing import TrustedKeys
from tests.integration.web.site_world import PASSWORDS, PROVINCE, Made
from tests.support.swelling_tone import mp3

MADE = Made(mp3(), 8_000)
OF = {"revision": 1, "recording": MADE.recording}


def sign_keys(world, **persons):
    with world.store.write() as session:
        return sign_key_sets(
            session, root_key=world.root_key, now=world.now(), persons=PersonsAsked(**persons)
        )


@pytest.fixture
def world(world, seeds):
    world.root_key = seeds.root_key
    return world


@pytest.fixture
def asked(world):
    """The root has asked for authors; nothing was in use yet."""
    sign_keys(world, authors=True)
    return world


@pytest.fixture
def officer(sign_in):
    return sign_in("canbo")


def signs(client, bulletin, password=PASSWORDS["canbo"], **other):
    return client.post(f"/api/v1/bulletins/{bulletin}/author", json=OF | {"password": password} | other)


def approval(world, bulletin):
    return world.ask(lambda session: session.get(Approved, (bulletin, 1)))


def planned(world, bulletin):
    """The airing of a bulletin and its approval, as loudspeakers get them."""
    world.plan(bulletin)
    world.advance()
    for document in world.do(refresh_plans, station_key=world.key):
        if document.topic.endswith(f"/plan/{PROVINCE}"):
            plan = Plan.model_validate(read_payload(document.payload.decode()))
    (airing,) = plan.airings
    return airing, plan.approval_texts[airing.approval]


def judged(world, airing, text):
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    assert trusted.authors
    return verify_approval(airing, text, (PROVINCE,), trusted, world.now())


def test_what_its_author_signed_and_an_approver_approved_is_taken_by_loudspeakers(asked, officer):
    bulletin, _ = asked.submitted(made=MADE)
    assert signs(officer, bulletin).status_code == 200
    asked.approve(bulletin, MADE)
    assert judged(asked, *planned(asked, bulletin)).author == "canbo"


def test_nothing_is_approved_before_its_author_has_signed(asked, officer, sign_in):
    bulletin, _ = asked.submitted(made=MADE)
    with pytest.raises(Conflict, match="Người soạn chưa ký"):
        asked.approve(bulletin, MADE)
    assert "Chờ người soạn ký" in sign_in("duyet").get(f"/duyet/{bulletin}").text
    signs(officer, bulletin)
    assert "Chờ người soạn ký" not in sign_in("duyet").get(f"/duyet/{bulletin}").text
    asked.approve(bulletin, MADE)


def test_the_author_is_told_hears_and_signs_on_the_page(asked, officer):
    bulletin, _ = asked.submitted(made=MADE)
    (told,) = [row for row in asked.ask(notices_of, asked.officer.id) if row.kind is NoticeKind.AUTHOR_SIGNS]
    assert "Hãy nghe rồi ký" in told.sentence
    page = officer.get(f"/ban-tin/{bulletin}").text
    assert "Nghe bản đọc ở dưới, rồi ký." in page
    form = {"phien_ban": "1", "tep": MADE.recording, "mat_khau": "không phải"}
    wrong = officer.post(f"/ban-tin/{bulletin}/ky", data=form)
    assert (wrong.status_code, "Mật khẩu không đúng" in wrong.text) == (403, True)
    done = officer.post(f"/ban-tin/{bulletin}/ky", data=form | {"mat_khau": PASSWORDS["canbo"]})
    assert (done.status_code, done.headers["location"]) == (303, f"/ban-tin/{bulletin}?xong=ky")
    assert "Người soạn đã ký bản này." in officer.get(f"/ban-tin/{bulletin}").text
    assert not [row for row in asked.ask(notices_of, asked.officer.id) if row.read_at is None]


def test_nobody_signs_in_the_authors_place_or_another_recording(asked, officer, sign_in):
    bulletin, _ = asked.submitted(made=MADE)
    other = signs(sign_in("duyet"), bulletin, PASSWORDS["duyet"])
    assert (other.status_code, other.json()["code"]) == (409, "bulletin.not-own")
    changed = signs(officer, bulletin, recording="0" * 64)
    assert (changed.status_code, changed.json()["code"]) == (409, "bulletin.changed")
    assert approval(asked, bulletin) is None


def test_where_nobody_asks_nothing_is_different(world, officer):
    bulletin, _ = world.submitted(made=MADE)
    page = officer.get(f"/ban-tin/{bulletin}").text
    assert "rồi ký" not in page
    world.approve(bulletin, MADE)
    assert "authorship" not in read_payload(approval(world, bulletin).jws)
    assert not world.ask(authors_stated)


def test_loudspeakers_ask_only_once_nothing_in_use_would_fall_silent(world, officer):
    bulletin, _ = world.submitted(made=MADE)
    world.approve(bulletin, MADE)
    unused, _ = world.submitted("Không ai dùng", made=Made(mp3(5), 5_000))
    world.approve(unused, Made(mp3(5), 5_000))
    world.plan(bulletin, seconds=7200)
    sign_keys(world, authors=True)
    assert (world.ask(authors_asked), world.ask(authors_stated)) == (True, False)
    (waits,) = world.ask(without_author, world.now())
    assert waits.bulletin == bulletin
    assert signs(officer, bulletin).status_code == 200
    world.later(seconds=1)
    world.approve(bulletin, MADE)
    sign_keys(world)
    assert world.ask(authors_stated)
    assert approval(world, unused).expires_at <= world.now(), "loudspeakers would refuse it"
    assert approval(world, bulletin).expires_at > world.now()
    sign_keys(world, authors=False)
    assert (world.ask(authors_asked), world.ask(authors_stated)) == (False, False)


def test_the_key_of_an_author_who_left_stays_listed_and_one_that_was_stolen_ends_the_approval(asked, officer):
    bulletin, _ = asked.submitted(made=MADE)
    signs(officer, bulletin)
    asked.approve(bulletin, MADE)
    kid = approval(asked, bulletin).author_kid
    asked.do(retire_key, kid)
    assert kid in [key.kid for key in asked.ask(keys_to_name, asked.now())]
    asked.later(seconds=1)
    asked.do(compromise_key, kid, by=asked.people["quantri"])
    assert approval(asked, bulletin).expires_at <= asked.now()


def test_an_approved_text_is_withdrawn_without_its_author(asked, officer):
    bulletin, _ = asked.submitted(made=MADE)
    signs(officer, bulletin)
    asked.approve(bulletin, MADE)
    asked.do(withdraw_bulletin, bulletin, by=asked.approver)
    assert approval(asked, bulletin).withdrawn_at is not None
