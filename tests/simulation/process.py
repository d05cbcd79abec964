"""``sla-sidecar`` for a month in a minute: ``python -m tests.simulation.process COMMAND …``.

What lives by the machine's clock and not by the moved one would stand in a month's way: the account's rate budget,
and how often engines look for work and for dead workers.
"""

from datetime import timedelta

import webhooks.service
from adapters.services import Rate
from webhooks.cli import main
from webhooks.engine import clustered, embedded


class Unlimited:
    """A budget of as many calls as anybody wants."""

    def __init__(self, *_: object) -> None:
        pass

    def take(self, _kind: str, _rate: Rate) -> float:
        return 0.0

    def pause(self, _seconds: float) -> None:
        pass


def hurry() -> None:
    """Notice in moments what is due and who is dead."""
    webhooks.service.SharedBudget = Unlimited
    webhooks.service.LEASE = timedelta(seconds=3)
    embedded.POLL_SECONDS = clustered.POLL_SECONDS = 0.05
    clustered.HEARTBEAT_SECONDS, clustered.RECOVER_SECONDS, clustered.DEAD_AFTER_SECONDS = 0.5, 0.5, 2.0


if __name__ == "__main__":
    hurry()
    main()
