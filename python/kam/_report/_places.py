"""Where names on the map go: beside their point, clear of one another and of each other's lines."""

from __future__ import annotations

import math
import unicodedata
from typing import NamedTuple

_EM = 12.0  # font size of names in pixels
_DISTANCES = (3, 9, 16, 25, 36, 50, 66, 84, 104, 126, 150, 176, 204)
_ANGLES = tuple(math.radians(a) for a in range(-180, 180, 15))


class Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return width * height if width > 0 and height > 0 else 0.0

    def outside(self, frame: Box) -> float:
        """Pixels by which it leaves the frame."""
        return (
            max(0.0, frame.left - self.left)
            + max(0.0, self.right - frame.right)
            + max(0.0, frame.bottom - self.bottom)
            + max(0.0, self.top - frame.top)
        )

    def grown(self, x: float, y: float) -> Box:
        return Box(self.left - x, self.bottom - y, self.right + x, self.top + y)


class Point(NamedTuple):
    x: float
    y: float
    radius: float


class Line(NamedTuple):
    """From a point's rim to the nearest place of its name; of length 0 where they touch."""

    x0: float
    y0: float
    x1: float
    y1: float

    def inside(self, box: Box) -> float:
        """How much of it lies in the box, in pixels, by sampling."""
        length = math.hypot(self.x1 - self.x0, self.y1 - self.y0)
        steps = max(1, int(length / 3))
        hits = 0
        for k in range(steps + 1):
            x = self.x0 + (self.x1 - self.x0) * k / steps
            y = self.y0 + (self.y1 - self.y0) * k / steps
            hits += box.left <= x <= box.right and box.bottom <= y <= box.top
        return length * hits / (steps + 1)


def width(text: str) -> float:
    """Of `text` in a sans-serif face, rather too wide than too narrow."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    capitals = sum(c.isupper() for c in text)
    return _EM * (1.02 * wide + 0.75 * capitals + 0.6 * (len(text) - wide - capitals))


def place(
    points: list[Point], names: list[str], obstacles: list[Box], frame: Box
) -> list[tuple[Box, Line]]:
    """A box and a line for every name, in the order given: the cheapest of the places around it.

    `obstacles` (other points, whiskers) may be covered where it must be; names and the lines to
    them stay clear of one another as long as there is room.
    """
    done: list[tuple[Box, Line]] = []
    for point, name in zip(points, names, strict=True):
        size = (width(name), 1.15 * _EM)
        best = min(
            (
                (_cost(box, line, distance, done, obstacles, frame), k, box, line)
                for k, (distance, angle) in enumerate((d, a) for d in _DISTANCES for a in _ANGLES)
                for box, line in [_candidate(point, size, distance, angle)]
            ),
            key=lambda candidate: candidate[:2],
        )
        done.append(best[2:])
    return done


def _candidate(
    p: Point, size: tuple[float, float], distance: float, angle: float
) -> tuple[Box, Line]:
    """A box whose nearest edge is about `distance` from the point's rim in direction `angle`."""
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = p.x + (p.radius + distance) * cos, p.y + (p.radius + distance) * sin
    left = x - size[0] * (0.5 - 0.5 * max(-1.0, min(1.0, 1.6 * cos)))
    bottom = y - size[1] / 2 * (1 - sin)
    box = Box(left, bottom, left + size[0], bottom + size[1])
    near = (min(max(p.x, box.left), box.right), min(max(p.y, box.bottom), box.top))
    away = math.hypot(near[0] - p.x, near[1] - p.y) or 1.0
    share = min(1.0, p.radius / away)
    rim = (p.x + (near[0] - p.x) * share, p.y + (near[1] - p.y) * share)
    return box, Line(*rim, *near)


def _cost(
    box: Box,
    line: Line,
    distance: float,
    done: list[tuple[Box, Line]],
    obstacles: list[Box],
    frame: Box,
) -> float:
    wide = box.grown(4, 1.5)
    cost = 1.2 * distance + 1000 * box.outside(frame)
    for other, of_other in done:
        cost += 60 * wide.overlap(other) + 30 * line.inside(other) + 30 * of_other.inside(wide)
    cost += 2.0 * sum(box.overlap(o) for o in obstacles)
    return cost
