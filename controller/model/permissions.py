"""Permissions by role, act and area, as one pure function for buttons and operations alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypedDict

from devices.ids import AreaCode

OperatorId = NewType("OperatorId", str)
"""Id of a person with an account."""


class OperatorRole(StrEnum):
    """Role of a person; a person may have several."""

    OFFICER = "officer"
    APPROVER = "approver"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """Act that needs a permission."""

    WRITE = "write"  # draft, revise and submit a bulletin
    APPROVE = "approve"  # approve or return it
    WITHDRAW = "withdraw"  # withdraw an approved bulletin
    AIR = "air"  # plan an airing or a schedule
    AIR_EMERGENCY = "air_emergency"
    ANSWER = "answer"  # agree or refuse, for the own commune, to airings that others plan
    STOP = "stop"  # cancel what is planned or sounding
    ENROL = "enrol"  # add or retire nodes
    RULE = "rule"  # manage accounts, areas, policies, keys
    TEACH = "teach"  # add or remove pronunciations and templates of the province
    SEE = "see"


@dataclass(frozen=True, slots=True)
class Operator:
    """A person as stored in the account; the roles apply in `area` and its descendants.

    `deputises_in`: areas in which an approver's delegation lets this person approve, until a date.
    `acts`: the acts of the token that acts for the person; None for the person.
    """

    id: OperatorId
    name: str
    display_name: str
    roles: frozenset[OperatorRole]
    area: AreaCode
    deputises_in: frozenset[AreaCode] = frozenset()
    acts: frozenset[Act] | None = None
    first_password: bool = False
    """Somebody else chose the password: pages allow nothing before the person chooses another."""


class Stamp(TypedDict):
    """Who does something and when, as every operation takes it."""

    by: Operator
    now: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the act is allowed; if not, `sentence` says why, in Vietnamese."""

    allowed: bool
    sentence: str = ""


DEPUTY_ACTS = frozenset({Act.APPROVE, Act.WITHDRAW, Act.SEE})
"""Acts that a delegation grants: approving, and withdrawing what was approved; no others."""
TOKEN_ACTS = frozenset({Act.WRITE, Act.WITHDRAW, Act.AIR, Act.STOP, Act.ENROL, Act.SEE})
"""Acts that a token may have. Approving, emergencies and managing need the person's password or code."""
SECOND_FACTOR_ROLES = frozenset({OperatorRole.APPROVER, OperatorRole.TECHNICIAN, OperatorRole.ADMINISTRATOR})
"""Roles that need a second factor: they approve texts for airing, or manage the station."""

ONLY_AT_HOME = frozenset({Act.ANSWER})
"""Acts for the person's own area only: no higher level answers for a commune."""

_EVERYONE = frozenset(OperatorRole)
_MAY: dict[Act, frozenset[OperatorRole]] = {
    Act.WRITE: frozenset({OperatorRole.OFFICER, OperatorRole.APPROVER}),
    Act.APPROVE: frozenset({OperatorRole.APPROVER}),
    Act.WITHDRAW: frozenset({OperatorRole.APPROVER}),
    Act.AIR: frozenset({OperatorRole.OFFICER, OperatorRole.APPROVER}),
    Act.AIR_EMERGENCY: frozenset({OperatorRole.APPROVER}),
    Act.ANSWER: frozenset({OperatorRole.OFFICER, OperatorRole.APPROVER}),
    Act.STOP: _EVERYONE,  # everyone may stop: stopping needs less permission than starting
    Act.ENROL: frozenset({OperatorRole.TECHNICIAN, OperatorRole.ADMINISTRATOR}),
    Act.RULE: frozenset({OperatorRole.ADMINISTRATOR}),
    Act.TEACH: frozenset({OperatorRole.APPROVER, OperatorRole.ADMINISTRATOR}),
    Act.SEE: _EVERYONE,
}

_ROLE_LACKING: dict[Act, str] = {
    Act.WRITE: "Tài khoản này không có quyền soạn bản tin.",
    Act.APPROVE: "Chỉ cán bộ duyệt mới được duyệt hoặc trả lại bản tin.",
    Act.WITHDRAW: "Chỉ cán bộ duyệt mới được rút bản tin đã duyệt.",
    Act.AIR: "Tài khoản này không có quyền đặt lượt phát.",
    Act.AIR_EMERGENCY: "Chỉ cán bộ duyệt mới được phát khẩn cấp.",
    Act.ANSWER: "Tài khoản này không có quyền trả lời thay xã.",
    Act.STOP: "Tài khoản này không có quyền dừng phát.",
    Act.ENROL: "Chỉ kỹ thuật viên hoặc quản trị mới được thêm, bớt cụm loa.",
    Act.RULE: "Chỉ quản trị mới được thay đổi tài khoản, địa bàn, quy định và khóa.",
    Act.TEACH: "Chỉ cán bộ duyệt hoặc quản trị mới được đổi từ riêng, mẫu bản tin, nhạc hiệu của địa bàn.",
    Act.SEE: "Tài khoản này không có quyền xem.",
}


def can(roles: Collection[OperatorRole], home: AreaCode, act: Act, lineage: Sequence[AreaCode]) -> Verdict:
    """Decide about an act in an area; `lineage` is that area with its ancestors, itself first."""
    if not _MAY[act] & frozenset(roles):
        return Verdict(allowed=False, sentence=_ROLE_LACKING[act])
    if home not in lineage:
        return Verdict(allowed=False, sentence="Địa bàn này không thuộc phạm vi của tài khoản.")
    if act in ONLY_AT_HOME and lineage[0] != home:
        return Verdict(allowed=False, sentence="Chỉ cán bộ của chính xã, phường đó mới được trả lời.")
    return Verdict(allowed=True)


def judge(operator: Operator, act: Act, lineage: Sequence[AreaCode]) -> Verdict:
    """Decide by the person's own roles and area, else by a delegation; a token only restricts this."""
    if operator.acts is not None and act not in operator.acts:
        return Verdict(allowed=False, sentence="Mã truy cập này không được cấp cho việc này.")
    own = can(operator.roles, operator.area, act, lineage)
    if own.allowed or act not in DEPUTY_ACTS:
        return own
    lent = frozenset({OperatorRole.APPROVER}) & operator.roles
    return next(
        (
            lent_verdict
            for area in operator.deputises_in
            if (lent_verdict := can(lent, area, act, lineage)).allowed
        ),
        own,
    )
