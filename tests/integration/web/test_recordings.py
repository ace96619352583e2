from controller.features.bulletins.listening_proof import heard_by
from tests.integration.web.site_world import Made
from tests.support.swelling_tone import mp3

RECORDING = Made(mp3(), 8_000).recording


def test_a_recording_is_heard_whole_and_in_parts(world, officer):
    world.submitted()
    whole = officer.get(f"/tep/{RECORDING}.mp3")
    assert whole.status_code == 200
    assert whole.headers["content-type"] == "audio/mpeg"
    assert whole.content == mp3()
    assert whole.headers["accept-ranges"] == "bytes"
    part = officer.get(f"/tep/{RECORDING}.mp3", headers={"Range": "bytes=1000-1999"})
    assert part.status_code == 206
    assert part.content == mp3()[1000:2000]
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(mp3())}"
    beyond = officer.get(f"/tep/{RECORDING}.mp3", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416


def test_only_who_is_sent_all_of_it_was_served(world, approver):
    world.submitted()
    last = len(mp3()) - 1

    def listened():
        return world.ask(heard_by, world.approver, RECORDING).served

    for part in ("bytes=0-1", "bytes=1000-", "bytes=99999999-", f"bytes=0-{last - 1}", "bytes=-5"):
        approver.get(f"/tep/{RECORDING}.mp3", headers={"Range": part})
        assert not listened(), part
    approver.get(f"/tep/{RECORDING}.mp3", headers={"Range": f"bytes=0-{last}"})
    assert listened()


def test_a_recording_is_for_those_who_are_signed_in_and_for_no_shared_cache(world, client, officer):
    world.submitted()
    assert client.get(f"/tep/{RECORDING}.mp3").status_code == 303
    assert officer.get(f"/tep/{RECORDING}.mp3").headers["cache-control"].startswith("private")


def test_a_name_that_is_no_digest_reaches_no_file(officer):
    for name in ("..%2f..%2floa.sqlite", "0" * 63, "G" * 64):
        assert officer.get(f"/tep/{name}.mp3").status_code in {404, 422}
