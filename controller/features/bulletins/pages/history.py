"""History of one bulletin: its wordings compared, and who did what with it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.bulletins.queries import visible_bulletin, wordings_of
from controller.features.bulletins.revisions import display_names, steps_of
from controller.features.bulletins.wording_views import changes
from controller.http.render import page

router = APIRouter()
_MOST = 100_000


@router.get("/ban-tin/{bulletin_id}/lich-su")
def show(
    visit: SignedVisit,
    bulletin_id: str,
    *,
    tu: Annotated[int, Query(ge=0, le=_MOST)] = 0,
    den: Annotated[int, Query(ge=0, le=_MOST)] = 0,
) -> Response:
    """Show the history, and the differences between two wordings (default: the last two)."""
    bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
    kept = wordings_of(visit.store, bulletin.id)
    by_number = {one.number: one for one in kept}
    after = by_number.get(den, kept[0])
    before = by_number.get(tu, by_number.get(after.number - 1))
    context = {
        "bulletin": bulletin,
        "kept": kept,
        "names": display_names(visit.store, {one.author for one in kept}),
        "steps": steps_of(visit.store, bulletin.id),
        "before": before,
        "after": after,
        "manner": after.manner,
        "manner_before": before.manner if before else None,
        "changes": changes(before.text, after.text) if before else (),
    }
    return page(visit.request, "lich_su.html", context)
