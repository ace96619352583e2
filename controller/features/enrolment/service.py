"""Enrolment by a code: a technician makes it, the node claims it with a key of its own; docs/protocol.md."""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.queries import require, sees
from controller.features.accounts.secret_codes import fresh_code, fresh_token, typed_code
from controller.features.areas.queries import area_tree
from controller.features.fleet.broker_passwords import broker_hash
from controller.features.fleet.location_history import open_stays
from controller.features.fleet.node_names import check_credential
from controller.features.fleet.service import NewNode, bring_back, check_nodes
from controller.features.journal.service import record, record_each
from controller.features.plans.queries import key_sets_of, published_roots
from controller.host.station_keys import Secrets
from controller.model.area_tree import AreaTree
from controller.model.enrolment import Welcome
from controller.model.fleet import EnrolmentCode, Hardware, Node, NodePosition, PositionSource
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.settings import Settings
from controller.store import one_read, one_write
from controller.store.engine import JOURNAL_SIGNER, JournalSigner
from controller.store.locks import Lock, hold
from devices import topics
from devices.enrolment import Enrolment, EnrolmentClaim, EnrolmentReply, first_session_of
from devices.ids import AreaCode, NodeId
from devices.jose import SigningKey
from devices.node_key import is_proved
from devices.signing import sign

LETTERS = 8
"""40 bits: an address has 600 wrong tries an hour, and a code a day."""
CODE_LIFE = timedelta(hours=24)
"""A technician makes the code in the morning and is on the pole in the afternoon."""
LONGEST_LIFE = timedelta(days=7)
WRONG_CODE = "enrolment.wrong-code"
_PURPOSE = "loa enrolment codes"


@dataclass(frozen=True, slots=True)
class DescribedNode(NewNode):
    """A node for which a code is made, with what a list says of it; the place in degrees (WGS 84)."""

    equipment: str = ""
    telephone: str = ""
    latitude: float | None = None
    longitude: float | None = None


def welcome_of(settings: Settings, key: SigningKey, broker: str, pages: str) -> Welcome:
    """Return what nodes are told when they enrol; `broker` and `pages`: where the station itself has them."""
    return Welcome(
        address=settings.address or pages or f"http://{settings.host}:{settings.port}",
        broker=welcome_broker(settings, broker),
        root_public=Secrets(settings.home).root_public.read_text("utf-8").strip(),
        key=key,
    )


def welcome_broker(settings: Settings, broker: str = "") -> str:
    """Return the broker that nodes are told, without user and password; `broker`: one that we started."""
    parts = urlsplit(settings.nodes_broker_url or settings.broker_url or broker)
    host = parts.netloc.rpartition("@")[2]  # the station's own password is never given to nodes
    return f"{parts.scheme}://{host}"


@one_write
def make_code(
    session: Session,
    node: NewNode,
    *,
    by: Operator,
    now: datetime,
    life: timedelta = CODE_LIFE,
    taken: Collection[str] = (),
) -> tuple[EnrolmentCode, str]:
    """Make a code for a node, new or in use (its hardware is being replaced); earlier ones are void.

    `taken`: user names at the broker that are not the station's to give away (`station.doors.foreign_names`).
    """
    plain = DescribedNode(node.id, node.area, node.name)
    return make_codes(session, [plain], by=by, now=now, life=life, taken=taken)[0]


def make_codes(
    session: Session,
    nodes: Sequence[DescribedNode],
    *,
    by: Operator,
    now: datetime,
    life: timedelta,
    taken: Collection[str],
) -> list[tuple[EnrolmentCode, str]]:
    """Make a code for each of some nodes, all or none; see `make_code`."""
    if not timedelta(minutes=1) <= life <= LONGEST_LIFE:
        raise BadInput("Mã gắn cụm loa có hạn từ 1 phút đến 7 ngày.", code="enrolment.life")
    hold(session, Lock.NODES)
    _check_may_code(session, nodes, by, taken)
    _check_waiting(session, nodes, by, now)
    session.execute(
        update(EnrolmentCode)
        .where(EnrolmentCode.node.in_([node.id for node in nodes]), EnrolmentCode.claimed_at.is_(None))
        .where(EnrolmentCode.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    made = []
    for node in nodes:
        code = fresh_code(LETTERS)
        row = EnrolmentCode(
            id=new_id(now),
            code_hash=_digest(session, code),
            made_by=by.id,
            made_at=now,
            expires_at=now + life,
            **_told_of(node),
        )
        session.add(row)
        made.append((row, code))
    session.flush()
    told = [(row.node, {"area": row.area, "until": str(row.expires_at)}) for row, _ in made]
    record_each(session, by, "node.code-made", told, now)
    return made


def _told_of(node: DescribedNode) -> dict[str, Any]:
    """Return the columns of a code that say which loudspeaker it is for."""
    return {
        "node": node.id,
        "area": node.area,
        "name": node.name.strip(),
        "equipment": node.equipment,
        "telephone": node.telephone,
        "latitude": node.latitude,
        "longitude": node.longitude,
    }


def _check_may_code(
    session: Session, nodes: Sequence[DescribedNode], by: Operator, taken: Collection[str]
) -> None:
    check_nodes(session, nodes, by)
    rows = session.scalars(select(Node).where(Node.id.in_([node.id for node in nodes])))
    known_by_id = {row.id: row for row in rows}
    for node in nodes:
        check_credential(node.id, taken)
        known = known_by_id.get(node.id)
        # the area is named only to people who may see it
        if known is not None and not sees(session, by, known.area):
            raise _elsewhere(node.id)
        if known is not None and known.retired_at is None and known.area != node.area:
            raise Conflict(
                f"Cụm loa {node.id} đang dùng ở địa bàn {known.area}. Muốn chuyển địa bàn, dùng loa node "
                "move.",
                code="node.elsewhere",
            )
        if known is not None:  # a node that another commune retired keeps its history
            require(session, by, Act.ENROL, known.area)


def _check_waiting(session: Session, nodes: Sequence[DescribedNode], by: Operator, now: datetime) -> None:
    """Raise for a node for which a code waits in an area where the person may not enrol: it stays good."""
    areas = {node.id: node.area for node in nodes}
    query = select(EnrolmentCode.node, EnrolmentCode.area).where(
        EnrolmentCode.node.in_(areas),
        EnrolmentCode.claimed_at.is_(None),
        EnrolmentCode.withdrawn_at.is_(None),
        EnrolmentCode.expires_at > now,
    )
    for node, area in session.execute(query):
        if area == areas[node]:
            continue
        if not sees(session, by, area):
            raise _elsewhere(node)
        require(session, by, Act.ENROL, area)


def _elsewhere(node: NodeId) -> Conflict:
    return Conflict(f"Mã {node} đã có cụm loa khác dùng. Hãy chọn mã khác.", code="node.elsewhere")


@one_write
def withdraw_code(session: Session, enrolment_id: str, *, by: Operator, now: datetime) -> None:
    """Make a code void that nobody has claimed yet."""
    row = session.get(EnrolmentCode, enrolment_id, with_for_update=True)
    if row is None:
        raise NotFound("Không có mã gắn cụm loa này.", code="enrolment.unknown")
    require(session, by, Act.ENROL, row.area)
    if row.claimed_at is not None:
        raise Conflict(f"Mã đã được cụm loa {row.node} dùng.", code="enrolment.claimed")
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        record(session, by, "node.code-withdrawn", row.node, now)


@one_read
def open_codes(session: Session, now: datetime, areas: frozenset[AreaCode]) -> Sequence[EnrolmentCode]:
    """Return the codes that could still be claimed in some areas, the newest first."""
    query = (
        select(EnrolmentCode)
        .where(EnrolmentCode.claimed_at.is_(None), EnrolmentCode.withdrawn_at.is_(None))
        .where(EnrolmentCode.expires_at > now, EnrolmentCode.area.in_(areas))
        .order_by(EnrolmentCode.made_at.desc())
    )
    return session.scalars(query).all()


@one_write
def claim_code(session: Session, claim: EnrolmentClaim, welcome: Welcome, *, now: datetime) -> EnrolmentReply:
    """Enrol the node that claims a code; its earlier hardware, if there was one, is refused from now on.

    The same key may claim the same code again until it expires: an answer that was lost on its way costs no
    new code, only a new password.
    """
    row = claimable(session, claim, now=now, lock=True)
    tree = area_tree(session)
    if not (keys := key_sets_of(session, tree.lineage(row.area))):
        raise Conflict("Đài chưa có bộ khóa nên chưa gắn được cụm loa.", code="keys.none")
    node = _in_use(session, row, now)
    password = fresh_token()
    number = _give_hardware(session, node, row, claim, now)
    hardware = session.get_one(Hardware, (node.id, number))
    hardware.broker_hash, hardware.issued_at = broker_hash(password), now
    _describe(session, node, row, now)
    row.claimed_at, row.public = row.claimed_at or now, claim.public
    hardware.enrolment = signed_enrolment(node, claim.public, tree, welcome, now)
    session.flush()
    record(session, None, "node.enrolled", node.id, now, detail={"hardware": number, "public": claim.public})
    return EnrolmentReply(
        enrolment=hardware.enrolment,
        keys=tuple(keys),
        root_public=welcome.root_public,
        roots=published_roots(session).sets,
        password=password,
    )


def signed_enrolment(node: Node, public: str, tree: AreaTree, welcome: Welcome, now: datetime) -> str:
    """Return the signed statement that this is the node's key: the node gets it, and the station keeps it."""
    areas = tuple(reversed(tree.lineage(node.area)))
    enrolment = Enrolment(
        node=node.id,
        name=node.name,
        public=public,
        areas=areas,
        topics=topics.node_filters(node.id, areas),
        broker=welcome.broker,
        first_session=node.first_session,
        issued_at=now,
    )
    return sign(enrolment, welcome.key)


@one_read
def claimable(session: Session, claim: EnrolmentClaim, *, now: datetime, lock: bool = False) -> EnrolmentCode:
    """Return the code that may be claimed so, or raise NotFound.

    Called in a read transaction first: guesses of codes must not block writers.
    """
    query = select(EnrolmentCode).where(EnrolmentCode.code_hash == _digest(session, claim.code))
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    is_open = row is not None and row.withdrawn_at is None and row.expires_at > now
    is_its_own = row is not None and (row.claimed_at is None or row.public == claim.public)
    if row is None or not (is_open and is_its_own and is_proved(claim)):
        raise NotFound("Mã gắn cụm loa không đúng, đã dùng hoặc đã hết hạn.", code=WRONG_CODE)
    return row


@one_read
def hardware_of(session: Session, node: str) -> Sequence[Hardware]:
    """Return every board that has had a node's name, newest first."""
    return session.scalars(
        select(Hardware).where(Hardware.node == node).order_by(Hardware.number.desc())
    ).all()


def _in_use(session: Session, row: EnrolmentCode, now: datetime) -> Node:
    """Return the node of a code, made or brought back where need be; its name is what the code says."""
    told = NewNode(row.node, row.area, row.name)
    check_nodes(session, [told], None)  # areas and nodes may have been made since the code
    check_credential(row.node, ())
    node = session.get(Node, row.node, with_for_update=True)
    if node is None:
        node = Node(id=row.node, area=row.area, name=row.name, enrolled_at=now, session=0, online=False)
        session.add(node)
        session.flush()
        open_stays(session, [(node.id, node.area)], now)
    elif node.retired_at is not None:
        bring_back(session, node, told, now)
    elif node.area == row.area:
        node.name = row.name  # a node that was moved since the code was made keeps its area
    return node


def _describe(session: Session, node: Node, row: EnrolmentCode, now: datetime) -> None:
    """Give a node what the list said of it, the first time that its code is claimed."""
    if row.claimed_at is not None:
        return
    node.equipment = row.equipment  # of earlier hardware says nothing of this one
    node.telephone = row.telephone or node.telephone
    if row.latitude is None or row.longitude is None or session.get(NodePosition, node.id) is not None:
        return
    place = NodePosition(
        node=node.id, latitude=row.latitude, longitude=row.longitude, source=PositionSource.FILE
    )
    place.set_by, place.set_at = row.made_by, now
    session.add(place)


def _give_hardware(
    session: Session, node: Node, row: EnrolmentCode, claim: EnrolmentClaim, now: datetime
) -> int:
    """Return the number of the hardware that claims: the newest one, if it claims again, else a new one."""
    newest = session.scalar(select(func.max(Hardware.number)).where(Hardware.node == node.id)) or 0
    if row.claimed_at is not None:  # claimed again by the same key
        if session.get_one(Hardware, (node.id, newest)).public != claim.public:
            raise NotFound("Mã gắn cụm loa không đúng, đã dùng hoặc đã hết hạn.", code=WRONG_CODE)
        return newest
    session.execute(
        update(Hardware)
        .where(Hardware.node == node.id, Hardware.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    number = newest + 1
    hardware = Hardware(
        node=node.id,
        number=number,
        public=claim.public,
        software=claim.software,
        broker_hash="",
        issued_at=now,
    )
    session.add(hardware)
    session.flush()
    node.first_session = first_session_of(number)
    node.session, node.online, node.online_at = node.first_session, False, now
    return number


def _digest(session: Session, code: str) -> str:
    """Return the stored digest of a code; keyed, because 40 bits are quickly guessed without a key."""
    signer: JournalSigner | None = session.info.get(JOURNAL_SIGNER)
    if signer is None:
        raise RuntimeError("this store was opened without the station's key")
    return hmac.new(signer.derive(_PURPOSE), typed_code(code).encode(), hashlib.sha256).hexdigest()
