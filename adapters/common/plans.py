"""Which plans were seen when: platforms keep no history of them, and today's plan did not always hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


class PlansSeen(dict[str, list[tuple[datetime, str | None]]]):
    """Whom a plan belongs to, as text, to [(instant, plan or None), …], the first of which holds since ever."""

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any]) -> "PlansSeen":
        """Return what :meth:`to_mapping` gave."""
        return cls({who: [(datetime.fromisoformat(at), plan) for at, plan in seen] for who, seen in kept.items()})

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {who: [[at.isoformat(), plan] for at, plan in seen] for who, seen in sorted(self.items())}

    def see(self, who: str, plan: str | None, at: datetime) -> None:
        """Keep a plan with the instant at which it was first seen, if it differs from the last one seen."""
        seen = self.setdefault(who, [])
        if not seen or seen[-1][1] != plan:
            seen.append((at, plan))

    def held_at(self, who: str, at: datetime) -> str | None:
        """Return the plan that held for somebody at an instant; the first one seen holds for all time before."""
        seen = self.get(who, [])
        held = [plan for since, plan in seen if since <= at] or [plan for _, plan in seen[:1]]
        return held[-1] if held else None
