"""JSON shapes of ways by which notices reach people, and of webhooks."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from controller.features.notice_ways.views import WayShown
from controller.http.schemas import Command, View
from controller.model.notice_ways import MessageState, NoticeTopic, WayKind

Name = Annotated[str, Field(min_length=1, max_length=100)]
Clock = Annotated[str, Field(max_length=5, description="Wall time in Vietnam, such as 22:00; empty: none.")]
Topics = Annotated[list[NoticeTopic], Field(max_length=len(NoticeTopic))]


class MessageShown(View):
    """What became of one message."""

    id: str
    state: MessageState
    at: datetime
    done_at: datetime | None
    tries: int
    error: str | None


class NoticeWayShown(View):
    """One way."""

    id: str
    kind: WayKind
    name: str
    address: str = Field(description="Who gets it; of a push, empty: a browser's subscription is a secret.")
    topics: list[NoticeTopic]
    quiet_from: str | None
    quiet_to: str | None
    created_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    last: MessageShown | None = None

    @classmethod
    def line(cls, one: WayShown) -> Self:
        """Return it as JSON has it."""
        address = "" if one.row.kind is WayKind.PUSH else one.row.address
        last = None if one.last is None else MessageShown.of(one.last)
        return cls.of(one.row, address=address, last=last)


class WayWanted(Command):
    """What a way tells, and its quiet times; a call that waits goes through them."""

    topics: Topics
    quiet_from: Clock = ""
    quiet_to: Clock = ""


class NewAddress(WayWanted):
    """A mail address, a telephone number or a chat of one's own."""

    kind: WayKind
    name: Name
    address: Annotated[str, Field(max_length=200)]


class NewPush(WayWanted):
    """What a browser gave for one's own device: `PushSubscription.toJSON()` has them."""

    name: Name
    endpoint: Annotated[str, Field(max_length=1000)]
    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=100)]


class PushKey(View):
    """What `pushManager.subscribe` needs."""

    key: str = Field(description="`applicationServerKey`, base64url.")


class NewWebhook(Command):
    """A program that gets notices as JSON by POST, in the form of Standard Webhooks."""

    name: Name
    address: Annotated[str, Field(max_length=1000)]
    topics: Topics


class WebhookMade(NoticeWayShown):
    """A new webhook with the secret by which the receiver checks who sent it."""

    secret: str


class Tried(View):
    """A test that was written; the way's `last` says how it went."""

    message: str
