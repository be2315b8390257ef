"""Draws the points as an SVG: a column for each action, rates above, latencies below, both axes logarithmic.

Colours follow the reader's scheme, light or dark; lines differ by their marks too, for whom colours look alike.
"""

import math
from collections.abc import Callable, Sequence

from bench.growing.points import Growth, Point, short

WIDTH, HEIGHT = 300, 220
LEFT, TOP, GAP_X, GAP_Y = 62, 66, 62, 62
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: var(--ink) } .soft { fill: var(--soft) } .head { font-weight: 600 }
  .paper { fill: var(--paper) } .grid { stroke: var(--grid); stroke-width: 1 } .axis { stroke: var(--soft) }
  .line { fill: none; stroke-width: 2 } .c0 { --c: var(--c0) } .c1 { --c: var(--c1) } .c2 { --c: var(--c2) }
  .line { stroke: var(--c) } .mark { fill: var(--c) }
  svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --grid: #e3e6ea;
        --c0: #0969da; --c1: #bc4c00; --c2: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --grid: #262c34;
          --c0: #58a6ff; --c1: #f0883e; --c2: #3fb950 }
  }
"""

Value = Callable[[Point], float]


def draw(growth: Growth) -> str:
    """Return the plot of a run."""
    actions = list(dict.fromkeys(point.action for point in growth.points))
    connections = sorted({point.connections for point in growth.points})
    measures: Sequence[tuple[str, Value]] = (
        ("requests/s", lambda point: point.per_second),
        ("p99, ms", lambda point: point.p99),
    )
    width = LEFT + len(actions) * (WIDTH + GAP_X) - GAP_X + 24
    height = TOP + len(measures) * (HEIGHT + GAP_Y) - GAP_Y + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img">',
        "<title>Requests per second and latency of get, list and create by the number of records</title>",
        f'<style>{STYLE}</style><rect class="paper" width="{width}" height="{height}" rx="6"/>',
        *_legend(connections),
    ]  # fmt: skip
    for row, (label, value) in enumerate(measures):
        scale = _scale([value(point) for point in growth.points])
        for column, action in enumerate(actions):
            x, y = LEFT + column * (WIDTH + GAP_X), TOP + row * (HEIGHT + GAP_Y)
            own = [point for point in growth.points if point.action == action]
            parts += [f'<g transform="translate({x} {y})">', _title(f"{action}: {label}")]
            parts += _axes(growth.sizes, scale)
            for place, count in enumerate(connections):
                parts += _line([p for p in own if p.connections == count], value, growth.sizes, scale, place)
            parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


Scale = tuple[int, int]
"""The powers of ten at the bottom and at the top."""


def _scale(values: Sequence[float]) -> Scale:
    positive = [value for value in values if value > 0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    return low, max(high, low + 1)


def _x(records: int, sizes: Sequence[int]) -> float:
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])
    return WIDTH / 2 if low == high else WIDTH * (math.log10(records) - low) / (high - low)


def _y(value: float, scale: Scale) -> float:
    low, high = scale
    return HEIGHT * (1 - (math.log10(max(value, 10**low)) - low) / (high - low))


def _title(text: str) -> str:
    return f'<text class="head" x="0" y="-10">{text}</text>'


def _axes(sizes: Sequence[int], scale: Scale) -> list[str]:
    parts = []
    for power in range(scale[0], scale[1] + 1):
        y = _y(10**power, scale)
        parts.append(f'<line class="grid" x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        label = f"{10**power:,}" if power >= 0 else f"{10**power:g}"
        parts.append(f'<text class="soft" x="-8" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for size in sizes:
        x = _x(size, sizes)
        parts.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{HEIGHT}" y2="{HEIGHT + 5}"/>')
        parts.append(f'<text class="soft" x="{x:.1f}" y="{HEIGHT + 20}" text-anchor="middle">{short(size)}</text>')
    return [*parts, f'<line class="axis" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/>']


def _line(points: Sequence[Point], value: Value, sizes: Sequence[int], scale: Scale, place: int) -> list[str]:
    places = [(_x(p.records, sizes), _y(value(p), scale), p) for p in sorted(points, key=lambda p: p.records)]
    if not places:
        return []
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    marks = [_mark(x, y, place, f"{short(p.records)}, {p.connections} connections: {value(p):,.1f}")
             for x, y, p in places]  # fmt: skip
    return [f'<g class="c{place % 3}"><polyline class="line" points="{path}"/>', *marks, "</g>"]


def _mark(x: float, y: float, place: int, tip: str = "") -> str:
    title = f"<title>{tip}</title>" if tip else ""
    if place % 3 == 0:
        return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="4">{title}</circle>'
    if place % 3 == 1:
        return f'<rect class="mark" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8">{title}</rect>'
    return f'<path class="mark" d="M{x:.1f} {y - 5:.1f}l5 9h-10z">{title}</path>'


def _legend(connections: Sequence[int]) -> list[str]:
    parts = []
    for place, count in enumerate(connections):
        x = LEFT + place * 150
        label = f"{count} connection{'s' if count > 1 else ''}"
        parts.append(f'<g class="c{place % 3}"><line class="line" x1="{x}" x2="{x + 26}" y1="22" y2="22"/>')
        parts.append(f'{_mark(x + 13, 22, place)}<text x="{x + 34}" y="26">{label}</text></g>')
    return parts
