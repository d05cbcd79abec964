"""Freshdesk's lists: a bare JSON array a page, and a ``Link`` header while there is more."""

import re
from collections.abc import Mapping
from dataclasses import replace

from adapters.base import Model
from adapters.freshdesk.tables import PLATFORM
from adapters.http import Answer

PAGE_SIZE = 100
_NEXT = re.compile(r"rel\s*=\s*\"?next\b", re.IGNORECASE)


def read_page(answer: Answer, model: type[Model], ticket_id: str | None = None) -> Model:
    """Return a page as ``model``, whose only field is ``rows``.

    Raises:
        RetryLaterError: a success without JSON (a proxy's or a maintenance page).
        RefusedError: JSON in another form than expected.
    """
    rows = {"rows": answer.body} if isinstance(answer.body, list) else answer.body
    return replace(answer, body=rows).read(model, PLATFORM, ticket_id)


def has_next(headers: Mapping[str, str]) -> bool:
    """Return whether there is a page behind this one."""
    return _NEXT.search(headers.get("Link", "")) is not None
