"""Whether the station is alive and ready, for what balances or restarts machines; see docs/monitoring.md."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from controller.features.accounts.dependencies import TheStation
from controller.features.monitoring.queries import parts_up
from controller.http.lanes import in_lane

router = APIRouter()
_NOT_NEEDED = frozenset({"recordings", "uploads"})
"""Stores of sounds in S3: without them an emergency whose recording the loudspeakers hold goes out."""


@router.get("/healthz")
async def is_alive() -> Response:
    """Answer that the process serves requests, whatever else does not work."""
    return JSONResponse({"alive": True})


@router.get("/readyz")
async def is_ready(station: TheStation) -> Response:
    """Answer 200 when every part works that calls need, else 503; strangers learn only which does not."""
    up = await in_lane(parts_up, station)
    is_ready = all(works for part, works in up.items() if part not in _NOT_NEEDED)
    return JSONResponse({"ready": is_ready, "parts": up}, 200 if is_ready else 503)
