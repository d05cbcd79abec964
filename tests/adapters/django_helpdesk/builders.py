"""Tickets and follow-ups as the API writes them, in minutes after the ticket was opened."""

from datetime import UTC, datetime, timedelta

from adapters.django_helpdesk.entries import entries_of
from adapters.django_helpdesk.history import to_ticket
from adapters.django_helpdesk.payloads import TicketBody
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.sightings import Sightings

OPENED = datetime(2026, 11, 20, 15, tzinfo=UTC)
AGENT = 4


def at(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def follow_up(id_=1, minutes=0.0, **more):
    return {
        "id": id_,
        "ticket": 7,
        "user": None,
        "title": "Printer on fire",
        "comment": "",
        "public": True,
        "new_status": None,
        "followupattachment_set": [],
        "date": at(minutes).isoformat(),
        "message_id": None,
        "email_recipients": [],
        **more,
    }


def opening(**more):
    return follow_up(**{"title": "Ticket Opened Via Web", "comment": "It burns", **more})


def ticket(*follow_ups, **more):
    return {
        "id": 7,
        "queue": 1,
        "title": "Printer on fire",
        "description": "It burns",
        "resolution": None,
        "submitter_email": "carla@acme.test",
        "assigned_to": None,
        "status": 1,
        "on_hold": False,
        "priority": 3,
        "due_date": None,
        "merged_to": None,
        "followup_set": list(follow_ups),
        **more,
    }


def settings(**more):
    return DjangoHelpdeskSettings.model_validate({"base_url": "https://desk.test", **more})


def looked(*looks, **conf):
    """Return the ticket after looks at (minutes, body), each handed what the one before kept."""
    configured, seen = settings(**conf), Sightings()
    for minutes, raw in looks:
        body = TicketBody.model_validate(raw)
        seen = Sightings.from_mapping(seen.to_mapping()) if seen.created_at else seen
        seen.see(body, entries_of(body, configured), configured, at(minutes))
    return to_ticket(body, seen, configured, "desk")


def told(ticket_):
    """Return the events as (kind, minutes, from, to), for comparing."""
    return [
        (event.kind.value, round((event.at - OPENED).total_seconds() / 60), event.from_, event.to)
        for event in ticket_.events
    ]
