"""Recordings: manifests, wants and chunks. The kit sends chunks only as each step says."""

from datetime import timedelta
from functools import partial

from controller.trial.conform.areas import MAIN
from controller.trial.conform.audio import KitRecording, tone
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import by, properly, saying
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import SOON_S, Laboratory
from devices import topics
from devices.chunks import wanted
from devices.messages import LARGEST_CHUNK, Manifest, PlannedAiring, Want

_WANTS = Check("FET-01", "Within a second or two of the manifest comes a Want with all that is missing.")
_WRONG = Check("FET-02", "A wrong chunk is dropped, and asked for again when no chunk came for 4 s.")
_QUIET = Check("FET-03", "While chunks come, the node says nothing.")
_SHAPE = Check("FET-04", "Wants are well-formed: `count` is the manifest's, spare bits are 0.")
_REPAIR = Check("FET-05", "Chunks on the node's own topic count like those for all, in any order.")
_DONE = Check("FET-06", "A complete recording is told as `fetched`, and not asked for again.")
_FORGED = Check("FET-07", "A manifest that no station's key signed is ignored.")
_FOREIGN = Check("FET-08", "A manifest of another recording is ignored.")
_RANGE = Check("FET-09", "A manifest with a field out of its range is ignored.")
_AGAIN = Check("FET-10", "A Want that is not answered is sent again after some 4 s.")
_DOUBLED = Check("FET-11", "The wait for an answer doubles.")
_PRESSED = Check("FET-12", "When a key set comes, the node asks within 4 s for what it lacks.")
_SPOILT = Check(
    "FET-13", "A recording whose digest is wrong is fetched once more, and then refused: `recording-spoilt`."
)
_PROOF = Check("FET-15", "A chunk whose proof does not lead to the manifest's root is dropped.")
_KNOWN = Check("FET-14", "A recording that is kept is not fetched again when an airing names it.")

_BAD_DATA, _BAD_PROOF = 1, 2
_CODEC = Check("FET-16", "A recording of an unknown codec is refused, `codec-unknown`, and not fetched.")
_SOURCE = Check("FET-17", "An airing of an unknown source is refused, `source-unknown`; the rest stands.")
_PATIENCE_S = (2.8, 7.5)
FAR_S = 3600.0


def _fresh(lab: Laboratory, number: int) -> KitRecording:
    """Return a recording that no run before has sent."""
    return tone(6, 300.0 + number * 20 + lab.now().timestamp() % 9973 / 1000)


def _planned(lab: Laboratory, recording: KitRecording, label: str) -> PlannedAiring:
    airing = lab.station.airing(lab.name(label), recording, FAR_S)
    lab.station.publish_plan(MAIN, [airing])
    return airing


def _missing(want: Want) -> list[int]:
    return list(wanted(want))


def _play(lab: Laboratory) -> None:
    lab.services.sends_chunks = False
    _in_steps(lab)
    _manifests(lab)
    lab.services.sends_chunks = True
    _spoilt(lab)
    _unknown(lab)
    lab.judge(_SHAPE.id, bool(lab.seen.wants), "no Want came")


def _in_steps(lab: Laboratory) -> None:
    recording = _fresh(lab, 0)
    since = lab.now()
    airing = _planned(lab, recording, "steps")
    lab.offer(recording)
    everything = list(range(len(recording.chunks)))
    if not lab.expect(_WANTS.id, lambda: lab.seen.wants_of(recording.id, since), "a Want", 3.0):
        return
    first = lab.seen.wants_of(recording.id, since)[0][1]
    lab.judge(_WANTS.id, _missing(first) == everything, f"it asks for {_missing(first)}")
    count = len(everything)
    lab.judge(_SHAPE.id, first.count == count, f"`count` is {first.count}, the manifest has {count} chunks")
    began = lab.now()
    for n in everything[:-2]:
        lab.send_chunk(recording, n, _spoilt_chunk(recording, n))
        lab.pause(1.0)
    lab.judge(_QUIET.id, not lab.seen.wants_of(recording.id, began), "it asked while chunks came")
    ended, lacking = lab.now() - timedelta(seconds=1), [1, 2, *everything[-2:]]
    if lab.expect(_WRONG.id, lambda: lab.seen.wants_of(recording.id, began), "a second Want", _PATIENCE_S[1]):
        at, second = lab.seen.wants_of(recording.id, began)[0]
        asks = _missing(second)
        why = f"it asks for {asks}, not {lacking}"
        lab.judge(_WRONG.id, [n for n in asks if n != _BAD_PROOF] == [1, *everything[-2:]], why)
        lab.judge(_PROOF.id, _BAD_PROOF in asks, why)
        after_s = (at - ended).total_seconds()
        lab.judge(_WRONG.id, after_s >= _PATIENCE_S[0], f"it asked {after_s:.1f} s after the last chunk")
    for n in reversed(lacking):
        lab.send_chunk(recording, n, recording.chunks[n], to_one=True)
    is_fetched = lab.expect(_REPAIR.id, lab.seen.has(airing.airing, "fetched"), "`fetched`")
    done = lab.now()
    lab.pause(_PATIENCE_S[1])
    is_quiet = not lab.seen.wants_of(recording.id, done)
    lab.judge(_DONE.id, is_fetched and is_quiet, "it asks for a recording that is complete")
    again = _planned(lab, recording, "again")
    lab.expect(_KNOWN.id, lab.seen.has(again.airing, "fetched"), "`fetched` of another airing")
    lab.judge(_KNOWN.id, not lab.seen.wants_of(recording.id, done), "it asked for it again")


def _spoilt_chunk(recording: KitRecording, n: int) -> bytes:
    """Return a chunk as it is sent, the second one with other bytes, the third with another proof."""
    body = recording.chunks[n]
    if n == _BAD_DATA:
        return bytes(len(body))
    return body[:-1] + bytes([body[-1] ^ 1]) if n == _BAD_PROOF else body


def _manifests(lab: Laboratory) -> None:
    recording, other = _fresh(lab, 1), _fresh(lab, 2)
    _planned(lab, recording, "forged")
    good, foreign = recording.manifest, other.manifest
    for check, payload in (
        (_FORGED, by("approver")(lab.station, good)),
        (_FOREIGN, properly(lab.station, foreign)),
        (_RANGE, saying(chunk_size=LARGEST_CHUNK + 1)(lab.station, good)),
    ):
        count = len(lab.seen.wants)
        lab.bench.send(topics.manifest(recording.id), payload, 1, False)
        asked = lab.wait(partial(_has_more_wants, lab, count), 2.5)
        lab.judge(check.id, not asked, "the node took it, and asked for chunks")
    since = lab.now()
    lab.offer(recording)
    lab.must(lambda: lab.seen.wants_of(recording.id, since), "a Want after a good manifest")
    _unanswered(lab)


def _has_more_wants(lab: Laboratory, count: int) -> bool:
    return len(lab.seen.wants) > count


def _unanswered(lab: Laboratory) -> None:
    wants = lab.seen.wants
    begun = len(wants)
    if not lab.expect(_AGAIN.id, lambda: len(wants) > begun, "the Want again", _PATIENCE_S[1]):
        return
    first = (wants[begun][0] - wants[begun - 1][0]).total_seconds()
    lab.judge(_AGAIN.id, first >= _PATIENCE_S[0], f"it was sent again after {first:.1f} s")
    if lab.expect(_DOUBLED.id, lambda: len(wants) > begun + 1, "the Want again", 2 * _PATIENCE_S[1]):
        second = (wants[begun + 1][0] - wants[begun][0]).total_seconds()
        lab.judge(_DOUBLED.id, second >= 2 * _PATIENCE_S[0], f"and again after {second:.1f} s")
    asked = len(wants)
    lab.station.publish_keys()
    lab.expect(_PRESSED.id, lambda: len(wants) > asked, "a Want after a key set", 4.5)


def _spoilt(lab: Laboratory) -> None:
    recording, other = _fresh(lab, 3), _fresh(lab, 4)
    told = dict(other.manifest) | {"recording": recording.id}
    wrong = KitRecording(other.data, Manifest(**told))
    since = lab.now()
    airing = _planned(lab, wrong, "spoilt")
    lab.offer(wrong)
    if lab.expect(_SPOILT.id, lab.seen.has(airing.airing, "refused"), "`refused`", 5 * SOON_S):
        reason = lab.seen.of(airing.airing, "refused")[0].receipt.reason
        lab.judge(_SPOILT.id, reason == "recording-spoilt", f"refused with the reason {reason}")
        whole = [one for _, one in lab.seen.wants_of(wrong.id, since) if len(_missing(one)) == one.count]
        lab.judge(_SPOILT.id, len(whole) == 2, f"it was asked for {len(whole)} times")  # noqa: PLR2004


def _unknown(lab: Laboratory) -> None:
    """Plan a recording of a codec that no node has, one of a reserved source, and a good one."""
    good, strange = _fresh(lab, 5), _fresh(lab, 6)
    strange = KitRecording(strange.data, strange.manifest.model_copy(update={"codec": "kitcodec"}))
    since = lab.now()
    codec = lab.station.airing(lab.name("codec"), strange, FAR_S)
    relay = lab.station.airing(lab.name("relay"), strange, FAR_S, source="relay")
    rest = lab.station.airing(lab.name("rest"), good, FAR_S)
    lab.station.publish_plan(MAIN, [codec, relay, rest])
    lab.offer(strange)
    lab.offer(good)
    for check, airing, wanted_reason in (
        (_CODEC, codec, "codec-unknown"),
        (_SOURCE, relay, "source-unknown"),
    ):
        if lab.expect(check.id, lab.seen.has(airing.airing, "refused"), "`refused`"):
            reason = lab.seen.of(airing.airing, "refused")[0].receipt.reason
            lab.judge(check.id, reason == wanted_reason, f"refused with the reason {reason}")
    lab.expect(_SOURCE.id, lab.seen.has(rest.airing, "fetched"), "`fetched` of the rest", 2 * SOON_S)
    lab.judge(_CODEC.id, not lab.seen.wants_of(strange.id, since), "it asks for its chunks")


GROUP = CheckGroup(
    "fetching",
    (
        *(_WANTS, _WRONG, _QUIET, _SHAPE, _REPAIR, _DONE, _FORGED, _FOREIGN, _RANGE, _AGAIN, _DOUBLED),
        *(_PRESSED, _SPOILT, _KNOWN, _PROOF, _CODEC, _SOURCE),
    ),
    _play,
)
