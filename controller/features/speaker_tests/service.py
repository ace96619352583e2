"""A test on one loudspeaker only: an approved recording that announces that it is a test."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, case, insert, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.queries import require
from controller.features.airings.service import add_deliveries
from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import is_in_force
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.fleet.queries import get_node
from controller.features.journal.service import record
from controller.features.plans.queries import published_policies
from controller.model.accounts import HeldKey
from controller.model.airing_states import AiringState
from controller.model.airings import TEST_VOLUME, Airing, Target
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Approved, Bulletin, Recording, Revision
from controller.model.fleet import Node
from controller.model.local_time import wall
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.speech import Speech
from controller.store import one_read, one_write
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId
from devices.messages import Plan, PlannedAiring
from devices.plan import timetable
from devices.statements import Policy

LONGEST_TEST = timedelta(seconds=60)
"""Whoever stands below the pole has heard enough by then, and so have the neighbours."""
LATEST_TEST = timedelta(minutes=2)
"""The technician waits below the pole: later it would surprise somebody."""
_LEAD = timedelta(seconds=10)  # about what it takes until it sounds: it must be allowed then too
TITLE = "Thử loa"
TEXT = (
    "Đây là bản tin thử loa. Đây là bản tin thử loa. Cán bộ kỹ thuật đang kiểm tra cụm loa này. "
    "Đề nghị bà con không cần làm gì. Xin hết bản tin thử loa."
)
_SAYS_SO = "thử"


@one_write
def prepare_test(session: Session, *, by: Operator, now: datetime, speech: Speech | None = None) -> Bulletin:
    """Draft and submit the test text in the person's area; it is of use once an approver has approved it."""
    bulletin = draft_bulletin(session, title=TITLE, text=TEXT, by=by, now=now, test=True)
    submit_bulletin(session, bulletin.id, by=by, now=now, speech=speech)
    return bulletin


@one_read
def test_at_hand(session: Session, area: AreaCode) -> Bulletin | None:
    """Return the test that the nodes of an area could sound: an approved one, else the one changed last."""
    is_approved = case((Bulletin.state == BulletinState.APPROVED, 1), else_=0)
    query = select(Bulletin).where(Bulletin.test, Bulletin.area.in_(area_tree(session).lineage(area)))
    query = query.order_by(is_approved.desc(), Bulletin.changed_at.desc(), Bulletin.id.desc())
    return session.scalars(query.limit(1)).first()


@one_write
def try_node(
    session: Session,
    node_id: NodeId,
    *,
    by: Operator,
    now: datetime,
    bulletin: BulletinId | None = None,
    volume: int = TEST_VOLUME,
) -> Airing:
    """Play a test on one loudspeaker at once, through its own plan; refused if policies forbid it now.

    `bulletin` None: the newest approved test of the node's areas that is short and says that it is one.
    """
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    _check(node, volume)
    chosen, duration_ms = approved_test(session, area_tree(session).lineage(node.area), bulletin, now)
    airing = Airing(
        id=AiringId(new_id(now)),
        bulletin=chosen,
        node=node_id,
        state=AiringState.PLANNED,
        grade=Grade.ROUTINE,
        volume=volume,
        asked_at=now,
        starts_at=now,
        latest_start_at=now + LATEST_TEST,
        created_by=by.id,
        created_at=now,
    )
    if not _is_allowed(airing, duration_ms, published_policies(session, node.area), now + _LEAD):
        raise Conflict(
            "Đang trong giờ yên lặng, hoặc đã hết số phút phát của ngày: không thử loa lúc này.",
            code="test.not-now",
        )
    _lay_down(session, airing, node.area)
    detail = {"node": node_id, "bulletin": chosen, "starts_at": wall(now)}
    record(session, by, "airing.test-planned", airing.id, now, detail=detail)
    return airing


def _lay_down(session: Session, airing: Airing, area: AreaCode) -> None:
    session.add(airing)
    session.flush()
    session.execute(insert(Target), [{"airing": airing.id, "area": area}])
    add_deliveries(session, area_tree(session), airing.id, [area])


def _check(node: Node, volume: int) -> None:
    """Raise for a node that would not hear it, and a volume off the scale."""
    if node.retired_at is not None or node.quarantined_at is not None:
        raise Conflict(f"Cụm loa {node.id} đang cách ly hoặc đã ngừng dùng.", code="node.not-in-use")
    if not node.online:
        raise Conflict(f"Cụm loa {node.id} đang mất kết nối nên chưa thử được.", code="node.offline")
    if not 0 <= volume <= 100:  # noqa: PLR2004 - the scale of the wire
        raise BadInput("Âm lượng phải từ 0 đến 100.", code="airing.bad-volume")


def approved_test(
    session: Session, areas: Collection[AreaCode], asked: BulletinId | None, now: datetime
) -> tuple[BulletinId, int]:
    """Return the newest approved test of these areas, or the one asked for, and its length; or NotFound.

    It is short and says itself that it is a test, so that nobody takes it for an emergency.
    """
    query = (
        select(Bulletin.id, Revision.text, Recording.duration_ms)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .join(Approved, and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision))
        .join(Recording, Recording.id == Approved.recording)
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(Bulletin.test, *is_in_force(now))
        .where(Bulletin.area.in_(areas))
        .order_by(Bulletin.changed_at.desc(), Bulletin.id.desc())
    )
    if asked is not None:
        query = query.where(Bulletin.id == asked)
    for found, text, duration_ms in session.execute(query):
        if _SAYS_SO in text.lower() and duration_ms <= LONGEST_TEST / timedelta(milliseconds=1):
            return found, duration_ms
    raise NotFound(
        "Chưa có bản tin thử loa nào được duyệt (không quá 60 giây, tự nói rõ là bản tin thử). "
        "Hãy nhờ cán bộ bấm «Soạn bản tin thử loa» ở trang Thư viện, rồi nhờ cán bộ duyệt duyệt.",
        code="test.none-approved",
    )


def _is_allowed(airing: Airing, duration_ms: int, policies: Sequence[Policy], start: datetime) -> bool:
    """Whether policies would allow the whole test if it began then; pure."""
    planned = PlannedAiring.model_construct(
        airing=airing.id,
        recording=RecordingId(""),
        approval="",
        starts_at=start,
        latest_start_at=start,
        duration_ms=duration_ms,
        grade=airing.grade,
        volume=airing.volume,
        test=True,
    )
    ends = start + timedelta(milliseconds=duration_ms)
    plan = Plan.model_construct(
        target="test", version=1, issued_at=start, expires_at=ends + LATEST_TEST, airings=(planned,)
    )
    slots = timetable([plan], policies, start, ends)
    return len(slots) == 1 and not slots[0].cut
