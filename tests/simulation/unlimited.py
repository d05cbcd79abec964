"""``sla-sidecar`` for an account without limits: ``python -m tests.simulation.unlimited COMMAND …``.

All else is as ever. A budget lives by the machine's clock, so days that pass in seconds would wait for it."""

from unittest.mock import patch

from tests.simulation.process import Unlimited
from webhooks.cli import main

if __name__ == "__main__":
    with patch("webhooks.service.SharedBudget", Unlimited):
        main()
