"""States of a bulletin and of its rendering: a transition table and a pure function each."""

from enum import StrEnum
from typing import NewType

from controller.errors import Conflict

BulletinId = NewType("BulletinId", str)
"""A text to be read out, through all its revisions."""
TopicCode = NewType("TopicCode", str)
"""What bulletins are about, in the province's list."""
RenderingId = NewType("RenderingId", str)
"""The making of one revision's recording."""


class IllegalBulletinTransition(Conflict):
    """The action is not allowed in this state."""

    code = "bulletin.illegal-transition"


class RevisionKind(StrEnum):
    """Kind of a wording."""

    TEXT = "text"  # read out by a voice
    AUDIO = "audio"  # an uploaded recording; the text says what is in it
    PROGRAMME = "programme"  # several items in one recording; the text is that of all of them


class ItemKind(StrEnum):
    """Kind of a part of a programme."""

    CHIME = "chime"  # the opening chime, or the closing one as the last item
    SPEECH = "speech"  # text of the programme itself: its introduction and its end
    BULLETIN = "bulletin"  # an approved bulletin, with its title
    RECORDING = "recording"  # sound uploaded for this programme
    SILENCE = "silence"


class BulletinState(StrEnum):
    """State of a bulletin."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class BulletinAction(StrEnum):
    """Action on a bulletin."""

    REVISE = "revise"
    SUBMIT = "submit"
    RECALL = "recall"
    APPROVE = "approve"
    RETURN = "return"
    WITHDRAW = "withdraw"


_LEADS_TO = {
    (BulletinState.DRAFT, BulletinAction.REVISE): BulletinState.DRAFT,
    (BulletinState.RETURNED, BulletinAction.REVISE): BulletinState.DRAFT,
    (BulletinState.DRAFT, BulletinAction.SUBMIT): BulletinState.SUBMITTED,
    (BulletinState.SUBMITTED, BulletinAction.RECALL): BulletinState.DRAFT,
    (BulletinState.SUBMITTED, BulletinAction.APPROVE): BulletinState.APPROVED,
    (BulletinState.SUBMITTED, BulletinAction.RETURN): BulletinState.RETURNED,
    (BulletinState.APPROVED, BulletinAction.APPROVE): BulletinState.APPROVED,  # renewal of an approval
    (BulletinState.APPROVED, BulletinAction.WITHDRAW): BulletinState.WITHDRAWN,
}

IN_WORDS = {
    BulletinState.DRAFT: "bản nháp",
    BulletinState.SUBMITTED: "đang chờ duyệt",
    BulletinState.APPROVED: "đã duyệt",
    BulletinState.RETURNED: "bị trả lại",
    BulletinState.WITHDRAWN: "đã rút",
}
"""States in Vietnamese."""


def after(state: BulletinState, action: BulletinAction) -> BulletinState:
    """Return the state that the action leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, action]
    except KeyError:
        sentence = f"Không làm được: bản tin {IN_WORDS[state]}. Hãy tải lại trang để xem trạng thái mới nhất."
        raise IllegalBulletinTransition(sentence) from None


def actions(state: BulletinState) -> tuple[BulletinAction, ...]:
    """Return the actions allowed in a state; pages show them as buttons."""
    return tuple(action for action in BulletinAction if (state, action) in _LEADS_TO)


class RenderingState(StrEnum):
    """State of a rendering."""

    WAITING = "waiting"
    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"


class RenderingAction(StrEnum):
    """Event that changes a rendering's state."""

    BEGIN = "begin"
    FINISH = "finish"
    FAIL = "fail"
    RETRY = "retry"
    RENEW = "renew"


_RENDERING_LEADS_TO = {
    (RenderingState.WAITING, RenderingAction.BEGIN): RenderingState.RENDERING,
    (RenderingState.RENDERING, RenderingAction.FINISH): RenderingState.READY,
    (RenderingState.RENDERING, RenderingAction.FAIL): RenderingState.FAILED,
    (RenderingState.RENDERING, RenderingAction.RETRY): RenderingState.WAITING,  # its worker died
    (RenderingState.FAILED, RenderingAction.RETRY): RenderingState.WAITING,
    (RenderingState.READY, RenderingAction.RENEW): RenderingState.WAITING,  # not after it is approved
}


def after_rendering(state: RenderingState, action: RenderingAction) -> RenderingState:
    """Return the state that a rendering's action leads to, or raise IllegalTransition."""
    try:
        return _RENDERING_LEADS_TO[state, action]
    except KeyError:
        raise IllegalBulletinTransition(
            "Tệp âm thanh này đã được xử lý theo cách khác. Hãy tải lại trang.",
            code="rendering.illegal-transition",
        ) from None
