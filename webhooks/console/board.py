"""The numbers on the page of today, all of them sums over one cube. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from webhooks.console.figures import counted
from webhooks.console.filters import FACETS, NONE, STATES, TodayFilter, in_address
from webhooks.console.queries import CubeRow

COLUMNS = ("breached", "at_risk", "paused", "running")
LABELS = {
    "attention": "Needs attention",
    "breached": "Breached",
    "at_risk": "At risk",
    "due_soon": "Due in 24 hours",
    "paused": "Paused",
    "running": "Running",
    "no_target": "No target",
    "all": "All tickets",
}
TITLES = {"connection": "Connection", "plan": "Plan", "priority": "Priority", "tier": "Tier", "team": "Team"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One list that can be chosen, with how many tickets it has."""

    show: str
    label: str
    count: int
    is_chosen: bool
    address: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class FacetRow:
    """One value of a facet with its counts, in the order of ``COLUMNS``."""

    value: str
    label: str
    is_chosen: bool
    counts: tuple[int, ...]
    address: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Facet:
    """A breakdown by one facet; its own filter does not narrow it down, so that another value can be chosen."""

    name: str
    title: str
    rows: tuple[FacetRow, ...]


def tiles(cube: Sequence[CubeRow], wanted: TodayFilter, due_soon: int) -> tuple[Tile, ...]:
    """Return every list with its count under the filters."""
    by_state = counted((row.state, row.count) for row in cube if wanted.matches(row.facets))
    counts = {show: sum(by_state.get(state, 0) for state in states) for show, states in STATES.items()}
    counts |= {"due_soon": due_soon, "all": sum(by_state.values())}
    return tuple(
        Tile(show, label, counts[show], show == wanted.show, wanted.address(show=show))
        for show, label in LABELS.items()
    )


def facets(cube: Sequence[CubeRow], wanted: TodayFilter) -> tuple[Facet, ...]:
    """Return the breakdowns that tell anything: a facet of which every ticket has no value is left out."""
    found = (Facet(name, TITLES[name], tuple(_rows(name, cube, wanted))) for name in FACETS)
    return tuple(each for each in found if [row.value for row in each.rows] not in ([], [NONE]))


def _rows(name: str, cube: Iterable[CubeRow], wanted: TodayFilter) -> Iterable[FacetRow]:
    sums: dict[str, dict[str, int]] = {}
    for row in cube:
        if wanted.matches(row.facets, but=name):
            by_state = sums.setdefault(in_address(row.facets[name]), {})
            by_state[row.state] = by_state.get(row.state, 0) + row.count
    for value in sorted(sums, key=lambda value: (value == NONE, value)):
        is_chosen = getattr(wanted, name) == value
        yield FacetRow(
            value=value,
            label="none" if value == NONE else value,
            is_chosen=is_chosen,
            counts=tuple(sums[value].get(state, 0) for state in COLUMNS),
            address=wanted.without(name) if is_chosen else wanted.address(**{name: value}),
        )
