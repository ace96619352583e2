"""What the page of one airing shows."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from controller.features.accounts.viewer import Caller, Viewer
from controller.features.airings.consent import standing_in_family
from controller.features.airings.consent_words import consent_lines
from controller.features.airings.lateness_facts import add_forecasts
from controller.features.airings.page_queries import airing_tiles, delivery_rows, reasons, visible_airing
from controller.features.airings.queries import get_airing
from controller.features.airings.removed_receipts import archive_of
from controller.features.airings.start_histogram import starts_of
from controller.features.airings.views import AiringView, Tile
from controller.features.bulletins.page_queries import spoken
from controller.features.fleet.capabilities import unable_for, unable_sentence
from controller.http.signs import Sign, StatusTone
from controller.http.sounds import phrases_shown
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState
from controller.model.permissions import Act
from controller.store import Session

_NODES_ON_PAGE = 300
"""Nodes listed on the airing's own page; a bigger airing's list has pages of its own, by commune."""


def airing_page(session: Session, caller: Caller, airing_id: str) -> Mapping[str, Any]:
    """Return one airing with its reach, its nodes, its text, and what can be done."""
    airing = visible_airing(session, caller.scope, airing_id)
    add_forecasts(session, caller.station, caller.scope, [airing])
    name = airing.id
    listed = airing.reach.nodes <= _NODES_ON_PAGE
    standings = standing_in_family(session, get_airing(session, name), now=caller.station.now()).values()
    speech = spoken(session, airing.bulletin, airing.revision)
    tiles = airing_tiles(session, caller.scope, name)
    return {
        "airing": airing,
        "said": consent_lines(caller.viewer, standings, f"/phat/{name}"),
        "tiles": tiles,
        "tile_groups": _grouped(tiles, airing.state),
        "starts": starts_of(session, caller.scope, name),
        "again": _again(caller.viewer, airing, tiles),
        "chosen_again": f"/phat/{name}/phat-lai" if airing.bulletin_state is BulletinState.APPROVED else "",
        "rows": delivery_rows(session, caller.scope, name, limit=_NODES_ON_PAGE) if listed else [],
        "reasons": reasons(session, caller.scope, name),
        "archive": archive_of(session, airing.starts_at),
        "unable": unable_sentence(unable_for(session, name)),
        "speech": speech,
        "phrases": phrases_shown(
            caller.station.recordings, speech.recording.id if speech.recording else None
        ),
        "progress": caller.station.rendering_progress(speech.rendering) if speech.rendering else None,
    }


def _grouped(tiles: Sequence[Tile], state: AiringState) -> list[tuple[Sign, list[Tile]]]:
    """Return the communes by what became of the airing there, what is not well first."""
    groups: dict[Sign, list[Tile]] = {}
    for tile in tiles:
        groups.setdefault(tile.in_airing(state), []).append(tile)
    order = (StatusTone.BAD, StatusTone.WARN)
    return sorted(groups.items(), key=lambda one: order.index(one[0].tone) if one[0].tone in order else 2)


def _again(viewer: Viewer, airing: AiringView, tiles: Sequence[Tile]) -> str:
    """Return the URL to air it again for communes that did not hear all of it; empty: not possible (yet)."""
    unheard = [tile.code for tile in tiles if tile.finished < tile.asked]
    gone = airing.state in {AiringState.AIRED, AiringState.MISSED}
    if not unheard or not gone or airing.bulletin_state is BulletinState.WITHDRAWN or not viewer.may(Act.AIR):
        return ""
    return f"/ban-tin/{airing.bulletin}/dat-lich?{urlencode([('xa', code) for code in unheard])}"
