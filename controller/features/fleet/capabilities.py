"""What loudspeakers can play, as they said at their births, and who cannot play something."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.http.words import megabytes, number
from controller.model.airing_states import OPEN
from controller.model.airings import Airing, Delivery
from controller.model.bulletins import Recording
from controller.model.fleet import Node
from devices.ids import AiringId, AreaCode, ContentSource, NodeId
from devices.messages import MP3, Capabilities

_KINDS: Final = {"horn": "loa", "fm": "máy phát FM", "wired-zone": "vùng loa có dây", "board": "bảng điện tử"}
_MS_A_MINUTE: Final = 60_000


def capabilities_of(told: dict[str, Any] | None) -> Capabilities:
    """Return what a node can do; who told nothing can do what every node of v1 can."""
    return Capabilities() if told is None else Capabilities.model_validate(told, extra="ignore")


def limits_of(can: Capabilities, bitrate_kbps: int, plan_bytes: int) -> list[str]:
    """Return, in sentences, what a node cannot do that others can; `plan_bytes`: its longest plan now."""
    said = []
    if MP3 not in can.codecs:
        said.append("Không phát được tệp MP3 của đài, nên sẽ từ chối mọi bản tin.")
    if ContentSource.RECORDING not in can.sources:
        said.append("Không phát được bản ghi, nên sẽ từ chối mọi bản tin.")
    if can.largest_recording is not None:
        minutes = can.largest_recording * 8 / bitrate_kbps / _MS_A_MINUTE
        size = megabytes(can.largest_recording)
        said.append(f"Chỉ nhận bản tin dài đến khoảng {number(minutes)} phút (tệp {size}).")
    if can.largest_document is not None and can.largest_document < plan_bytes:
        said.append(
            f"Kế hoạch phát ở đây dài {megabytes(plan_bytes)}, máy của cụm chỉ nhận đến "
            f"{megabytes(can.largest_document)}: cụm giữ kế hoạch cũ, không biết lượt phát mới."
        )
    return said


def outputs_of(can: Capabilities) -> list[str]:
    """Return the names of what sounds at a node; a kind that is not known is shown as it was told."""
    return [f"{one.label or one.name} ({_KINDS.get(one.kind, one.kind)})" for one in can.outputs]


def unable_in(session: Session, areas: Collection[AreaCode], codec: str, size: int) -> list[NodeId]:
    """Return the nodes in use, in areas and below them, that cannot play a recording."""
    query = select(Node.id, Node.capabilities).where(
        Node.area.in_(area_tree(session).below(areas)),
        Node.retired_at.is_(None),
        Node.capabilities.is_not(None),
    )
    rows = session.execute(query.order_by(Node.id))
    return [node for node, told in rows if capabilities_of(told).why_not(codec, size)]


def unable_for(session: Session, airing: AiringId) -> list[NodeId]:
    """Return the nodes of an airing that cannot play its recording."""
    query = (
        select(Node.id, Node.capabilities, Recording.codec, Recording.size)
        .join(Delivery, Delivery.node == Node.id)
        .join(Airing, Airing.id == Delivery.airing)
        .join(Recording, Recording.id == Airing.recording)
        .where(Airing.id == airing, Airing.state.in_(OPEN), Node.capabilities.is_not(None))
        .order_by(Node.id)
    )
    rows = session.execute(query)
    return [node for node, told, codec, size in rows if capabilities_of(told).why_not(codec, size)]


def unable_sentence(nodes: Collection[NodeId]) -> str:
    """Return a sentence about nodes that cannot play what is planned; empty where there are none."""
    if not nodes:
        return ""
    return (
        f"{len(nodes)} cụm loa ở đây không phát được bản tin này "
        "(tệp quá dài hoặc khác loại với máy của cụm); các cụm loa khác vẫn phát."
    )
