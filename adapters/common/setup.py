"""What every part of ``connect`` shares on every platform: the client, the plan, and the steps taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from adapters.base import SetUpPlan, Step
from adapters.http import ApiClient

NAME = "SLA Sidecar"
AnySettings = TypeVar("AnySettings")


@dataclass(slots=True)
class SetUpRun(Generic[AnySettings]):
    """One run of ``connect``. Whatever changes the platform goes through here, so that a dry run changes nothing.

    Attributes:
        steps: what was done so far, or would be.
        written: settings to write into the connection.
        secrets: secrets to keep.
        teams: the platform's groups, id to name, where they were listed anyway.
    """

    client: ApiClient
    settings: AnySettings
    plan: SetUpPlan
    steps: list[Step] = field(default_factory=list, kw_only=True)
    written: dict[str, Any] = field(default_factory=dict, kw_only=True)
    secrets: dict[str, str] = field(default_factory=dict, kw_only=True)
    teams: dict[str, str] = field(default_factory=dict, kw_only=True)

    def note(self, action: str, what: str, name: str, id_: object = None) -> None:
        """Remember one step."""
        self.steps.append(Step(action, what, name, None if id_ is None else str(id_)))

    def made(self, what: str, name: str, make: Callable[[], Mapping[str, Any]]) -> dict[str, Any] | None:
        """Create one thing with ``make`` and return it as it became; None in a dry run."""
        if self.plan.dry_run:
            self.note("create", what, name)
            return None
        item = dict(make())
        self.note("create", what, name, item.get("id"))
        return item

    def change(self, path: str, what: str, name: str, body: Mapping[str, Any]) -> None:
        """Change one thing that is there."""
        self.note("change", what, name, path.rsplit("/", 1)[1])
        if not self.plan.dry_run:
            self.client.put(path, dict(body))

    def remove(self, path: str, what: str, name: str) -> None:
        """Remove one thing of ours."""
        self.note("remove", what, name, path.rsplit("/", 1)[1])
        if not self.plan.dry_run:
            self.client.delete(path)
