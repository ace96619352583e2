"""Writes of listeners' reports: anybody can make one, and an officer of its area answers."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.queries import nearest_who_may, require
from controller.features.accounts.scope import scope_of
from controller.features.journal.service import record
from controller.features.listeners.queries import code_digest, last_sounded, visible_report
from controller.features.notices.queries import unread_about
from controller.features.notices.service import notify
from controller.model.fleet import Node
from controller.model.listener_report_states import ReportAction, ReportId, ReportState, Trouble, after
from controller.model.listeners import ListenerReport
from controller.model.new_ids import new_id
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import NodeId

LONGEST_WORDS = 500
LONGEST_ANSWER = 1000
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that are taken for each other on paper."""
_CODE_LENGTH = 10


@one_write
def report_trouble(
    session: Session, node_id: NodeId, *, trouble: str, words: str, now: datetime
) -> tuple[ListenerReport, str]:
    """Store a listener's report about a loudspeaker; return it with the code for reading the answer.

    Nothing about the sender is stored.
    """
    node = session.get(Node, node_id)
    if node is None or node.retired_at is not None:
        raise NotFound("Không có cụm loa này. Hãy quét lại mã dán ở cột loa.", code="node.unknown")
    if trouble not in set(Trouble):
        raise BadInput("Hãy chọn loa bị làm sao.", code="listener.no-trouble")
    words = " ".join(words.split())
    if len(words) > LONGEST_WORDS:
        raise BadInput(
            f"Lời kể dài quá {LONGEST_WORDS} chữ cái. Hãy viết ngắn hơn.", code="listener.too-long"
        )
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    report = ListenerReport(
        id=ReportId(new_id(now)),
        code_sha256=code_digest(code),
        node=node.id,
        area=node.area,
        airing=last_sounded(session, node.id, now),
        trouble=Trouble(trouble),
        words=words,
        state=ReportState.OPEN,
        reported_at=now,
    )
    session.add(report)
    session.flush()
    record(session, None, "report.made", report.id, now, detail={"node": node.id, "trouble": trouble})
    _tell(session, node, report)
    return report, f"{code[: _CODE_LENGTH // 2]}-{code[_CODE_LENGTH // 2 :]}"


def _tell(session: Session, node: Node, report: ListenerReport) -> None:
    """Notify who answers, and of a fault who mends; of one loudspeaker once, until it is read.

    The listener's own words stay on the page: anybody may have written them.
    """
    people = nearest_who_may(session, Act.WRITE, report.area)
    if report.trouble is Trouble.BROKEN:
        people |= nearest_who_may(session, Act.ENROL, report.area)
    people -= unread_about(session, NoticeKind.LISTENER_REPORT, node.id)
    sentence = f"Người dân phản ánh cụm loa «{node.name}»: {_IN_WORDS[report.trouble]}."
    notify(session, people, NoticeKind.LISTENER_REPORT, node.id, sentence, now=report.reported_at)


_IN_WORDS = {
    Trouble.TOO_LOUD: "loa quá to",
    Trouble.TOO_EARLY: "phát quá sớm hoặc quá muộn",
    Trouble.BROKEN: "loa hỏng, không kêu hoặc rè",
    Trouble.NOT_UNDERSTOOD: "nghe không rõ",
}


@one_write
def answer_report(
    session: Session, report_id: str, *, answer: str, by: Operator, now: datetime
) -> ListenerReport:
    """Answer a report, or replace the answer; everybody who has the code can read it."""
    report = visible_report(session, scope_of(session, by), ReportId(report_id))
    require(session, by, Act.WRITE, report.area)
    answer = answer.strip()
    if not answer or len(answer) > LONGEST_ANSWER:
        raise BadInput(f"Hãy ghi câu trả lời, không quá {LONGEST_ANSWER} chữ cái.", code="report.no-answer")
    report.state = after(report.state, ReportAction.ANSWER)
    report.answer, report.answered_by, report.answered_at = answer, by.id, now
    record(session, by, "report.answered", report.id, now, detail={"answer": answer})
    return report
