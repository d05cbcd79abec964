"""What no history of Jira holds: how people, plans and comments were first seen, so that today does not rewrite it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from adapters.common.plans import PlansSeen
from adapters.jira.entries import Entry

Side = Literal["agent", "customer", "app"]


@dataclass(slots=True)
class Sightings:
    """Kept with the ticket's observations.

    Attributes:
        sides: account to the side on which it was first seen: who joins support later wrote as a customer before.
        plans: "source:organization" to the plans that were seen.
        internal: comments that were seen internal, to the instant at which they were made public, or None.
    """

    sides: dict[str, Side] = field(default_factory=dict)
    plans: PlansSeen = field(default_factory=PlansSeen)
    internal: dict[str, datetime | None] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any]) -> "Sightings":
        """Return what :meth:`to_mapping` gave."""
        return cls(
            sides=dict(kept.get("sides", {})),
            plans=PlansSeen.from_mapping(kept.get("plans", {})),
            internal={
                id_: None if at is None else datetime.fromisoformat(at) for id_, at in kept.get("internal", {}).items()
            },
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "sides": dict(sorted(self.sides.items())),
            "plans": self.plans.to_mapping(),
            "internal": {id_: at and at.isoformat() for id_, at in sorted(self.internal.items())},
        }

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
