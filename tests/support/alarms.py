"""Prepared recordings for tests: written, approved and stored by nodes, by real operations on a `World`."""

from controller.features.emergencies.preparation import prepare
from controller.features.fleet.service import note_states
from controller.model.bulletins import Rendering
from controller.model.emergency_states import Kind
from devices.ids import Grade
from devices.messages import NodeState
from tests.support.station_world import NODES, PROVINCE, Sound

SOUNDS = {kind: Sound(str(kind).encode() * 20_000, duration_ms=20_000) for kind in Kind}


def prepared(world, kind=Kind.ALARM, area=PROVINCE):
    """Return an approved prepared recording that no node stores yet."""
    data = SOUNDS[kind].data
    highest = None if kind is Kind.TEST else Grade.EMERGENCY
    bulletin = world.submitted(data=data, test=kind is Kind.TEST, rendered=False, highest=highest)
    rendering = world.ask(lambda session: session.query(Rendering).filter_by(bulletin=bulletin).one())
    world.render(rendering.id, SOUNDS[kind])
    world.approve(bulletin, data)
    return world.do(prepare, bulletin, kind, area, by=world.approver).id


def hold(world, name, kind=Kind.ALARM, nodes=tuple(node.id for node in NODES)):
    """Connect nodes and have them report that they store it."""
    states = [NodeState(node=n, session=1, online=True, at=world.now, software="t") for n in nodes]
    world.do(note_states, states)
    for node in nodes:
        world.tell(node, name, "kept", recording=SOUNDS[kind].recording)
