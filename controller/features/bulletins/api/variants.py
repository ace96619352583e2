"""Variants of bulletins in other languages, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.upload_forms import Uploaded
from controller.features.bulletins.queries import variants_of, visible_bulletin
from controller.features.bulletins.schemas import BulletinShown, VariantShown
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.bulletins.variants import add_variant
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.uploads import described
from controller.model.bulletins import Bulletin
from controller.model.languages import LanguageCode

router = json_router(tags=["languages"])
_FORM = {
    "language": "Code of ISO 639-3, one of those that `/languages` gives.",
    "text": "What is said in it, for whoever approves it.",
}


@router.get("/bulletins/{bulletin_id}/variants", responses=refusals(401, 404))
def variants(visit: SignedVisit, bulletin_id: str) -> list[VariantShown]:
    """Return a bulletin's variants; one that is not `current` is of an older wording and is not aired."""
    base = visible_bulletin(visit.store, visit.scope, bulletin_id)
    return [_variant(row, base) for row in variants_of(visit.store, base.id)]


@router.post(
    "/bulletins/{bulletin_id}/variants",
    status_code=201,
    responses=refusals(401, 403, 404, 409, 422),
    openapi_extra=described(("language", "text"), **_FORM),
)
def add(visit: SignedVisit, bulletin_id: str, upload: Uploaded) -> VariantShown:
    """Add the newest wording in another language, as sound; it is submitted and approved separately.

    Once approved, areas with that language hear it instead of the Vietnamese one; other areas never do.
    """
    visible_bulletin(visit.store, visit.scope, bulletin_id)
    row = add_variant(
        visit.store,
        bulletin_id,
        language=LanguageCode(upload.fields.get("language", "")),
        text=upload.fields.get("text", ""),
        upload=keep_upload(visit.station.uploads, upload.file),
        **visit.stamp,
    )
    return _variant(row, visible_bulletin(visit.store, visit.scope, bulletin_id))


def _variant(row: Bulletin, base: Bulletin) -> VariantShown:
    is_current = row.of_revision == base.revision
    return VariantShown(bulletin=BulletinShown.of(row), language=row.language or "", is_current=is_current)
