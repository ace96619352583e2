"""What is wrong with a node's receipts, in words for technicians: missing numbers, breaks, refusals."""

from datetime import datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from controller.features.fleet.faults import GAP_SHOWN_AFTER
from controller.model.airing_states import ChainFaultKind
from controller.model.airings import ChainFault, ReceiptRefusal
from controller.model.fleet import Hardware
from controller.model.local_time import wall
from controller.store import one_read
from devices.ids import NodeId

_MOST_SHOWN: Final = 20
_REASONS: Final = {
    "bad-signature": "chữ ký không đúng",
    "unknown-key": "không phải khóa của cụm này",
    "wrong-kind": "ký loại văn bản khác",
    "malformed": "không đọc được",
}


@one_read
def receipt_faults(session: Session, node: NodeId, now: datetime) -> list[str]:
    """Return a sentence for each fault, the newest first."""
    told = [_sentence(fault) for fault in _faults(session, node, now)]
    refused = session.get(ReceiptRefusal, node)
    if refused is not None:
        told.append(
            f"Đài đã từ chối {refused.count} biên nhận của cụm {node}, lần cuối {wall(refused.at)} "
            f"({_REASONS.get(refused.code, refused.code)})."
        )
    if not session.scalar(select(exists().where(Hardware.node == node, Hardware.ended_at.is_(None)))):
        told.append(
            f"Đài chưa có khóa của cụm {node}: biên nhận của cụm không được tính. Hãy gắn lại bằng mã, hoặc "
            "ghi khóa bằng «loa node key»."
        )
    return told


def _faults(session: Session, node: NodeId, now: datetime) -> list[ChainFault]:
    query = select(ChainFault).where(ChainFault.node == node).order_by(ChainFault.noticed_at.desc())
    is_old = (ChainFault.kind != ChainFaultKind.GAP) | (ChainFault.noticed_at <= now - GAP_SHOWN_AFTER)
    return list(session.scalars(query.where(is_old).limit(_MOST_SHOWN)))


def _sentence(fault: ChainFault) -> str:
    numbers = str(fault.first) if fault.first == fault.last else f"{fault.first} đến {fault.last}"
    since = wall(fault.noticed_at)
    match fault.kind:
        case ChainFaultKind.GAP:
            return f"Thiếu biên nhận số {numbers} của cụm {fault.node} (từ {since})."
        case ChainFaultKind.BREAK:
            return f"Biên nhận số {numbers} của cụm {fault.node} không nối với biên nhận trước nó ({since})."
        case ChainFaultKind.FORK:
            return (
                f"Cụm {fault.node} gửi hai biên nhận khác nhau cùng số {numbers} ({since}): thẻ nhớ bị chép "
                "lại, hoặc khóa của cụm ở trong tay người khác."
            )
