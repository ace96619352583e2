"""What listeners report, by JSON: the list, and answers."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.listeners.queries import reports_in
from controller.features.listeners.schemas import ListenerAnswer, ListenerReportShown
from controller.features.listeners.service import answer_report
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(prefix="/listener-reports", tags=["listeners"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> list[ListenerReportShown]:
    """Return what listeners of the person's areas reported: open ones first, then the newest; at most 200."""
    scope = visit.scope
    rows = reports_in(visit.store, None if scope.is_whole() else scope.seen)
    return [ListenerReportShown.of(row) for row, _ in rows]


@router.post("/{report_id}/answer", status_code=204, responses=refusals(401, 403, 404, 409, 422))
def answer(visit: SignedVisit, report_id: str, asked: ListenerAnswer) -> None:
    """Answer a report; its sender reads the answer by the code that the report was given."""
    answer_report(visit, report_id, answer=asked.answer, **visit.stamp)
