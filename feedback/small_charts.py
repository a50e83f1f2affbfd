"""RULE: small drawings side by side on one scale: a line for all, an area for what is negative in it."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 200, 60  # of the viewBox
_TOP, _BOTTOM = 6, 58


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """`line` and `area` are paths; `end`: where the line ends."""

    line: str
    area: str
    end: tuple[float, float]


def small(points: Sequence[int], negative: Sequence[int], *, highest: int) -> Small:
    """`highest`: of all that stand side by side, so that they can be compared. At least one point."""
    steps = max(len(points) - 1, 1)
    xs = [2 + (WIDTH - 6) * i / steps for i in range(len(points))]
    high = highest or 1

    def path(values: Sequence[int]) -> str:
        return "L".join(f"{x:.1f} {_y(value, high):.1f}" for x, value in zip(xs, values, strict=True))

    return Small(
        line=f"M{path(points)}",
        area=f"M{xs[0]:.1f} {_BOTTOM}L{path(negative)}L{xs[-1]:.1f} {_BOTTOM}Z",
        end=(round(xs[-1], 1), round(_y(points[-1], high), 1)),
    )


def _y(value: int, highest: int) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * value / highest
