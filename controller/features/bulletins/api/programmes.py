"""Programmes by JSON: several items in one recording; submitted, approved and aired as bulletins are."""

from controller.features.accounts.dependencies import SignedVisit, TheStation
from controller.features.accounts.upload_forms import Uploaded
from controller.features.bulletins.programmes import Item, check_sounds, draft_programme, revise_programme
from controller.features.bulletins.queries import items_of, visible_bulletin
from controller.features.bulletins.schemas import BulletinShown, ItemShown, ProgrammeAsked, SoundKept
from controller.features.bulletins.sound_uploads import keep_upload
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.station import Station
from controller.http.uploads import described
from controller.model.bulletin_states import BulletinId, ItemKind
from devices.ids import AreaCode

router = json_router(prefix="/programmes", tags=["programmes"])
_CHANGES = refusals(401, 403, 404, 409, 422)


@router.post("/sounds", status_code=201, responses=refusals(401, 403, 422), openapi_extra=described())
def bring(station: TheStation, upload: Uploaded) -> SoundKept:
    """Keep a sound file for an item of a programme; one that no programme names within a day is removed."""
    return SoundKept(upload=keep_upload(station.uploads, upload.file))


@router.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def draft(visit: SignedVisit, asked: ProgrammeAsked) -> BulletinShown:
    """Write a programme; it is a kind of bulletin, submitted and approved at `/bulletins`."""
    row = draft_programme(
        visit.store,
        title=asked.title,
        items=_items(visit.station, asked),
        again_if_preempted=asked.again_if_preempted,
        area=None if asked.area is None else AreaCode(asked.area),
        **visit.stamp,
    )
    return BulletinShown.of(row)


@router.get("/{bulletin_id}/items", responses=refusals(401, 404))
def items(visit: SignedVisit, bulletin_id: str) -> list[ItemShown]:
    """Return the items of a programme's newest wording, in order; none for other bulletins."""
    row = visible_bulletin(visit.store, visit.scope, bulletin_id)
    found = items_of(visit.store, row.id, row.revision)
    return [ItemShown.of(one, bulletin=one.item) for one in found]


@router.post("/{bulletin_id}/revise", responses=_CHANGES)
def revise(visit: SignedVisit, bulletin_id: str, asked: ProgrammeAsked) -> BulletinShown:
    """Give a draft, or a returned programme, other items; its area stays."""
    visible_bulletin(visit.store, visit.scope, bulletin_id)
    row = revise_programme(
        visit.store,
        bulletin_id,
        title=asked.title,
        items=_items(visit.station, asked),
        again_if_preempted=asked.again_if_preempted,
        **visit.stamp,
        based_on=asked.based_on,
    )
    return BulletinShown.of(row)


def _items(station: Station, asked: ProgrammeAsked) -> list[Item]:
    """Return the requested items; refuse deleted sounds."""
    found = []
    for one in asked.items:
        bulletin = None if one.bulletin is None else BulletinId(one.bulletin)
        found.append(Item(one.kind, one.text or "", bulletin, one.upload, one.seconds or 0))
    check_sounds(station.uploads, found)
    if asked.intro:
        found.insert(1 if found[0].kind is ItemKind.CHIME else 0, Item(ItemKind.SPEECH, asked.intro))
    if asked.outro:
        found.insert(len(found) - (found[-1].kind is ItemKind.CHIME), Item(ItemKind.SPEECH, asked.outro))
    return found
