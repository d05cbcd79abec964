"""Identifiers in the form that Freshdesk uses."""

import secrets

FIRST, STEP = 103000032101, 37  # of record ids: large, with gaps


def api_key() -> str:
    """Return a new API key, twenty characters as the profile page shows them."""
    return secrets.token_urlsafe(15).replace("-", "a").replace("_", "b")
