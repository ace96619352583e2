"""Homes: who may send a node to another broker; it comes back from one where no station answers."""

from collections.abc import Callable

from controller.trial.conform.areas import PROVINCE
from controller.trial.conform.checks import Check, Unmet
from controller.trial.conform.forging import by, properly, tampered
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.station import HOUR
from devices import topics
from devices.enrolment import Home

NOBODY = "127.0.0.1:9"
"""Where no broker is: the node's own port for discarding, on itself."""
_MOVES_S = 125.0
"""A node moves within 120 s."""
_BACK_S = 120.0 + 90.0 + 30.0

_FORGED = Check("HOM-01", "A home that no administrator signed is ignored.")
_WARD = Check("HOM-02", "A home by an administrator who does not rule the province is ignored.")
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
    _ignored(
        lab,
        {
            _FORGED: [by("station"), by("approver"), tampered],
            _WARD: [by("ward administrator"), by("distant administrator")],
        },
        {_EXPIRED: [past, wrong_topic]},
    )
    before = len(lab.seen.states)
    home = _nobody(lab)
    lab.bench.send(topics.home(PROVINCE), properly(lab.station, home), 1, True)
    left = lab.wait(lambda: any(not one.online for _, one in lab.seen.states[before:]), _MOVES_S)
    lab.judge(_LEAVES.id, left, "the node stays")
    gone = len(lab.seen.states)
    came = left and lab.wait(lambda: any(one.online for _, one in lab.seen.states[gone:]), _BACK_S)
    lab.judge(_BACK.id, came, "the node does not come back")
    if came:
        state = lab.seen.states[-1][1]
        lab.judge(_LIVES.id, state.home is None, f"its birth says home {state.home}")
    stays = lab.station.home([lab.bench.node_broker])
    lab.bench.send(topics.home(PROVINCE), properly(lab.station, stays), 1, True)


def _ignored(
    lab: Laboratory,
    forged: dict[Check, list[Callable[..., bytes]]],
    wrong: dict[Check, list[Home]],
) -> None:
    """Send homes that must be ignored, and look for as long as a move may take whether the node left."""
    before = len(lab.seen.states)
    for forges in forged.values():
        for forge in forges:
            home = _nobody(lab)
            lab.bench.send(topics.home(PROVINCE), forge(lab.station, home), 1, False)
    for homes in wrong.values():
        for home in homes:
            lab.bench.send(topics.home(PROVINCE), properly(lab.station, home), 1, False)
    left = lab.wait(lambda: any(not one.online for _, one in lab.seen.states[before:]), _MOVES_S)
    for check in (*forged, *wrong):
        lab.judge(check.id, not left, "the node left after one of the homes that must be ignored")
    if left:
        lab.wait(lambda: lab.seen.is_online, 2 * _BACK_S)
        raise Unmet("where the node lives is not known after a wrong home")


GROUP = CheckGroup("homes", (_FORGED, _WARD, _EXPIRED, _LEAVES, _BACK, _LIVES), _play)
