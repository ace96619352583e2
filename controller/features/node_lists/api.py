"""Lists of loudspeakers by JSON: checked line by line, then done."""

from collections.abc import Sequence
from datetime import timedelta

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.secret_codes import typed_code
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.schemas import CodeMade
from controller.features.node_lists.checking import CheckedList, check_list
from controller.features.node_lists.schemas import (
    ListedNodeShown,
    NodeListGiven,
    NodeListShown,
    NodeListWanted,
)
from controller.features.node_lists.service import prepare_nodes
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act
from devices.enrolment import qr_payload

router = json_router(prefix="/node-lists", tags=["enrolment"])


@router.post("/check", responses=refusals(401, 422))
def check(visit: SignedVisit, asked: NodeListGiven) -> NodeListShown:
    """Return what each line of a list would do; nothing is changed."""
    visit.viewer.need(Act.ENROL)
    taken = foreign_names(visit.store, visit.station.settings)
    return list_shown(check_list(visit.store, asked.text, **visit.stamp, taken=taken))


@router.post("", status_code=201, responses=refusals(401, 409, 422))
def prepare(visit: SignedVisit, asked: NodeListWanted) -> NodeListShown:
    """Prepare the loudspeakers of a list for enrolment; the same list again changes nothing."""
    visit.viewer.need(Act.ENROL)
    done = prepare_nodes(
        visit,
        asked.text,
        **visit.stamp,
        taken=foreign_names(visit.store, visit.station.settings),
        life=timedelta(hours=asked.hours),
        only_good=asked.only_good,
        renew=asked.renew,
    )
    welcome = visit.station.welcome()
    codes = [
        CodeMade.of(row, code=code, qr=qr_payload(welcome.address, typed_code(code), welcome.root_public))
        for row, code in done.made
    ]
    return list_shown(done.checked, codes)


def list_shown(checked: CheckedList, codes: Sequence[CodeMade] = ()) -> NodeListShown:
    """Return a checked list as JSON has it."""
    lines = [
        ListedNodeShown(
            line=one.listed.line,
            node=one.node,
            name=one.listed.name,
            area=one.listed.area,
            state=one.state,
            changes=list(one.changes),
            fault=one.listed.fault,
        )
        for one in checked.lines
    ]
    return NodeListShown(lines=lines, ignored=list(checked.ignored), codes=list(codes))
