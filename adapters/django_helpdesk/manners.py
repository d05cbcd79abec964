"""django-helpdesk's manners: how fast we may ask, and what its errors mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.django_helpdesk.tables import PLATFORM
from adapters.http import Answer, Call, Limit, Manners
from adapters.services import Rate
from core.errors import PlatformError, RefusedError

CALLS = Rate(600, 60.0)  # it has no limit of its own; each call is several queries on the customer's small server


class BadFieldsError(RefusedError):
    """Values that the site does not take; :attr:`fields` names the fields as the API does."""

    def __init__(self, message: str, fields: frozenset[str], ticket_id: str | None) -> None:
        super().__init__(message, platform=PLATFORM, ticket_id=ticket_id, status=400)
        self.fields = fields


class DjangoHelpdeskManners(Manners):
    """What the status alone does not tell."""

    def limits(self, call: Call) -> Sequence[Limit]:
        """Return the limit that every call counts against."""
        del call
        return [("api", CALLS)]

    def explain(self, call: Call, answer: Answer) -> PlatformError | None:
        """Return which fields were refused, or that a 404 is a wrong address rather than a ticket that is gone."""
        if answer.status == 404 and not _is_api(answer.body):
            said = f"{PLATFORM}: {call.route} does not exist there: check the connection's `base_url`"
            return RefusedError(said, platform=PLATFORM, ticket_id=call.ticket_id, status=404)
        if answer.status == 400 and isinstance(answer.body, dict):
            fields = frozenset(name for name in map(str, answer.body) if name.isidentifier() and len(name) <= 60)
            said = f"{PLATFORM}: {call.method} {call.route} was refused: not taken: {', '.join(sorted(fields))}"
            return BadFieldsError(said, fields, call.ticket_id)
        return None


def _is_api(body: Any) -> bool:
    """True for an error of the API; other pages of the site are HTML."""
    return isinstance(body, Mapping) and "detail" in body
