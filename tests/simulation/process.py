"""``sla-sidecar`` for a month in a minute: ``python -m tests.simulation.process COMMAND …``.

What lives by the machine's clock and not by the moved one would stand in a month's way: leases, and how often dead
workers are looked for. Nor is there a rate budget: of how fast the work is done this is no test.
"""

from datetime import timedelta

import webhooks.service
from adapters.services import Rate
from webhooks.cli import main
from webhooks.engine import clustered


class Unlimited:
    """A budget of as many calls as anybody wants."""

    def __init__(self, *_: object) -> None:
        pass

    def take(self, _kind: str, _rate: Rate) -> float:
        return 0.0

    def pause(self, _seconds: float) -> None:
        pass


def hurry() -> None:
    """Notice in moments who is dead."""
    webhooks.service.SharedBudget = Unlimited
    webhooks.service.LEASE = timedelta(seconds=3)
    clustered.HEARTBEAT_SECONDS, clustered.RECOVER_SECONDS, clustered.DEAD_AFTER_SECONDS = 0.5, 0.5, 2.0


if __name__ == "__main__":
    hurry()
    main()
