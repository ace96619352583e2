"""Whether the station is alive and ready, for what balances or restarts machines; see docs/monitoring.md."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from controller.features.accounts.dependencies import TheStation
from controller.features.monitoring.queries import parts_up
from controller.http.lanes import in_lane

router = APIRouter()


@router.get("/healthz")
async def is_alive() -> Response:
    """Answer that the process serves requests, whatever else does not work."""
    return JSONResponse({"alive": True})


@router.get("/readyz")
async def is_ready(station: TheStation) -> Response:
    """Answer 200 when every part works, else 503; strangers are told no more than which part does not."""
    up = await in_lane(parts_up, station)
    return JSONResponse({"ready": all(up.values()), "parts": up}, 200 if all(up.values()) else 503)
