"""Lưu trữ: the archive of one year, and the order that its receipts leave the database."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.features.accounts.dependencies import Proof, SignedVisit
from controller.features.accounts.proof import asks_code, proven
from controller.features.archives.operations import is_there
from controller.features.archives.removal import remove_receipts
from controller.features.archives.removal_queries import removal_forecast
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter(prefix="/cai-dat/luu-tru")
_LONGEST = 500
"""Characters of a digest with the name of its file."""


@router.get("/{year}")
def show(visit: SignedVisit, year: int, *, dem: bool = False) -> Response:
    """Show an archive; `dem`: and count what would leave the database."""
    return _page(visit, year, counted=dem)


@router.post("/{year}")
def remove(
    visit: SignedVisit,
    year: int,
    proof: Proof = "",
    sha256: Annotated[str, Form(max_length=_LONGEST)] = "",
) -> Response:
    """Order that the receipts leave the database; `sha256`: what was computed from a copy elsewhere.

    It cannot be undone, so the administrator must authenticate again.
    """
    visit.viewer.need_province(Act.RULE)
    digest = (sha256.split() or [""])[0]  # sha256sum prints the file's name after it
    try:
        with proven(visit, visit.tries, proof) as session:
            remove_receipts(session, year, digest, visit.station.settings, **visit.stamp)
    except NotFound:
        raise
    except LoaError as error:
        return _page(visit, year, sha256=sha256, error=error)
    return RedirectResponse(f"/cai-dat/luu-tru/{year}", 303)


def _page(
    visit: SignedVisit, year: int, *, counted: bool = False, sha256: str = "", error: LoaError | None = None
) -> Response:
    visit.viewer.need_province(Act.RULE)
    settings = visit.station.settings
    found = removal_forecast(visit.store, year, settings, visit.now(), counted=counted)
    there = is_there(found.archive, settings.archives_dir)
    context = {"found": found, "there": there, "sha256": sha256}
    context["asks_code"] = asks_code(visit.store, visit.viewer)
    return page(visit.request, "luu_tru.html", context, error=error)
