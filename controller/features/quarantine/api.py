"""JSON API for technicians' actions on nodes in use."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.enrolment.api import check_enrols
from controller.features.enrolment.schemas import HardwareShown
from controller.features.enrolment.service import hardware_of
from controller.features.fleet.api.nodes import node_shown
from controller.features.fleet.queries import get_node, visible_node
from controller.features.fleet.schemas import NodeShown
from controller.features.fleet.service import retire_node
from controller.features.quarantine.schemas import NodeReason, NodeVolume
from controller.features.quarantine.service import limit_volume, quarantine_node, release_node
from controller.features.speaker_tests.results import note_test_result
from controller.features.speaker_tests.schemas import (
    NodeTest,
    NodeTestPlanned,
    TestHeard,
    TestPrepared,
    TestResultShown,
)
from controller.features.speaker_tests.service import prepare_test, try_node
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.station import Station
from controller.model.bulletin_states import BulletinId
from devices.ids import NodeId

router = json_router(tags=["fleet"])


@router.post("/nodes/{node_id}/quarantine", responses=refusals(401, 404, 409, 422))
def quarantine(visit: SignedVisit, node_id: str, asked: NodeReason) -> NodeShown:
    """Quarantine a node: it plays nothing and its messages are ignored until it is released."""
    quarantine_node(visit.store, NodeId(node_id), reason=asked.reason, **visit.stamp)
    return _after(visit.station, node_id)


@router.post("/nodes/{node_id}/release", responses=refusals(401, 404, 409))
def release(visit: SignedVisit, node_id: str) -> NodeShown:
    """End a node's quarantine."""
    release_node(visit.store, NodeId(node_id), **visit.stamp)
    return _after(visit.station, node_id)


@router.post("/nodes/{node_id}/volume", responses=refusals(401, 404, 409, 422))
def volume(visit: SignedVisit, node_id: str, asked: NodeVolume) -> NodeShown:
    """Limit a node's volume in percent; 100 removes the limit."""
    limit_volume(visit.store, NodeId(node_id), asked.loudest, **visit.stamp)
    return _after(visit.station, node_id)


@router.post("/nodes/{node_id}/test", status_code=201, responses=refusals(401, 404, 409, 422))
def sound_test(visit: SignedVisit, node_id: str, asked: NodeTest) -> NodeTestPlanned:
    """Play an approved test on this loudspeaker only, within seconds; refused in quiet hours."""
    airing = try_node(
        visit,
        NodeId(node_id),
        **visit.stamp,
        bulletin=None if asked.bulletin is None else BulletinId(asked.bulletin),
        volume=asked.volume,
    )
    return NodeTestPlanned(airing=airing.id, bulletin=airing.bulletin)


@router.post("/nodes/{node_id}/test-result", responses=refusals(401, 404, 409, 422))
def test_result(visit: SignedVisit, node_id: str, asked: TestHeard) -> TestResultShown:
    """Write down whether somebody at the pole heard a test; a heard test closes the node's work order."""
    row = note_test_result(
        visit, NodeId(node_id), asked.airing, heard=asked.heard, note=asked.note, **visit.stamp
    )
    return TestResultShown.of(row)


@router.post("/nodes/{node_id}/retire", status_code=204, responses=refusals(401, 404))
def retire(visit: SignedVisit, node_id: str) -> None:
    """Retire a node: it is no longer counted; what it played stays in the log."""
    node = visible_node(visit.store, visit.scope, node_id).id
    retire_node(visit, node, **visit.stamp)


@router.post("/speaker-tests", status_code=201, responses=refusals(401, 403, 409, 422))
def prepare(visit: SignedVisit) -> TestPrepared:
    """Write and submit the test text in one's own area; loudspeakers can be tried once it is approved."""
    bulletin = prepare_test(visit, **visit.stamp, speech=visit.station.speech).id
    return TestPrepared(bulletin=bulletin)


@router.get("/nodes/{node_id}/hardware", responses=refusals(401, 404))
def hardware(visit: SignedVisit, node_id: str) -> list[HardwareShown]:
    """Return every board that has had the node's name, newest first."""
    check_enrols(visit.viewer)
    node = visible_node(visit.store, visit.scope, node_id).id
    return [HardwareShown.of(row) for row in hardware_of(visit.store, node)]


def _after(station: Station, node_id: str) -> NodeShown:
    """Return the node as it is now, and update the plans at once."""
    station.wake()
    return node_shown(get_node(station.store, NodeId(node_id)), station.now())
