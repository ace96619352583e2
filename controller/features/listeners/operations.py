"""Answering what listeners reported, as pages and JSON both do: one transaction, then a wake-up."""

from controller.errors import NotAllowed
from controller.features.accounts.viewer import Caller
from controller.features.listeners.queries import visible_report
from controller.features.listeners.service import answer_report
from controller.model.listener_report_states import ReportId
from controller.model.permissions import Act


def answer(caller: Caller, report_id: str, words: str) -> None:
    """Answer a report from the person's areas, or raise NotAllowed or NotFound."""
    if not caller.viewer.may(Act.WRITE):
        raise NotAllowed("Tài khoản này không có quyền trả lời người dân.")
    with caller.store.write() as session:
        row = visible_report(session, caller.scope, ReportId(report_id))
        answer_report(session, row.id, answer=words, by=caller.by, now=caller.now())
    caller.wake()
