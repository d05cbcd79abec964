"""Local stand-ins for helpdesk platforms, for the demo and the tests only."""
