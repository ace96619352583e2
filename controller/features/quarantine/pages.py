"""What a technician does with a node on its page: test, volume, care for faults, quarantine, out of use."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.fleet.fault_assignments import LONGEST_NOTE, take_care
from controller.features.fleet.faults import FaultKind
from controller.features.fleet.queries import visible_node
from controller.features.fleet.service import retire_node
from controller.features.node_overview.pages import show_node
from controller.features.quarantine.service import limit_volume, quarantine_node, release_node
from controller.features.speaker_tests.results import LONGEST_NOTE as LONGEST_TEST_NOTE
from controller.features.speaker_tests.results import note_test_result
from controller.features.speaker_tests.service import try_node
from controller.http.form_fields import SentId
from controller.model.airings import TEST_VOLUME
from controller.model.permissions import Act

router = APIRouter(prefix="/cum-loa/{node_id}")
_UNKNOWN = "node.unknown"
Why = Annotated[str, Form(max_length=1000)]


@router.post("/am-luong")
def volume(visit: SignedVisit, node_id: str, muc: Annotated[int, Form(ge=0, le=100)] = 100) -> Response:
    """Limit the node's volume in percent; 100 removes the limit."""
    return _do(visit, node_id, "am-luong", partial(limit_volume, loudest=muc))


@router.post("/cach-ly")
def quarantine(visit: SignedVisit, node_id: str, ly_do: Why = "") -> Response:
    """Quarantine the node: it plays nothing and its messages are ignored."""
    return _do(visit, node_id, "cach-ly", partial(quarantine_node, reason=ly_do))


@router.post("/thoi-cach-ly")
def release(visit: SignedVisit, node_id: str) -> Response:
    """End the quarantine."""
    return _do(visit, node_id, "thoi-cach-ly", release_node)


@router.post("/ngung-dung")
def retire(visit: SignedVisit, node_id: str) -> Response:
    """Retire the node; what it played stays in the log."""
    return _do(visit, node_id, "ngung-dung", retire_node)


@router.post("/thu")
def sound_test(
    visit: SignedVisit, node_id: str, muc: Annotated[int, Form(ge=0, le=100)] = TEST_VOLUME
) -> Response:
    """Play a test announcement on this loudspeaker only."""
    visit.viewer.need(Act.ENROL)
    try:
        node = visible_node(visit.store, visit.scope, node_id).id
        try_node(visit, node, **visit.stamp, volume=muc)
    except LoaError as error:
        return _refused(visit, node_id, error)
    return RedirectResponse(f"/cum-loa/{node_id}#thu-loa", 303)


@router.post("/nghe-thu")
def note_test(
    visit: SignedVisit,
    node_id: str,
    *,
    luot: SentId = "",
    nghe: Annotated[str, Form(max_length=10)] = "",
    ghi_chu: Annotated[str, Form(max_length=LONGEST_TEST_NOTE)] = "",
) -> Response:
    """Write down whether the test was heard at the pole."""
    noted = partial(note_test_result, airing_id=luot, heard=nghe == "ro", note=ghi_chu)
    return _do(visit, node_id, "nghe-ro" if nghe == "ro" else "khong-nghe", noted)


@router.post("/lo")
def care(
    visit: SignedVisit,
    node_id: str,
    *,
    viec: Annotated[str, Form(max_length=10)] = "",
    ghi_chu: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Set the assignee of the node's faults and the note, and mark the faults as seen."""
    changes: dict[str, Any] = {"note": ghi_chu}
    if viec in {"nhan", "thoi"}:
        changes["assignee"] = visit.by.name if viec == "nhan" else ""
    if viec == "biet":
        changes["seen"] = frozenset(FaultKind)
    return _do(visit, node_id, "lo", partial(take_care, **changes))


def _do(visit: Visit, node_id: str, done: str, act: Callable[..., object]) -> Response:
    visit.viewer.need(Act.ENROL)
    try:
        node = visible_node(visit.store, visit.scope, node_id).id
        act(visit, node, **visit.stamp)
    except LoaError as error:
        return _refused(visit, node_id, error)
    return RedirectResponse(f"/cum-loa/{node_id}?xong={done}", 303)


def _refused(visit: Visit, node_id: str, error: LoaError) -> Response:
    """Return the node's page with what was refused; a node that is not there has none."""
    if error.code == _UNKNOWN:
        raise error
    return show_node(visit, node_id, error=error)
