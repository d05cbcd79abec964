"""What no history of Jira holds: how people, plans and comments were first seen, so that today does not rewrite it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from adapters.jira.entries import Entry

Side = Literal["agent", "customer", "app"]


@dataclass(slots=True)
class Sightings:
    """Kept with the ticket's observations.

    Attributes:
        sides: account to the side on which it was first seen: who joins support later wrote as a customer before.
        plans: "source:organization" to [(instant, plan or None), …], the first of which holds since ever.
        internal: comments that were seen internal, to the instant at which they were made public, or None.
    """

    sides: dict[str, Side] = field(default_factory=dict)
    plans: dict[str, list[tuple[datetime, str | None]]] = field(default_factory=dict)
    internal: dict[str, datetime | None] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any]) -> "Sightings":
        """Return what :meth:`to_mapping` gave."""
        return cls(
            sides=dict(kept.get("sides", {})),
            plans={
                who: [(datetime.fromisoformat(at), plan) for at, plan in seen]
                for who, seen in kept.get("plans", {}).items()
            },
            internal={
                id_: None if at is None else datetime.fromisoformat(at) for id_, at in kept.get("internal", {}).items()
            },
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "sides": dict(sorted(self.sides.items())),
            "plans": {who: [[at.isoformat(), plan] for at, plan in seen] for who, seen in sorted(self.plans.items())},
            "internal": {id_: at and at.isoformat() for id_, at in sorted(self.internal.items())},
        }

    def see_plan(self, who: str, plan: str | None, at: datetime) -> None:
        """Keep a plan with the instant at which it was first seen, if it differs from the last one seen."""
        seen = self.plans.setdefault(who, [])
        if not seen or seen[-1][1] != plan:
            seen.append((at, plan))

    def plan_at(self, who: str, at: datetime) -> str | None:
        """Return the plan that held for somebody at an instant; the first one seen holds for all time before."""
        seen = self.plans.get(who, [])
        held = [plan for since, plan in seen if since <= at] or [plan for _, plan in seen[:1]]
        return held[-1] if held else None

    def see_comments(self, entries: Iterable[Entry]) -> None:
        """Keep which comments are internal, and when one that was is made public: only then did anybody answer."""
        for entry in entries:
            if entry.kind != "comment" or entry.note_keys:
                continue
            if not entry.public:
                self.internal[entry.id] = None
            elif entry.id in self.internal and self.internal[entry.id] is None:
                self.internal[entry.id] = entry.edited_at or entry.at

    def is_support(self, account: str | None) -> bool:
        """True for an agent; somebody unknown is not support."""
        return account is not None and self.sides.get(account) == "agent"
