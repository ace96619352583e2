"""A node refuses, with a named reason, what it cannot play; the rest of the plan stands."""

import pytest

from devices.messages import Capabilities
from devices.node.identity import NodeIdentity
from tests.simulation.station_in_world import Scene

LENGTH = 20_000


@pytest.fixture
def scene(monkeypatch):
    """A scene whose node plays MP3s up to 20,000 bytes."""
    can = Capabilities(codecs=("mp3",), largest_recording=20_000, hardware="board")
    whole = NodeIdentity.__init__

    def small(self, *args, **named):
        whole(self, *args, **{"capabilities": can} | named)

    monkeypatch.setattr(NodeIdentity, "__init__", small)
    return Scene()


def told(scene, name):
    return [(one.kind, one.reason) for one in scene.station.of(scene.node.id, name)]


def test_its_birth_says_what_it_can_and_its_will_does_not(scene):
    scene.run(2)
    scene.world.switch_off(scene.node)
    scene.run(2)
    birth, death = scene.station.states
    assert (birth.online, birth.capabilities.largest_recording) == (True, 20_000)
    assert (death.online, death.capabilities) == (False, None)


def test_what_is_too_large_or_of_another_codec_is_refused_unfetched_and_the_rest_sounds(scene):
    station = scene.station
    large = station.add_recording(b"long" * 6000, LENGTH)
    other = station.add_recording(b"opus" * 1000, LENGTH, codec="opus")
    good = station.add_recording(b"good" * 1000, LENGTH)
    station.publish_plan(
        "56",
        station.airing("large", large, scene.in_s(20), LENGTH),
        station.airing("other", other, scene.in_s(20), LENGTH),
        station.airing("good", good, scene.in_s(20), LENGTH),
        keep=[station.kept("k1", large)],
    )
    scene.run(60)
    assert told(scene, "large") == [("refused", "recording-too-large")]
    assert told(scene, "other") == [("refused", "codec-unknown")]
    assert told(scene, "k1") == [("refused", "recording-too-large")]
    assert scene.kinds("good") == ["fetched", "started", "finished"]
    assert {want.recording for want in station.wants} == {good}


def test_it_refuses_the_same_after_a_reboot_and_says_it_once(scene):
    large = scene.station.add_recording(b"long" * 6000, LENGTH)
    scene.station.publish_plan("56", scene.station.airing("large", large, scene.in_s(60), LENGTH))
    scene.run(10)
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    scene.run(90)
    assert told(scene, "large") == [("refused", "recording-too-large")]
    assert scene.station.wants == []


@pytest.mark.parametrize("source", ["relay", "live", "something-of-tomorrow"])
def test_a_source_that_is_no_recording_is_refused_by_name_and_the_rest_sounds(scene, source):
    station = scene.station
    good = station.add_recording(b"good" * 1000, LENGTH)
    station.publish_plan(
        "56",
        station.airing("a1", good, scene.in_s(20), LENGTH, source=source),
        station.airing("a2", good, scene.in_s(50), LENGTH),
    )
    scene.run(90)
    assert told(scene, "a1") == [("refused", "source-unknown")]
    assert scene.kinds("a2") == ["fetched", "started", "finished"]
