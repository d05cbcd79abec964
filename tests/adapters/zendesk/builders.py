"""Payloads in Zendesk's shapes, as short as a test can say them. People: 7 asks, 8 is their colleague, 20 and 21 are
agents, 30 is the user that we write as, 99 is unknown."""

from datetime import UTC, datetime, timedelta

from adapters.zendesk.entries import entries_of
from adapters.zendesk.history import Known, see_plans, to_ticket
from adapters.zendesk.payloads import AuditBody, OrganizationBody, TicketBody, UserBody
from adapters.zendesk.people import Sightings
from adapters.zendesk.settings import ZendeskSettings

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
REQUESTER, COLLEAGUE, AGENT, OTHER_AGENT, US, UNKNOWN = 7, 8, 20, 21, 30, 99
ROLES = {REQUESTER: "end-user", COLLEAGUE: "end-user", AGENT: "agent", OTHER_AGENT: "admin", US: "admin"}
RULE = {"channel": "rule", "source": {"rel": "trigger", "from": {"id": 1, "title": "Auto", "deleted": False}}}
MERGE = {"channel": "web", "source": {"rel": "merge", "from": {"ticket_ids": [5]}, "to": {}}}


def settings(**more):
    return ZendeskSettings.model_validate({"subdomain": "acme", "client_id": "sidecar", "user_id": US, **more})


def stamp(minutes=0):
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def comment(author, public=True, body="Some words", via=None, **more):
    event = {"type": "Comment", "author_id": author, "public": public, "body": body, "attachments": [], **more}
    return event | ({"via": via} if via else {})


def created(field, value):
    return {"type": "Create", "field_name": str(field), "value": value}


def change(field, before, after, via=None):
    event = {"type": "Change", "field_name": str(field), "previous_value": before, "value": after}
    return event | ({"via": via} if via else {})


def audit(minutes, author, *events, via=None, custom=None, flags=None):
    """Return one audit; ids follow the minutes, and each event gets the next one."""
    id_ = 1000 + minutes * 10
    metadata = {"system": {"client": "x"}, "custom": custom or {}} | ({"flags": flags} if flags else {})
    return {
        "id": id_,
        "ticket_id": 5158,
        "created_at": stamp(minutes),
        "author_id": author,
        "via": via or {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
        "metadata": metadata,
        "events": [{"id": id_ + number + 1, **event} for number, event in enumerate(events)],
    }


def opening(*more, author=REQUESTER, status="new", requester=REQUESTER):
    """Return the audit that creates a ticket, with its description."""
    return audit(0, author, comment(author), created("requester_id", str(requester)), created("status", status), *more)


def ticket(**more):
    return {
        "id": 5158,
        "url": "https://elsewhere.zendesk.com/api/v2/tickets/5158.json",
        "status": "open",
        "subject": "It is broken",
        "created_at": stamp(),
        "updated_at": stamp(60),
        "requester_id": REQUESTER,
        "submitter_id": REQUESTER,
        "priority": None,
        "type": None,
        "tags": [],
        "custom_fields": [],
        "follower_ids": [],
        "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
        **more,
    }


def user(id_, **more):
    return {"id": id_, "role": ROLES.get(id_, "end-user"), "name": f"User {id_}", "email": f"u{id_}@x.example", **more}


def canonical(audits, body=None, conf=None, users=(), organizations=(), sightings=None, now=START):
    """Return the canonical ticket of these audits, as one look would."""
    conf = conf or settings()
    people = {id_: UserBody.model_validate(user(id_)) for id_ in ROLES}
    people |= {given["id"]: UserBody.model_validate(given) for given in users}
    seen = sightings or Sightings()
    for person in people.values():
        seen.see_role(person)
    known = Known(
        body=TicketBody.model_validate(body or ticket()),
        entries=tuple(entries_of([AuditBody.model_validate(given) for given in audits], conf.tracked)),
        users=people,
        organizations={given["id"]: OrganizationBody.model_validate(given) for given in organizations},
        sightings=seen,
    )
    see_plans(known, conf, now)
    return to_ticket(known, conf, "acme")


def minutes(at):
    return round((at - START).total_seconds() / 60)


def kinds(result):
    """Return a ticket's events as (minutes, kind)."""
    return [(minutes(event.at), event.kind.value) for event in result.events]
