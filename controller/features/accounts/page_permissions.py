"""Permission checks of pages and forms, made before anything else."""

from controller.errors import NotAllowed
from controller.features.accounts.viewer import Viewer
from controller.model.permissions import Act, judge
from devices.ids import AreaCode


def need(viewer: Viewer, act: Act, area: AreaCode | None = None) -> None:
    """Raise NotAllowed unless the person may do the act in the area (default: their own area).

    Services check again against the database; this check protects what the page shows.
    """
    verdict = judge(viewer.operator, act, viewer.scope.tree.lineage(area or viewer.scope.home))
    if not verdict.allowed:
        raise NotAllowed(verdict.sentence)


def need_province(viewer: Viewer, act: Act) -> None:
    """Raise NotAllowed unless the person may do the act in the whole province."""
    need(viewer, act, viewer.scope.tree.lineage(viewer.scope.home)[-1])
