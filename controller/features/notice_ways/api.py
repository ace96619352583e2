"""JSON of ways by which notices reach the signed-in person, and of the station's webhooks."""

from controller.errors import Unavailable
from controller.features.accounts.dependencies import InPersonVisit, SignedVisit, Visit
from controller.features.notice_ways.queries import ways_of
from controller.features.notice_ways.schemas import (
    NewAddress,
    NewPush,
    NewWebhook,
    NoticeWayShown,
    PushKey,
    Tried,
    WayWanted,
    WebhookMade,
)
from controller.features.notice_ways.service import (
    WantedNotices,
    add_address,
    add_push,
    add_webhook,
    change_way,
    remove_way,
    try_way,
)
from controller.host.web_push import public_push_key
from controller.host.webhooks import secret_of
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.notice_ways import WayId
from controller.model.permissions import Act

router = json_router(tags=["people"])


@router.get("/me/notice-ways", responses=refusals(401))
def index(visit: SignedVisit) -> list[NoticeWayShown]:
    """Return the person's devices and addresses, oldest first."""
    return [NoticeWayShown.line(one) for one in ways_of(visit.store, visit.by.id, visit.now())]


@router.get("/me/notice-ways/push-key", responses=refusals(401))
def push_key(visit: SignedVisit) -> PushKey:
    """Return the key with which a browser subscribes to pushes of this station."""
    if visit.store.signer is None:
        raise Unavailable("Đài chưa có khóa.")
    return PushKey(key=public_push_key(visit.store.signer))


@router.post("/me/notice-ways/push", status_code=201, responses=refusals(401, 403, 409, 422))
def add_device(visit: InPersonVisit, asked: NewPush) -> list[NoticeWayShown]:
    """Send notices to a browser of the person; return all ways."""
    wanted, settings = _wanted(asked), visit.station.settings
    keys = f"{asked.p256dh}.{asked.auth}"
    add_push(
        visit,
        name=asked.name,
        endpoint=asked.endpoint,
        keys=keys,
        wanted=wanted,
        settings=settings,
        **visit.stamp,
    )
    return index(visit)


@router.post("/me/notice-ways", status_code=201, responses=refusals(401, 403, 409, 422))
def add(visit: InPersonVisit, asked: NewAddress) -> list[NoticeWayShown]:
    """Send notices to an address of the person; return all ways."""
    wanted, settings = _wanted(asked), visit.station.settings
    add_address(
        visit,
        kind=asked.kind,
        name=asked.name,
        address=asked.address,
        wanted=wanted,
        settings=settings,
        **visit.stamp,
    )
    return index(visit)


@router.put("/me/notice-ways/{way}", status_code=204, responses=refusals(401, 403, 404, 422))
def change(visit: InPersonVisit, way: str, asked: WayWanted) -> None:
    """Choose anew what a way tells (or as administrator a webhook), and its quiet times."""
    change_way(visit, WayId(way), _wanted(asked), **visit.stamp)


@router.delete("/me/notice-ways/{way}", status_code=204, responses=refusals(401, 403, 404))
def remove(visit: InPersonVisit, way: str) -> None:
    """Send nothing by a way (or as administrator a webhook) any more."""
    remove_way(visit, WayId(way), **visit.stamp)


@router.post("/me/notice-ways/{way}/test", status_code=202, responses=refusals(401, 403, 404, 409))
def test(visit: InPersonVisit, way: str) -> Tried:
    """Send a test by a way, or as administrator to a webhook."""
    return Tried(message=try_way(visit, WayId(way), **visit.stamp))


@router.get("/webhooks", responses=refusals(401, 403))
def webhooks(visit: SignedVisit) -> list[NoticeWayShown]:
    """Return the station's webhooks, as administrator of the province."""
    visit.viewer.need_province(Act.RULE)
    return [NoticeWayShown.line(one) for one in ways_of(visit.store, None, visit.now())]


@router.post("/webhooks", status_code=201, responses=refusals(401, 403, 409, 422))
def add_hook(visit: InPersonVisit, asked: NewWebhook) -> WebhookMade:
    """Post notices to a program, as administrator of the province. Its secret is in the answer."""
    row = add_webhook(
        visit, name=asked.name, address=asked.address, wanted=WantedNotices(asked.topics), **visit.stamp
    )
    return WebhookMade.of(row, last=None, secret=_secret(visit, row.id))


def _secret(visit: Visit, way: WayId) -> str:
    if visit.store.signer is None:
        raise Unavailable("Đài chưa có khóa.")
    return secret_of(visit.store.signer, way)


def _wanted(asked: WayWanted) -> WantedNotices:
    return WantedNotices(asked.topics, asked.quiet_from, asked.quiet_to)
