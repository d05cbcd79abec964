"""What a webhook request says. It is not signed, so it only names the ticket to read."""

import hashlib

from pydantic import Field

from adapters.base import Delivery, WebhookRequest
from adapters.django_helpdesk.entries import is_ours
from adapters.django_helpdesk.payloads import FollowUpBody, Number, Payload
from core.update import TicketRef

NEW_TICKET, FOLLOW_UP = "new_ticket", "followup"


class _Ticket(Payload):
    id: Number
    followup_set: list[FollowUpBody]


class _Body(Payload):
    """The two kinds differ in ``followup_id``; ``queue_slug`` tells them from other programs' payloads."""

    ticket: _Ticket
    queue_slug: str = Field(max_length=50)
    followup_id: Number | None = None


def delivery_of(connection: str, request: WebhookRequest) -> Delivery | None:
    """Return which ticket to look at; None for a note of our own, which moves no clock.

    Raises:
        PayloadError: it is no payload of django-helpdesk's; the message names the field.
    """
    body = request.read(_Body)
    about = body.ticket.followup_set[:1] if body.followup_id is None else body.ticket.followup_set
    event = next((each for each in about if body.followup_id in (None, each.id)), None)
    if event is not None and is_ours(event):
        return None
    kind = NEW_TICKET if body.followup_id is None else FOLLOW_UP
    digest = hashlib.sha256(request.body).hexdigest()[:16]  # ids begin anew when a site is set up again
    return Delivery(
        id=f"{kind}:{body.followup_id or body.ticket.id}:{digest}",
        kind=kind,
        refs=(TicketRef(connection, str(body.ticket.id)),),
        actor=str(event.user) if event and event.user else None,
        at=event.date if event else None,
    )
