"""The guided commune of a trial: six steps, each done when the database says that it happened.

Read for each page of a trial, and for none of a station with real loudspeakers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.bulletins.listening_proof import ListeningProof
from controller.features.fleet.node_names import SIMULATED
from controller.http.station import Station
from controller.model.accounts import Account
from controller.model.airing_states import DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Approved, Bulletin, Listened, Recording, Rendering
from controller.model.first_people import APPROVER, FIRST_OPERATORS, OF_A_COMMUNE
from controller.model.fleet import Node
from controller.model.journal import Entry
from controller.model.permissions import Operator, OperatorRole
from devices.ids import NodeId

UNPLUGGED, PLUGGED_IN = "trial.unplugged", "trial.plugged-in"
_LATELY = 20
"""Bulletins of the commune's officer, and plugs, that are looked at: the newest."""
_TECHNICIAN = FIRST_OPERATORS[-1].name
_OFFICER = OF_A_COMMUNE.name
_NAMES = {one.name: one.display_name for one in FIRST_OPERATORS}


_WORDS = (
    (
        "Soạn",
        "Viết một tin ngắn cho xã, để nguyên nơi phát, chọn phát ngay khi được duyệt, rồi bấm Gửi duyệt.",
        _OFFICER,
        "/tao-ban-tin",
    ),
    ("Nghe", "Người duyệt nghe chỗ cần nghe của đúng tệp sẽ phát.", APPROVER, ""),
    ("Duyệt", "Ký bằng mật khẩu của vai này rồi bấm Duyệt.", APPROVER, ""),
    ("Phát", "Xem loa của xã tải về, bắt đầu và đọc hết; việc này tự xong.", _OFFICER, "/phat"),
    (
        "Làm hỏng",
        "Rút phích một cụm loa mô phỏng; vài giây sau trang Sự cố báo mất kết nối.",
        _TECHNICIAN,
        "/su-co",
    ),
    (
        "Sửa",
        "Ra chân cột cắm lại phích; cụm loa tự nối lại và trang Sự cố hết báo.",
        _TECHNICIAN,
        "/su-co",
    ),
)
"""Of each step: title, what to do, whose it is, and its page; no page: that of the bulletin to approve."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step: what to do, in whose role, and where."""

    title: str
    hint: str
    role: str
    """Sign-in name of the person who does it."""
    place: str
    is_done: bool
    role_name: str
    plug: NodeId | None = None
    """The loudspeaker whose plug this step pulls or puts in."""


@dataclass(frozen=True, slots=True)
class Tour:
    """The steps of the guided commune, as one person sees them."""

    area: str
    steps: Sequence[TourStep]
    name: str
    """Sign-in name of who looks."""
    password: str
    """The first password of who looks, where it is still known: approving asks for it."""
    is_put_away: bool
    may_switch: bool
    """Whether the trial knows the person's password, and so lets them take another role."""

    @property
    def next(self) -> TourStep | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.is_done), None)

    @property
    def number(self) -> int:
        """Its number, from 1; one more than all where all are done."""
        return 1 + next((n for n, step in enumerate(self.steps) if not step.is_done), len(self.steps))


def tour_of(
    session: Session, station: Station, operator: Operator, scope: Scope, *, is_put_away: bool
) -> Tour | None:
    """Return the guided commune of a trial, or None: no trial, or its officer is gone.

    An officer of a class is guided in their own commune; everybody else sees that of the trial's officer.
    """
    if station.trial is None:
        return None
    known = station.trial.passwords()
    is_own = OperatorRole.OFFICER in operator.roles and operator.name not in known
    name = operator.name if is_own else OF_A_COMMUNE.name
    query = select(Account).where(Account.name == name, Account.disabled_at.is_(None))
    officer = session.scalars(query).one_or_none()
    if officer is None:
        return None
    steps = () if is_put_away else _steps(session, officer)
    password, may_switch = known.get(operator.name, ""), operator.name in known
    return Tour(scope.name(officer.area), steps, operator.name, password, is_put_away, may_switch)


def _steps(session: Session, officer: Account) -> Sequence[TourStep]:
    own = select(Bulletin.id).where(Bulletin.author == officer.id, ~Bulletin.test)
    bulletins = session.scalars(own.order_by(Bulletin.created_at.desc()).limit(_LATELY)).all()
    made = session.scalars(select(Rendering).where(Rendering.bulletin.in_(bulletins))).all()
    approved = set(session.scalars(select(Approved.bulletin).where(Approved.bulletin.in_(bulletins))))
    waiting = next((one.bulletin for one in made if one.bulletin not in approved), None)
    to_approve = "/duyet" if waiting is None else f"/duyet/{waiting}"
    node, is_broken, is_mended = _plugs(session, officer)
    done = (
        bool(made),
        bool(approved) or _is_heard(session, officer, made),  # nobody approves what they have not heard
        bool(approved),
        _is_aired(session, bulletins),
        is_broken,
        is_mended,
    )
    people = _NAMES | {_OFFICER: officer.display_name}
    return [
        TourStep(
            title=title,
            hint=hint,
            role=officer.name if role == _OFFICER else role,
            place=place or to_approve,
            is_done=is_done,
            role_name=people[role],
            plug=node if role == _TECHNICIAN else None,
        )
        for (title, hint, role, place), is_done in zip(_WORDS, done, strict=True)
    ]


def _is_heard(session: Session, officer: Account, made: Sequence[Rendering]) -> bool:
    """Whether somebody else than the author has heard one of the recordings to its end."""
    recordings = [one.recording for one in made if one.recording is not None]
    query = (
        select(Listened.played, Recording.duration_ms)
        .join(Recording, Recording.id == Listened.recording)
        .where(Listened.recording.in_(recordings), Listened.operator != officer.id)
    )
    return any(
        ListeningProof(served=True, spans=tuple((a, b) for a, b in played), duration_ms=long).is_whole
        for played, long in session.execute(query)
    )


def _is_aired(session: Session, bulletins: Sequence[BulletinId]) -> bool:
    query = select(Delivery.node).join(Airing, Airing.id == Delivery.airing)
    query = query.where(Airing.bulletin.in_(bulletins), Delivery.rung == int(DeliveryStage.FINISHED))
    return session.scalars(query.limit(1)).first() is not None


def _plugs(session: Session, officer: Account) -> tuple[NodeId | None, bool, bool]:
    """Return the commune's loudspeaker to try it with, whether its plug was out, and whether it is back.

    The journal says when a plug was pulled, and in which session the loudspeaker was; that it went and came
    back is what the loudspeaker and the broker said since.
    """
    simulated = Node.id.startswith(SIMULATED)
    query = select(Node).where(Node.area == officer.area, simulated, Node.retired_at.is_(None))
    nodes = {node.id: node for node in session.scalars(query.order_by(Node.id))}
    pulled = select(Entry).where(Entry.act == UNPLUGGED, Entry.subject.in_(list(nodes)))
    entries = session.scalars(pulled.order_by(Entry.seq.desc()).limit(_LATELY)).all()
    seen = [(nodes[NodeId(one.subject)], int(one.detail["session"])) for one in entries]
    node = seen[0][0].id if seen else next(iter(nodes), None)
    came_back = any(one.session > session_then for one, session_then in seen)
    return node, came_back or any(not one.online for one, _ in seen), came_back
