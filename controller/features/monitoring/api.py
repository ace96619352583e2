"""The station's figures for Prometheus; see docs/monitoring.md."""

from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.monitoring.queries import figures_of, parts_up
from controller.host.metrics import CONTENT_TYPE, Figure, exposition
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(tags=["monitoring"])


@router.get("/metrics", response_class=PlainTextResponse, responses=refusals(401, 403))
def metrics(visit: SignedVisit) -> Response:
    """Return the figures of the station to a person or a program that may see the whole province."""
    visit.viewer.need_province(Act.SEE)
    up = parts_up(visit.station)
    figures = [
        Figure(
            "loa_part_up",
            "Whether a part works that the station cannot do without: 1 or 0.",
            label="part",
            by_label={part: float(works) for part, works in up.items()},
        ),
        *figures_of(visit.store, visit.station.settings, visit.now()),
    ]
    return Response(exposition(figures), media_type=CONTENT_TYPE)
