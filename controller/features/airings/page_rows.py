"""An airing as lists and cards show it, made of its rows."""

from datetime import datetime

from controller.features.accounts.scope import Scope
from controller.features.airings.heard import whole_ms
from controller.features.airings.views import AiringView
from controller.model.airings import Airing
from controller.model.bulletins import Bulletin
from devices.ids import AreaCode


def airing_view(
    airing: Airing,
    bulletin: Bulletin,
    approved_until: datetime | None,
    scope: Scope,
    targets: tuple[AreaCode, ...],
) -> AiringView:
    """Return the view; its reach is not known yet."""
    return AiringView(
        id=airing.id,
        bulletin=bulletin.id,
        title=bulletin.title,
        state=airing.state,
        grade=airing.grade,
        volume=airing.volume,
        where=_where(airing, scope, targets),
        targets=targets,
        starts_at=airing.starts_at,
        latest_start_at=airing.latest_start_at,
        ended_at=airing.ended_at,
        duration_ms=airing.duration_ms,
        whole_ms=whole_ms(airing),
        recording=airing.recording,
        reason=airing.reason,
        bulletin_state=bulletin.state,
        revision=airing.revision or bulletin.revision,
        is_approved=approved_until is not None and airing.starts_at < approved_until,
    )


def _where(airing: Airing, scope: Scope, targets: tuple[AreaCode, ...]) -> str:
    where = scope.where(targets)
    return f"Cụm loa đã chọn ở {where}" if airing.only_chosen else where
