"""Payloads in Freshdesk's shapes, as short as a test can say them. People: 7 asks, 8 is their colleague, 20 and 21 are
agents, 30 is the agent that we write as, 40 another program's agent, 98 was an agent once."""

from datetime import UTC, datetime, timedelta

import responses

from adapters.freshdesk import ADAPTER
from core.update import TicketRef
from tests.adapters.doubles import Lent

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
REQUESTER, COLLEAGUE, AGENT, OTHER_AGENT, US, PROGRAM, FORMER = 7, 8, 20, 21, 30, 40, 98
HOST = "https://acme.freshdesk.com/api/v2"
REF = TicketRef("acme", "42")
URL = f"{HOST}/tickets/42"


def stamp(minutes):
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(minutes):
    return START + timedelta(minutes=minutes)


def ticket(minutes=0, **more):
    """Return a ticket that was changed last so many minutes after its creation; ``stats`` are in minutes."""
    stats = {name: None if value is None else stamp(value) for name, value in more.pop("stats", {}).items()}
    return {
        "id": 42,
        "status": 2,
        "priority": 1,
        "subject": "It is broken",
        "source": 2,
        "requester_id": REQUESTER,
        "responder_id": None,
        "company_id": None,
        "tags": [],
        "custom_fields": {},
        "created_at": stamp(0),
        "updated_at": stamp(minutes),
        "due_by": None,
        "fr_due_by": None,
        "spam": False,
        "stats": stats,
        "requester": {"id": REQUESTER, "name": "Carla", "email": "carla@customer.example"},
        **more,
    }


def said(minutes, user, *, incoming=False, private=False, source=0, text="Some words", id_=None, **more):
    """Return one conversation; without ``id_`` its id follows the minutes."""
    return {
        "id": id_ or 1000 + minutes,
        "created_at": stamp(minutes),
        "user_id": user,
        "incoming": incoming,
        "private": private,
        "source": source,
        "body_text": text,
        **more,
    }


def adapter(lent=None, secrets=None, **settings):
    conf = ADAPTER.settings.model_validate(
        {"domain": "acme", "agent_id": US, "automation_users": [PROGRAM], **settings}
    )
    return ADAPTER.create(
        "acme", conf, secrets or {"api_key": "k3y", "webhook_key": "s3cret"}, (lent or Lent()).services
    )


class Account:
    """Answers to a look's calls; what is set on it between two looks is what the next one sees."""

    def __init__(self, body=None, rows=(), **settings):
        self.lent = Lent()
        self.adapter = adapter(self.lent, **settings)
        self.body, self.rows, self.kept = body or ticket(), list(rows), None
        self.contacts = {REQUESTER: {}, COLLEAGUE: {}}
        self.companies = {}
        self.agents = [AGENT, OTHER_AGENT, US, PROGRAM]

    def look(self, minutes=None):
        """Look once, at that minute, handing back what the last look kept."""
        if minutes is not None:
            self.lent.time.now = at(minutes)
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mock.get(f"{URL}/conversations", json=self.rows)
            mock.get(URL, json=self.body)
            if self.agents is None:
                mock.get(f"{HOST}/agents", json={"code": "access_denied"}, status=403)
            else:
                mock.get(
                    f"{HOST}/agents",
                    json=[{"id": id_, "contact": {"email": f"a{id_}@x.example"}} for id_ in self.agents],
                )
            for id_, more in self.contacts.items():
                mock.get(f"{HOST}/contacts/{id_}", json={"id": id_, **more})
            for id_, more in self.companies.items():
                mock.get(f"{HOST}/companies/{id_}", json={"id": id_, **more})
            for id_ in (FORMER, AGENT, OTHER_AGENT, US, PROGRAM):
                mock.get(f"{HOST}/contacts/{id_}", status=404)
            snapshot = self.adapter.fetch(REF, self.kept)
        self.kept = snapshot.observations
        return snapshot


def events(snapshot):
    """Return a ticket's events as (minute, kind, what it became, observed)."""
    return [
        (
            round((event.at - snapshot.ticket.created_at).total_seconds() / 60),
            event.kind.value,
            event.to,
            event.observed,
        )
        for event in snapshot.ticket.events
    ]
