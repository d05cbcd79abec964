"""Shares by week as a column chart: what is drawn where. Pure; ``_chart.svg.html`` writes it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from webhooks.console.figures import Share

WIDTH, TOP, BASE, HEIGHT = 1000, 24, 164, 200
LEFT = 44
GOOD, FAIR = 0.95, 0.85  # how a column is coloured; the figure is written above it all the same


@dataclass(frozen=True, slots=True)
class Column:
    """One week; ``height`` is 0 where nothing was owed."""

    x: float
    width: float
    y: float
    height: float
    look: str
    label: str
    percent: str
    says: str


def chart(labels: Sequence[str], shares: Sequence[Share]) -> tuple[Column, ...]:
    """Return one column for each week."""
    step = (WIDTH - LEFT) / len(labels)
    return tuple(_column(n, step, label, share) for n, (label, share) in enumerate(zip(labels, shares, strict=True)))


def _column(n: int, step: float, label: str, share: Share) -> Column:
    part = share.part
    height = round((BASE - TOP) * (part or 0.0), 1)
    look = "none" if part is None else "good" if part >= GOOD else "fair" if part >= FAIR else "poor"
    says = f"{label}: nothing was owed" if part is None else f"{label}: {share.met} of {share.total} in time"
    return Column(
        x=round(LEFT + n * step + step * 0.18, 1),
        width=round(step * 0.64, 1),
        y=round(BASE - height, 1),
        height=height,
        look=look,
        label=label.partition("-")[2],
        percent=share.percent,
        says=says,
    )
