"""Bulletins as sound by JSON: a sound file is uploaded with a text that describes it."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.upload_forms import Uploaded
from controller.features.bulletins.queries import visible_bulletin
from controller.features.bulletins.schemas import BulletinShown
from controller.features.bulletins.service import draft_bulletin, revise_bulletin
from controller.features.bulletins.sound_uploads import keep_upload
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.uploads import described
from devices.ids import AreaCode

router = json_router(prefix="/bulletins", tags=["bulletins"])
_TITLE = "Its title."
_TEXT = "What is said in it: a transcript or a summary, for whoever approves it and for people who read."
_AREA = "Code of the area where it belongs; by default the author's own."


@router.post(
    "/audio",
    status_code=201,
    responses=refusals(401, 403, 422),
    openapi_extra=described(("title", "text"), title=_TITLE, text=_TEXT, area=_AREA),
)
def draft_audio(visit: SignedVisit, upload: Uploaded) -> BulletinShown:
    """Write a new bulletin with an uploaded sound: MP3, WAV, OGG, Opus, FLAC or M4A, 2 s to 60 min.

    Its level is adjusted as for speech; it is heard and approved like any other, and a draft until submitted.
    """
    kept = keep_upload(visit.station.uploads, upload.file)
    fields = upload.fields
    row = draft_bulletin(
        visit,
        title=fields.get("title", ""),
        text=fields.get("text", ""),
        area=AreaCode(fields["area"]) if fields.get("area") else None,
        **visit.stamp,
        upload=kept,
    )
    return BulletinShown.of(row)


@router.post(
    "/{bulletin_id}/audio",
    responses=refusals(401, 403, 404, 409, 422),
    openapi_extra=described(title=_TITLE, text=_TEXT),
)
def revise_audio(visit: SignedVisit, bulletin_id: str, upload: Uploaded) -> BulletinShown:
    """Give a draft, or a returned bulletin, another sound; title and text stay unless they are sent too."""
    visible_bulletin(visit.store, visit.scope, bulletin_id)
    row = revise_bulletin(
        visit,
        bulletin_id,
        title=upload.fields.get("title") or None,
        text=upload.fields.get("text") or None,
        **visit.stamp,
        upload=keep_upload(visit.station.uploads, upload.file),
    )
    return BulletinShown.of(row)
