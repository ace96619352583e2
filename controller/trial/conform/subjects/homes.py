"""Homes: who may send a node to another broker; it comes back from one where no station answers."""

from controller.trial.conform.areas import PROVINCE
from controller.trial.conform.checks import Check, Unmet
from controller.trial.conform.forging import Forge, by, by_all, properly, tampered
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.station import HOUR
from controller.trial.conform.subjects.administrators import TWO
from devices import topics
from devices.enrolment import Home

NOBODY = "127.0.0.1:9"
"""Where no broker is: the node's own port for discarding, on itself."""
_MOVES_S = 125.0
"""A node moves within 120 s."""
_BACK_S = 120.0 + 90.0 + 30.0

_FORGED = Check("HOM-01", "A home that no administrator signed is ignored.")
_WARD = Check("HOM-02", "A home by an administrator who does not rule the province is ignored.")
_ALONE = Check("HOM-07", "A home by one administrator is ignored where two must sign.")
_EXPIRED = Check("HOM-03", "A home whose expires_at is past, or of another area's topic, is ignored.")
_LEAVES = Check("HOM-04", "A good home is followed within two minutes.")
_BACK = Check("HOM-05", "Where no station answers, the node is back within 90 s.")
_LIVES = Check("HOM-06", "A node that came back says no other `home` than before.")


def _nobody(lab: Laboratory, **changes: object) -> Home:
    """Return a home where no broker is, with TLS if the node has it now: it would refuse another."""
    scheme = lab.bench.node_broker.partition("://")[0]
    return lab.station.home([f"{scheme}://{NOBODY}"], **changes)


def _play(lab: Laboratory) -> None:
    past = _nobody(lab, expires_at=lab.now().replace(microsecond=0) - HOUR)
    wrong_topic = _nobody(lab, target="kit-main")
    before = len(lab.seen.states)
    for forge in (by("station"), by("approver"), tampered, by("ward administrator")):
        _send(lab, _nobody(lab), forge, retain=False)
    _send(lab, _nobody(lab), by("distant administrator"), retain=False)
    for home in (past, wrong_topic):
        _send(lab, home, properly, retain=False)
    lab.pause(1.0)
    lab.station.publish_keys(administrators=2)
    for forge in (by("administrator"), by_all("administrator", "administrator's other")):
        _send(lab, _nobody(lab), forge, retain=False)
    _stays(lab, before)
    before = len(lab.seen.states)
    _send(lab, _nobody(lab), by_all(*TWO))
    left = lab.wait(lambda: any(not one.online for _, one in lab.seen.states[before:]), _MOVES_S)
    lab.judge(_LEAVES.id, left, "the node stays")
    gone = len(lab.seen.states)
    came = left and lab.wait(lambda: any(one.online for _, one in lab.seen.states[gone:]), _BACK_S)
    lab.judge(_BACK.id, came, "the node does not come back")
    if came:
        state = lab.seen.states[-1][1]
        lab.judge(_LIVES.id, state.home is None, f"its birth says home {state.home}")
    _send(lab, lab.station.home([lab.bench.node_broker]), by_all(*TWO))


def _send(lab: Laboratory, home: Home, forge: Forge, *, retain: bool = True) -> None:
    lab.bench.send(topics.home(PROVINCE), forge(lab.station, home), 1, retain)


def _stays(lab: Laboratory, before: int) -> None:
    """Look for as long as a move may take whether the node left after a home that it must ignore."""
    left = lab.wait(lambda: any(not one.online for _, one in lab.seen.states[before:]), _MOVES_S)
    for check in (_FORGED, _WARD, _ALONE, _EXPIRED):
        lab.judge(check.id, not left, "the node left after one of the homes that must be ignored")
    if left:
        lab.wait(lambda: lab.seen.is_online, 2 * _BACK_S)
        raise Unmet("where the node lives is not known after a wrong home")


GROUP = CheckGroup("homes", (_FORGED, _WARD, _ALONE, _EXPIRED, _LEAVES, _BACK, _LIVES), _play)
