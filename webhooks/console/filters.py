"""What the address of the list of today asks for: ``?show=breached&plan=Gold&page=2``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.evaluate import Overall

View = Literal["attention", "breached", "at_risk", "due_soon", "paused", "running", "no_target", "all"]
STATES: Mapping[str, tuple[Overall, ...]] = {
    "attention": (Overall.BREACHED, Overall.AT_RISK),
    "breached": (Overall.BREACHED,),
    "at_risk": (Overall.AT_RISK,),
    "due_soon": (Overall.RUNNING,),
    "paused": (Overall.PAUSED,),
    "running": (Overall.RUNNING,),
    "no_target": (Overall.NO_TARGET,),
    "all": (),
}
NONE = "-"  # in an address: tickets that have no plan, priority, tier or team
FACETS = ("connection", "plan", "priority", "tier", "team")
MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that is set."""

    facet: str
    value: str


class TodayFilter(BaseModel):
    """The filters; what is absent is not asked. ``show`` is the list, the others narrow it down."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    show: View = "attention"
    connection: Annotated[str, Field(max_length=255)] = ""
    plan: Annotated[str, Field(max_length=255)] = ""
    priority: Annotated[str, Field(max_length=255)] = ""
    tier: Annotated[str, Field(pattern=r"^([1-9]|-)?$")] = ""
    team: Annotated[str, Field(max_length=500)] = ""
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1

    @classmethod
    def from_address(cls, arguments: Mapping[str, str]) -> "TodayFilter":
        """Return the filters of an address; one that cannot be read shows everything that needs attention."""
        try:
            return cls.model_validate(dict(arguments))
        except ValidationError:
            return cls()

    @property
    def states(self) -> tuple[str, ...]:
        """The states that are listed; empty for every one."""
        return tuple(state.value for state in STATES[self.show])

    @property
    def chosen(self) -> tuple[Chosen, ...]:
        """The filters that narrow the list down."""
        return tuple(Chosen(facet, value) for facet in FACETS if (value := str(getattr(self, facet))))

    def address(self, **changes: str | int) -> dict[str, str | int]:
        """Return the address's parameters with some changed; the first page and what asks nothing is left out."""
        whole = {"show": self.show, **{each.facet: each.value for each in self.chosen}, "page": 1, **changes}
        return {name: value for name, value in whole.items() if value not in ("", 1, "attention")}

    def without(self, facet: str) -> dict[str, str | int]:
        """Return the address's parameters with one filter taken away."""
        return self.address(**{facet: ""})

    def matches(self, facets: Mapping[str, str | int | None], *, but: str = "") -> bool:
        """Return whether something with these values passes the filters, ``but`` one of them."""
        return all(in_address(facets[each.facet]) == each.value for each in self.chosen if each.facet != but)


def in_address(value: str | int | None) -> str:
    """Return a value as addresses write it."""
    return NONE if value is None else str(value)
