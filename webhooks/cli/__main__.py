"""``python -m webhooks.cli``: the same as the command ``sla-sidecar``."""

from webhooks.cli import main

main()
