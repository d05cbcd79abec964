"""``sla-sidecar`` for an account without limits: ``python -m tests.simulation.unlimited COMMAND …``.

All else is as ever; of many looks at one instant the budget alone would be measured otherwise."""

from unittest.mock import patch

from tests.simulation.process import Unlimited
from webhooks.cli import main

if __name__ == "__main__":
    with patch("webhooks.service.SharedBudget", Unlimited):
        main()
