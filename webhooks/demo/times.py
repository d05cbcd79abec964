"""The demo's time: the helpdesk's clock and the service's move together."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.zones import zone
from sandbox.common.clock import Clock as DeskClock
from webhooks.store.clock import Clock as ServiceClock

PACIFIC: ZoneInfo = zone("America/Los_Angeles")
OPENING = 9


def monday_morning(today: datetime) -> datetime:
    """Return the last Monday's opening at the vendor's office that lies before ``today``."""
    local = today.astimezone(PACIFIC)
    monday = local.date() - timedelta(days=local.weekday())
    opening = datetime(monday.year, monday.month, monday.day, OPENING, tzinfo=PACIFIC)
    return (opening if opening <= local else opening - timedelta(days=7)).astimezone(UTC)


class DemoTime:
    """Moves both clocks on at once; between two moves they run as fast as real time."""

    def __init__(self, desk: DeskClock, service: ServiceClock, sleep: Callable[[float], object] = time.sleep) -> None:
        self._desk, self._service, self._sleep = desk, service, sleep
        self.agree()

    def now(self) -> datetime:
        """Return the demo's instant."""
        return self._desk()

    def agree(self) -> None:
        """Set the service's clock to the helpdesk's."""
        self._service.set_offset(self._desk() - datetime.now(UTC))

    def jump_to(self, at: datetime) -> None:
        """Let time be ``at`` now."""
        self._desk.move_to(at)
        self.agree()

    def move_to(self, at: datetime, seconds: float, steps: int = 20) -> None:
        """Let time run to ``at`` within so many real seconds, in steps that the eye can follow."""
        left = at - self.now()
        for _ in range(steps if left > timedelta(0) else 0):
            self._desk.advance(left / steps)
            self.agree()
            self._sleep(seconds / steps)
