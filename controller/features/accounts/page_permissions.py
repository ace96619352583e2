"""What the pages' forms share: permission before anything else."""

from controller.errors import NotAllowed
from controller.features.accounts.viewer import Viewer
from controller.model.permissions import Act, judge
from devices.ids import AreaCode


def need(viewer: Viewer, act: Act, area: AreaCode | None = None) -> None:
    """Raise NotAllowed unless the person may do it in the area (by default the own one).

    Use cases ask again, of the rows; this keeps pages from showing what their reader must not see.
    """
    verdict = judge(viewer.operator, act, viewer.scope.tree.lineage(area or viewer.scope.home))
    if not verdict.allowed:
        raise NotAllowed(verdict.sentence)


def need_province(viewer: Viewer, act: Act) -> None:
    """Raise NotAllowed unless the person may do it in the whole province."""
    need(viewer, act, viewer.scope.tree.lineage(viewer.scope.home)[-1])
