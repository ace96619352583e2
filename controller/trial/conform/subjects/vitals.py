"""Vitals: a report about every minute, while something sounds."""

from controller.trial.conform.areas import MAIN, PROBE
from controller.trial.conform.audio import tone
from controller.trial.conform.checks import Check
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory, Services
from controller.trial.conform.sounds import begin_long, long_tone
from devices.messages import Vitals

_OFTEN = Check("VIT-01", "Vitals come about every 60 s (± 20 %).")
_SHAPE = Check("VIT-02", "Vitals are well-formed, and name the node and its session.")
_SOUNDING = Check("VIT-03", "`sounding` names the airing that sounds, `volume` its volume.")
_REFUSED = Check("VIT-04", "`chunks_refused` counts wrong chunks.")
_MISSING = Check("VIT-05", "`missing` names a document that clock replies state and that does not come.")
_ASKED_S = 15.0
"""A node asks for the time some seconds before a start: the reply states what it does not hold."""
_LONGEST_S, _SHORTEST_S = 75.0, 45.0
"""60 s ± 20 %, and the link."""


def _play(lab: Laboratory) -> None:
    lab.provide(long_tone())
    lab.services.states = {
        "policies": {MAIN: lab.station.next_version()},
        "place": lab.station.next_version(),
    }
    airing = begin_long(lab, "vitals", _ASKED_S)
    vitals = _next(lab)
    if vitals is None:
        return
    is_said = vitals.sounding == airing.airing and vitals.volume == airing.volume
    lab.judge(_SOUNDING.id, is_said, f"sounding {vitals.sounding}, volume {vitals.volume}")
    _judge_missing(lab, vitals)
    session = lab.seen.states[-1][1].session
    lab.judge(_SHAPE.id, vitals.session == session, f"session {vitals.session}, the birth said {session}")
    before, at = vitals.chunks_refused, lab.seen.vitals[-1][0]
    _send_a_wrong_chunk(lab)
    vitals = _next(lab)
    if vitals is None:
        return
    gap = (lab.seen.vitals[-1][0] - at).total_seconds()
    lab.judge(_OFTEN.id, gap >= _SHORTEST_S, f"again after {gap:.0f} s")
    lab.judge(_REFUSED.id, vitals.chunks_refused > before, f"{vitals.chunks_refused} after {before}")


def _next(lab: Laboratory) -> Vitals | None:
    count = len(lab.seen.vitals)
    came = lab.expect(_OFTEN.id, lambda: len(lab.seen.vitals) > count, "vitals", _LONGEST_S)
    lab.judge(_SHAPE.id, came, "no vitals came")
    return lab.seen.vitals[-1][1] if came else None


def _send_a_wrong_chunk(lab: Laboratory) -> None:
    recording = tone(3, 900.0 + lab.now().timestamp() % 9973 / 1000)
    lab.services.spoil = lambda _n, body: bytes(len(body))
    lab.station.publish_plan(PROBE, [lab.station.airing(lab.name("wrong"), recording, 3600.0)])
    since = lab.now()
    lab.offer(recording)
    lab.must(lambda: lab.seen.wants_of(recording.id, since), "a Want after a manifest")
    lab.services.spoil = Services().spoil


def _judge_missing(lab: Laboratory, vitals: Vitals) -> None:
    for name in (f"policy/{MAIN}", "place"):
        lab.judge(_MISSING.id, name in vitals.missing, f"`missing` is {list(vitals.missing)}, without {name}")
    lab.services.states = {}
    lab.station.publish_policy(MAIN)


GROUP = CheckGroup("vitals", (_OFTEN, _SHAPE, _SOUNDING, _REFUSED, _MISSING), _play)
