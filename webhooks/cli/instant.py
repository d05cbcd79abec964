"""An instant as an option."""

from datetime import UTC, datetime
from typing import Any

import click


class Instant(click.ParamType[datetime]):
    """An instant with its zone, as ``2026-11-20T15:00:00Z``."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return it, aware, in UTC."""
        at = _instant(str(value))
        if at is None:
            self.fail(f"{value!r} is no instant with a zone; write 2026-11-20T15:00:00Z", param, ctx)
        return at


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
