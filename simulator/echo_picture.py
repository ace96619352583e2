"""Draws loudspeakers and what is understood at points around them, as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

SIDE = 340
"""Of one panel, pixels."""
_HEAD, _FOOT, _EDGE = 26, 64, 12
_CLASSES = (
    (0.0, "#b2182b", "dưới 0 dB: nhòe, khó hiểu"),
    (3.0, "#ef8a62", "0 đến 3 dB"),
    (6.0, "#fddbc7", "3 đến 6 dB"),
    (12.0, "#92c5de", "6 đến 12 dB"),
    (float("inf"), "#2166ac", "từ 12 dB: rõ"),
)
"""Upper bounds with colours from red to blue, which differ for the colour-blind too, and their words."""

Placed = tuple[tuple[float, float], int | None]
Heard = tuple[tuple[float, float], float]


@dataclass(frozen=True, slots=True)
class Panel:
    """One map: loudspeakers with their turns (None: all at once), and the ratio at points, dB."""

    title: str
    loudspeakers: Sequence[Placed]
    heard: Sequence[Heard]


def picture(panels: Sequence[Panel]) -> str:
    """Return the panels in two columns with a legend; a number in a loudspeaker is its turn."""
    rows = -(-len(panels) // 2)
    wide, tall = 2 * SIDE, rows * (SIDE + _HEAD) + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}">',
        f'<rect width="{wide}" height="{tall}" fill="#fff"/><g font-family="sans-serif" font-size="13">',
    ]
    for number, panel in enumerate(panels):
        left, top = number % 2 * SIDE, number // 2 * (SIDE + _HEAD)
        parts.append(f'<g transform="translate({left} {top})">{_panel(panel)}</g>')
    parts.append(f'<g transform="translate(0 {rows * (SIDE + _HEAD)})">{_legend()}</g></g></svg>')
    return "\n".join(parts) + "\n"


def _panel(panel: Panel) -> str:
    points = [place for place, _ in (*panel.loudspeakers, *panel.heard)]
    left, bottom = min(x for x, _ in points), min(y for _, y in points)
    size = max(max(x for x, _ in points) - left, max(y for _, y in points) - bottom) or 1.0
    scale = (SIDE - 2 * _EDGE) / size

    def at(place: tuple[float, float]) -> tuple[str, str]:
        x, y = _EDGE + (place[0] - left) * scale, _HEAD + SIDE - _EDGE - (place[1] - bottom) * scale
        return f"{x:.1f}", f"{y:.1f}"

    parts = [f'<text x="{_EDGE}" y="18" font-weight="bold">{escape(panel.title)}</text>']
    dots: dict[str, list[str]] = {}
    for place, ratio in panel.heard:
        dots.setdefault(_colour(ratio), []).append(f"M{' '.join(at(place))}h0")
    for colour, moves in dots.items():  # a line without length and with round ends is a dot
        parts.append(
            f'<path d="{"".join(moves)}" stroke="{colour}" stroke-width="4.4" stroke-linecap="round"/>'
        )
    for place, turn in panel.loudspeakers:
        x, y = at(place)
        parts.append(f'<circle cx="{x}" cy="{y}" r="6" fill="#fff" stroke="#111"/>')
        if turn is not None:
            parts.append(
                f'<text x="{x}" y="{y}" dy="3.2" font-size="9" text-anchor="middle">{turn + 1}</text>'
            )
    metres = 1000 if size > 3000 else 500  # noqa: PLR2004 - a bar of about a fifth of the panel
    parts.append(
        f'<path d="M{_EDGE} {_HEAD + SIDE - 4}h{metres * scale:.1f}" stroke="#111" stroke-width="2"/>'
        f'<text x="{_EDGE}" y="{_HEAD + SIDE - 8}" font-size="10">{metres} m</text>'
    )
    return "".join(parts)


def _colour(ratio: float) -> str:
    return next(colour for until, colour, _ in _CLASSES if ratio < until)


def _legend() -> str:
    parts = []
    for number, (_, colour, words) in enumerate(_CLASSES):
        x, y = _EDGE + number % 3 * 220, 18 + number // 3 * 20
        parts.append(f'<circle cx="{x + 5}" cy="{y - 4}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16}" y="{y}">{words}</text>')
    x = _EDGE + 2 * 220
    parts.append(f'<circle cx="{x + 5}" cy="34" r="6" fill="#fff" stroke="#111"/>')
    parts.append(f'<text x="{x + 16}" y="38">cụm loa, số là lượt của nó</text>')
    return "".join(parts)
