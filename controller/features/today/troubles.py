"""What is not well, as the page Hôm nay names it: each with its cause and the button that mends it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Viewer
from controller.features.airings.target_selection import OVER
from controller.features.airings.views import AiringView, Tile
from controller.features.bulletins.signs import Making
from controller.features.fleet.counts import has_status
from controller.features.fleet.faults import all_faults
from controller.features.fleet.queries import facts_of
from controller.features.fleet.signs import NODE_SIGNS
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.schedules.day_line import DayLine, LineFate
from controller.http.signs import StatusTone
from controller.http.words import day_and_clock, until
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState, RenderingState
from controller.model.fleet import Node
from controller.model.permissions import Act
from devices.ids import AreaCode

SOON = timedelta(hours=3)
"""What starts within it and would be silent as it stands is trouble; before, it is work that waits."""
MOST_PLACES = 12
"""Communes or loudspeakers that are named; in a storm the page of troubles has the others."""
_NAMED = 2
"""Loudspeakers of one commune that are named."""
_MOST_NODES = 300
_AWAY = frozenset({NodeStatus.OFFLINE, NodeStatus.SILENT})
_NOT_WELL = frozenset({*_AWAY, NodeStatus.FAULTY})


@dataclass(frozen=True, slots=True)
class NamedTrouble:
    """Something that is not well: its name, its cause, and the button that mends it."""

    name: str
    cause: str
    tone: StatusTone
    href: str
    button: str


@dataclass(frozen=True, slots=True)
class PlacesSeen:
    """Communes, or loudspeakers of one: the troubles that are named, how many more, and the well ones."""

    troubles: tuple[NamedTrouble, ...] = ()
    more: int = 0
    normal: str = ""
    """What is well, in one line."""


def airing_troubles(
    viewer: Viewer,
    *,
    missed: Sequence[AiringView],
    upcoming: Sequence[AiringView],
    making: Sequence[Making],
    now: datetime,
) -> Iterator[NamedTrouble]:
    """Yield what was not heard, and what will not be as it stands; the nearest first."""
    for airing in upcoming:
        if airing.starts_at - now <= SOON:
            yield from _threatened(viewer, airing, now)
    for made in making:
        if made.state is RenderingState.FAILED:
            name = f"Chưa đọc được thành tiếng: {made.title}"
            yield NamedTrouble(name, made.words, StatusTone.BAD, f"/ban-tin/{made.bulletin}", "Mở bản tin")
    for airing in missed:
        href, button = _again(viewer, airing)
        cause = airing.reason or "Không cụm loa nào báo đã phát."
        yield NamedTrouble(f"Không phát được: {airing.title}", cause, StatusTone.BAD, href, button)


def _threatened(viewer: Viewer, airing: AiringView, now: datetime) -> Iterator[NamedTrouble]:
    when = f"{day_and_clock(airing.starts_at, now)}, {until(airing.starts_at, now)}"
    bulletin = f"/ban-tin/{airing.bulletin}"
    if airing.state is AiringState.PLANNED and not (
        airing.is_approved and airing.bulletin_state is BulletinState.APPROVED
    ):
        may_approve = viewer.scope.may(viewer.operator, Act.APPROVE, airing.targets)
        waits = airing.bulletin_state is BulletinState.SUBMITTED
        href, button = (bulletin, "Mở bản tin")
        if waits and may_approve:
            href, button = f"/duyet/{airing.bulletin}", "Nghe và duyệt"
        name = f"Sắp tới giờ mà chưa phát được: {airing.title}"
        yield NamedTrouble(name, f"{airing.sign.word}. {when}.", StatusTone.BAD, href, button)
    elif airing.is_late:
        name = f"Không kịp gửi tới mọi loa: {airing.title}"
        cause = f"{airing.forecast_headline} {when}."
        yield NamedTrouble(name, cause, StatusTone.WARN, f"/phat/{airing.id}", "Xem cụm loa nào")


def heard_in_part(viewer: Viewer, line: DayLine | None, last: AiringView | None) -> Iterator[NamedTrouble]:
    """Yield what of today not all loudspeakers read whole: of the commune's line, or the last one."""
    for one in line.drawn if line is not None else ():
        it, told = one.entry, one.entry.reach
        if it.fate is LineFate.HEARD and told is not None and told.finished < told.nodes:
            may = viewer.may(Act.AIR)
            href, button = (
                (f"{it.href}/phat-lai", "Phát lại cho loa thiếu") if may else (it.href, "Xem cụm loa nào")
            )
            yield NamedTrouble(
                f"Chưa đọc hết: {it.title}", f"{it.heard_words}.", StatusTone.WARN, href, button
            )
    if line is None and last is not None and last.reach.finished < last.reach.nodes:
        href, button = _again(viewer, last)
        lacking = last.reach.nodes - last.reach.finished
        cause = f"{lacking}/{last.reach.nodes} cụm loa chưa đọc hết."
        yield NamedTrouble(f"Chưa đọc hết: {last.title}", cause, StatusTone.WARN, href, button)


def _again(viewer: Viewer, airing: AiringView) -> tuple[str, str]:
    """Return the way to air it once more, where this person may; else to what is known of it."""
    may = airing.state in OVER and airing.bulletin_state is BulletinState.APPROVED and viewer.may(Act.AIR)
    return (f"/phat/{airing.id}/phat-lai", "Phát lại") if may else (f"/phat/{airing.id}", "Xem lượt phát")


# --- loudspeakers


def communes_seen(session: Session, viewer: Viewer, tiles: Sequence[Tile], now: datetime) -> PlacesSeen:
    """Return the communes that are not well by name, the worst first, the others in one line; one query."""
    used = [tile for tile in tiles if tile.nodes]
    bad = [tile for tile in used if _is_wrong(tile)]
    bad.sort(key=lambda tile: (tile.online > 0, -tile.lost, tile.name))
    shown = bad[:MOST_PLACES]
    nodes = _not_well(session, viewer.scope, [tile for tile in shown if tile.online], now)
    troubles = [_of_commune(viewer, tile, nodes.get(AreaCode(tile.code), ()), now) for tile in shown]
    return PlacesSeen(tuple(troubles), len(bad) - len(shown), _normal(used, bad, len(tiles)))


def _is_wrong(tile: Tile) -> bool:
    """Return whether somebody has to look at a commune, also while something sounds there."""
    return bool(tile.lost or tile.faulty) or tile.today.tone in {StatusTone.BAD, StatusTone.WARN}


def _normal(used: Sequence[Tile], bad: Sequence[Tile], total: int) -> str:
    """Return “63 xã, phường bình thường: 60 đang phát. 128/130 cụm loa trực tuyến.”."""
    well = len(used) - len(bad)
    sounding = sum(tile.sounding > 0 for tile in used if not _is_wrong(tile))
    online, nodes = sum(tile.online for tile in used), sum(tile.nodes for tile in used)
    said = f"{well} xã, phường bình thường" + (f", {sounding} đang phát" if sounding else "")
    without = f" {total - len(used)} xã, phường chưa có cụm loa." if total > len(used) else ""
    return f"{said}. {online}/{nodes} cụm loa trực tuyến.{without}"


def _not_well(
    session: Session, scope: Scope, tiles: Collection[Tile], now: datetime
) -> Mapping[AreaCode, Sequence[Node]]:
    """Return the loudspeakers that are not well in some communes, by commune."""
    found: dict[AreaCode, list[Node]] = defaultdict(list)
    if not tiles:
        return found
    areas = scope.tree.below([AreaCode(tile.code) for tile in tiles])
    query = select(Node).where(Node.area.in_(areas), has_status(_NOT_WELL, now))
    for node in session.scalars(query.order_by(Node.area, Node.id).limit(_MOST_NODES)):
        commune = scope.commune_of(node.area)
        if commune is not None:
            found[commune].append(node)
    return found


def _of_commune(viewer: Viewer, tile: Tile, nodes: Sequence[Node], now: datetime) -> NamedTrouble:
    place, tone = f"/cum-loa?xa={tile.code}", StatusTone.WARN if tile.online else StatusTone.BAD
    if not tile.online:
        cause = f"Cả {tile.nodes} cụm loa mất kết nối." if tile.nodes > 1 else "Cụm loa duy nhất mất kết nối."
        return NamedTrouble(tile.name, cause, tone, place, "Xem cụm loa")
    if not nodes:
        lacking = tile.nodes - tile.online
        cause = f"{lacking} cụm loa không trực tuyến: chưa từng kết nối, hoặc đang cách ly."
        if tile.asked and not lacking:
            cause = f"Mới {tile.finished}/{tile.asked} cụm loa phát hết bản tin này."
        return NamedTrouble(tile.name, cause, tone, place, "Xem cụm loa")
    causes = [f"{node.name}: {_cause(node, now)}" for node in nodes[:_NAMED]]
    more = f" Và {len(nodes) - _NAMED} cụm nữa." if len(nodes) > _NAMED else ""
    href, button = _to_node(viewer, nodes[0]) if len(nodes) == 1 else (place, f"Xem {len(nodes)} cụm loa")
    return NamedTrouble(tile.name, " ".join(causes) + more, tone, href, button)


def nodes_seen(viewer: Viewer, nodes: Sequence[Node], now: datetime, *, sounds: bool) -> PlacesSeen:
    """Return a commune's loudspeakers: those that are not well by name, the others in one line.

    `sounds`: an airing is heard there now; vitals, a minute old, may still say so when the last has ended.
    """
    known = [(node, status_of(facts_of(node), now)) for node in nodes]
    bad = [(node, status) for node, status in known if status not in {NodeStatus.READY, NodeStatus.SOUNDING}]
    away = [node for node, status in bad if status in _AWAY]
    sounding = sounds and sum(status is NodeStatus.SOUNDING for _, status in known)
    well = len(known) - len(bad)
    normal = f"{well}/{len(known)} cụm loa sẵn sàng" + (f", {sounding} đang phát" if sounding else "") + "."
    if len(away) > MOST_PLACES:
        place = f"/cum-loa?xa={viewer.scope.home}"
        one = NamedTrouble(
            f"{len(away)}/{len(known)} cụm loa mất kết nối",
            _since(away, now),
            StatusTone.BAD,
            place,
            "Xem cụm loa",
        )
        others = [(node, status) for node, status in bad if status not in _AWAY]
        told = (one, *(_of_node(viewer, node, status, now) for node, status in others[:MOST_PLACES]))
        return PlacesSeen(told, max(0, len(others) - MOST_PLACES), normal)
    told = tuple(_of_node(viewer, node, status, now) for node, status in bad[:MOST_PLACES])
    return PlacesSeen(told, max(0, len(bad) - MOST_PLACES), normal)


def _since(away: Sequence[Node], now: datetime) -> str:
    first = min((node.online_at for node in away if node.online_at is not None), default=None)
    return "Chưa rõ từ lúc nào." if first is None else f"Từ {day_and_clock(first, now)}."


def _of_node(viewer: Viewer, node: Node, status: NodeStatus, now: datetime) -> NamedTrouble:
    href, button = _to_node(viewer, node)
    tone = StatusTone.BAD if status in _AWAY else StatusTone.WARN
    return NamedTrouble(node.name, _cause(node, now) or f"{NODE_SIGNS[status].word}.", tone, href, button)


def _cause(node: Node, now: datetime) -> str:
    """Return a loudspeaker's most serious faults; empty of one that has none, or was never there."""
    return " ".join(fault.sentence for fault in all_faults(facts_of(node), now)[:_NAMED])


def _to_node(viewer: Viewer, node: Node) -> tuple[str, str]:
    """Return where the loudspeaker is taken care of, for who may; else where it is seen."""
    if viewer.scope.may(viewer.operator, Act.ENROL, [node.area]):
        return f"/cum-loa/{node.id}#lo", "Nhận lo"
    return f"/cum-loa/{node.id}", "Xem cụm loa"
