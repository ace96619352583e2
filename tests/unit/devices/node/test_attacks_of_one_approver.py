"""One approver's key is stolen, with the station's: nothing sounds that its author did not sign.

The key sets say that authors sign (docs/protocol.md, "Authors"). The attacker holds the keys of one approver
and of the station, the broker, and all that was ever signed.
"""

import random
from datetime import timedelta

import pytest

from devices.chunks import digest
from devices.ids import AreaCode, Grade, Role
from devices.jose import SigningKey
from devices.signing import sign
from devices.statements import Authorship, Rendition
from tests.simulation.small_station import PROVINCE, TEXT, YEAR, listed
from tests.simulation.station_in_world import AREAS, Scene

ELSEWHERE = AreaCode("56.2")
LENGTH = 20_000
HOUR = timedelta(hours=1)
AUTHOR = "minh"


@pytest.fixture
def scene():
    scene = Scene()
    scene.author = SigningKey.generate(Role.CALLER, scene.now, YEAR)
    publish(scene)
    return scene


def publish(scene, *more, authors=True, **end):
    keys = tuple(listed(key) for key in scene.station.keys.listed)
    author = listed(scene.author, holder=AUTHOR, area=AREAS[1], **end)
    scene.station.publish_key_set((*keys, author, *more), authors=authors)
    scene.run(3)


def recorded(scene, name="read"):
    return scene.station.add_recording(random.Random(name).randbytes(10_000), LENGTH)


def authored(scene, recording, key=None, **said):
    fields = {
        "text_sha256": TEXT,
        "recording": recording,
        "areas": (PROVINCE,),
        "grade": Grade.EMERGENCY,
        "authored_at": scene.now,
        "expires_at": scene.now + YEAR / 2,
    }
    return sign(Authorship(**fields | said), key or scene.author)


def air(scene, name, recording, authorship, grade=Grade.ROUTINE, **scope):
    """The thief approves a recording, and airs it; return why the node refuses it, or "heard"."""
    approval = scene.station.approval(recording, **{"author": AUTHOR, "authorship": authorship} | scope)
    airing = scene.station.airing(name, recording, scene.in_s(20), LENGTH, approval=approval, grade=grade)
    scene.station.publish_plan("56", airing.model_copy(update={"witnessed_at": scene.now}))
    scene.run(60)
    if name in [sound.arm.airing for sound in scene.world.heard(scene.node)]:
        return "heard"
    return next((one.reason for one in scene.station.of(scene.node.id, name) if one.reason), "")


def test_what_author_and_approver_signed_is_heard(scene):
    recording = recorded(scene)
    assert air(scene, "a1", recording, authored(scene, recording)) == "heard"


@pytest.mark.parametrize("grade", [Grade.ROUTINE, Grade.EMERGENCY])
def test_one_approver_airs_nothing_that_nobody_wrote(scene, grade):
    assert air(scene, "a1", recorded(scene), None, grade) == "no-author"


def test_a_text_that_an_author_signed_gets_no_other_recording(scene):
    true, false = recorded(scene), recorded(scene, "false")
    assert air(scene, "a1", false, authored(scene, true)) == "no-author"


def test_a_recording_that_an_author_signed_gets_no_other_text(scene):
    recording = recorded(scene)
    other = authored(scene, recording, text_sha256=digest(b"another"))
    assert air(scene, "a1", recording, other) == "no-author"


def test_a_recording_that_an_author_signed_gets_no_other_rendition(scene):
    true = recorded(scene)
    false = scene.station.add_recording(b"false" * 999, LENGTH, "opus", 48_000)
    renditions = (Rendition(recording=false, codec="opus", size=4995),)
    assert air(scene, "a1", true, authored(scene, true), renditions=renditions) == "no-author"


@pytest.mark.parametrize(
    "said",
    [{"areas": (ELSEWHERE,)}, {"grade": Grade.ROUTINE}],
    ids=["where its author did not mean it", "louder than its author meant it"],
)
def test_what_an_author_signed_does_not_sound(scene, said):
    recording = recorded(scene)
    scope = {"grade": Grade.PRIORITY}
    assert air(scene, "a1", recording, authored(scene, recording, **said), **scope) == "no-author"


def test_the_approver_is_not_the_author_by_another_key(scene):
    theirs = SigningKey.generate(Role.CALLER, scene.now, YEAR)
    publish(scene, listed(theirs, holder=scene.station.keys.approver.kid))
    recording = recorded(scene)
    by_own_hand = authored(scene, recording, theirs)
    assert air(scene, "a1", recording, by_own_hand) == "no-author"
    own = {"author": scene.station.keys.approver.kid}
    assert air(scene, "a2", recording, by_own_hand, **own) == "outside-scope"


def test_another_officer_does_not_sign_in_the_authors_name(scene):
    other = SigningKey.generate(Role.CALLER, scene.now, YEAR)
    publish(scene, listed(other, holder="hoa", area=ELSEWHERE))
    recording = recorded(scene)
    assert air(scene, "a1", recording, authored(scene, recording, other)) == "no-author"
    assert air(scene, "a2", recording, authored(scene, recording, other), author="hoa") == "no-author"


def test_an_authors_signature_ends(scene):
    recording = recorded(scene)
    short = authored(scene, recording, expires_at=scene.now + timedelta(seconds=10))
    assert air(scene, "a1", recording, short) == "expired"


def test_a_stolen_authors_key_dates_nothing_back(scene):
    recording = recorded(scene)
    publish(scene, compromised_since=scene.now.replace(microsecond=0) - HOUR)
    back = authored(scene, recording, authored_at=scene.now - 2 * HOUR)
    assert air(scene, "a1", recording, back) == "key-ended"


def test_what_a_retired_author_signed_before_is_heard(scene):
    recording, now = recorded(scene), scene.now
    said = authored(scene, recording)
    publish(scene, retired_at=(now + HOUR).replace(microsecond=0))
    assert air(scene, "a1", recording, said) == "heard"


def test_where_no_key_set_asks_for_authors_the_approver_is_enough(scene):
    publish(scene, authors=False)
    assert air(scene, "a1", recorded(scene), None) == "heard"
