"""A node takes the rendition that suits it, of those approved with the recording, and says which."""

import pytest

from devices.messages import Capabilities
from devices.node.identity import NodeIdentity
from devices.renditions import chosen
from devices.statements import Rendition
from tests.simulation.station_in_world import Scene

LENGTH = 20_000
BOTH, MP3_ALONE, OPUS_ALONE = (Capabilities(codecs=one) for one in (("mp3", "opus"), ("mp3",), ("opus",)))


def scene_of(monkeypatch, can, *, metered=False):
    whole = NodeIdentity.__init__

    def described(self, *args, **named):
        whole(self, *args, **{"capabilities": can, "is_metered": metered} | named)

    monkeypatch.setattr(NodeIdentity, "__init__", described)
    return Scene()


def made(scene, *, approved=True):
    """An MP3 with its Opus, and the approval that covers both."""
    station = scene.station
    mp3 = station.add_recording(b"mp3!" * 4000, LENGTH)
    opus = station.add_recording(b"opus" * 1700, LENGTH, codec="opus")
    named = (Rendition(recording=opus, codec="opus", size=6800),) if approved else ()
    return mp3, opus, station.approval(mp3, renditions=named)


def aired(scene, mp3, approval):
    airing = scene.station.airing("a1", mp3, scene.in_s(20), LENGTH, approval=approval)
    scene.station.publish_plan("56", airing)
    scene.run(60)
    return [(one.kind, one.recording, one.reason) for one in scene.station.of(scene.node.id, "a1")]


def heard(recording):
    return [(kind, recording, None) for kind in ("fetched", "started", "finished")]


@pytest.mark.parametrize(
    ("can", "metered", "takes"),
    [
        (MP3_ALONE, False, "mp3"),
        (MP3_ALONE, True, "mp3"),
        (BOTH, False, "mp3"),
        (BOTH, True, "opus"),
        (OPUS_ALONE, False, "opus"),
        (OPUS_ALONE, True, "opus"),
    ],
)
def test_a_node_plays_by_its_codecs_and_its_link_and_its_receipts_name_what_it_played(
    monkeypatch, can, metered, takes
):
    scene = scene_of(monkeypatch, can, metered=metered)
    mp3, opus, approval = made(scene)
    recording = mp3 if takes == "mp3" else opus
    assert aired(scene, mp3, approval) == heard(recording)
    assert {want.recording for want in scene.station.wants} == {recording}
    assert scene.world.heard(scene.node)[0].heard_ms == LENGTH


def test_what_is_kept_ready_is_kept_as_the_node_plays_it(monkeypatch):
    scene = scene_of(monkeypatch, BOTH, metered=True)
    mp3, opus, approval = made(scene)
    scene.station.publish_plan("56", keep=[scene.station.kept("k1", mp3, approval)])
    scene.run(30)
    assert [(one.kind, one.recording) for one in scene.station.of(scene.node.id, "k1")] == [("kept", opus)]
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    assert aired(scene, mp3, approval) == heard(opus)
    assert len(scene.station.wants) == 1


def test_attack_a_rendition_that_no_approver_named_is_never_fetched(monkeypatch):
    """Whoever has the station's key puts another sound beside the approved one."""
    scene = scene_of(monkeypatch, OPUS_ALONE)
    mp3, opus, approval = made(scene, approved=False)
    assert aired(scene, mp3, approval) == [("refused", mp3, "codec-unknown")]
    assert not scene.station.wants
    stolen = scene.station.airing("a2", opus, scene.in_s(20), LENGTH, approval=approval)
    scene.station.publish_plan("56", stolen)
    scene.run(60)
    assert [one.reason for one in scene.station.of(scene.node.id, "a2")] == ["wrong-approval"]
    assert scene.world.sounds == []


def test_of_several_the_smallest_that_it_can_play_is_taken_on_a_metered_link():
    listed = [
        Rendition(recording=f"{n}" * 64, codec=codec, size=size)
        for n, (codec, size) in enumerate([("opus", 900), ("opus", 500), ("lc3", 100)], start=1)
    ]
    assert chosen("0" * 64, listed, BOTH, is_metered=True) == "2" * 64
    assert chosen("0" * 64, listed, BOTH, is_metered=False) == "0" * 64
    small = Capabilities(codecs=("mp3", "opus"), largest_recording=400)
    assert chosen("0" * 64, listed, small, is_metered=True) == "0" * 64
