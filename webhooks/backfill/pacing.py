"""Waiting for the account's rate budget, and knowing what one waited for."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from adapters.services import MemoryCache, Services
from core.errors import RetryLaterError
from webhooks.engine.budget import SharedBudget
from webhooks.engine.ticket import Link
from webhooks.links import linker
from webhooks.service import Store
from webhooks.settings import Settings

MOST_TRIES = 20  # in a row, of one call that the platform itself cannot answer
LONGEST_WAIT_SECONDS = 60.0
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Pacing:
    """Calls that wait and go on where the service would put a look off. Also the observer of those calls.

    Attributes:
        tell: hears of each try in vain.
        calls: to the platform, answered or not.
        refusals: those that it answered with 429.
        waited: in all.
    """

    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda _said: None
    calls: int = 0
    refusals: int = 0
    waited: timedelta = field(default_factory=timedelta)

    def patiently(self, call: Callable[[], Answer]) -> Answer:
        """Return what ``call`` returns, waiting for the budget as often as it wants, and for a fault to pass.

        Raises:
            RetryLaterError: the platform does not answer, MOST_TRIES times in a row.
        """
        tries = 0
        while True:
            try:
                return call()
            except RetryLaterError as err:
                limited = err.status in (None, 429) and err.retry_after is not None
                tries += not limited
                if tries == MOST_TRIES:
                    raise
                wait = min(err.retry_after or float(2**tries), LONGEST_WAIT_SECONDS)
                if not limited:
                    self.tell(f"{err}; trying again in {wait:.0f} s ({tries} of {MOST_TRIES})")
                self.wait(wait)

    def on_call(self, platform: str, connection: str, method: str, route: str, status: int, seconds: float) -> None:
        """Count one call (``adapters.services.Observer``)."""
        del platform, connection, method, route, seconds
        self.calls += 1
        self.refusals += status == 429

    def limited_by(self) -> str:
        """Return by whom the work was slowed, for people."""
        if not self.waited:
            return "limited by nobody"
        who = f"the platform ({self.refusals} x 429)" if self.refusals else "our share of the account's rate budget"
        return f"limited by {who}: waited {self.waited.total_seconds():.0f} s"

    def wait(self, seconds: float) -> None:
        """Sleep, and remember for how long (``adapters.services.Services.sleep``)."""
        self.waited += timedelta(seconds=seconds)
        self.sleep(seconds)


def link_of(settings: Settings, store: Store, name: str, pacing: Pacing) -> Link:
    """Return a connection's link for a command: on the budget that it shares with the service, at our pace."""
    services = Services(
        budget=SharedBudget(store.database, name),
        observer=pacing,
        cache=MemoryCache(),
        now=store.clock.now,
        sleep=pacing.wait,
    )
    return linker(settings)(name, services)
