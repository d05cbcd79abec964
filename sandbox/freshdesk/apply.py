"""What a body does to a ticket: first every fault is looked for, then the values are put in.

Source: API reference, "Create a ticket", "Update a ticket"; dynamic form checks since April 2016.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.freshdesk import timer
from sandbox.freshdesk.errors import Fault, invalid, missing, nothing_matches, one_of, unexpected
from sandbox.freshdesk.inputs import TicketChange, TicketInput
from sandbox.freshdesk.model import DONE, PRIORITIES, SOURCES, TYPES, Contact
from sandbox.freshdesk.ticketfields import fault_of, stored
from sandbox.freshdesk.tickets import Ticket

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

PLAIN = ("subject", "description", "status", "priority", "source", "type", "responder_id", "group_id", "company_id")
LESSER = ("product_id", "email_config_id", "internal_agent_id", "internal_group_id", "parent_id", "due_by", "fr_due_by")
TEXTS = ("subject", "description")
NEVER_EMPTY = ("status", "priority", "source", "subject", "description")


def check(store: "Store", ticket: Ticket, given: TicketChange, *, creating: bool = False) -> None:
    """Refuse a body that says something impossible.

    Raises:
        ApiError: 400, with all faults.
    """
    faults = [*_values(store, ticket, given), *_custom(store, given), *_dates(store, ticket, given, creating=creating)]
    faults += _required(store, ticket, given, creating=creating)
    if faults:
        raise invalid(faults)


def put(ticket: Ticket, given: TicketChange, store: "Store") -> None:
    """Put checked values in; what the body does not name stays as it is."""
    for name in (*PLAIN, *LESSER):
        if name in given.model_fields_set:
            setattr(ticket, name, getattr(given, name))
    if given.tags is not None:
        ticket.tags = list(dict.fromkeys(tag.strip() for tag in given.tags if tag.strip()))
    for name, value in (given.custom_fields or {}).items():
        field = store.field_named(name)
        if field:
            ticket.custom_fields[name] = stored(field, value)
    if isinstance(given, TicketInput) and given.cc_emails:
        ticket.cc_emails = list(given.cc_emails)


def _values(store: "Store", ticket: Ticket, given: TicketChange) -> Iterator[Fault]:
    named = given.model_fields_set
    closed_sets = {"status": list(store.statuses), "priority": list(PRIORITIES), "source": list(SOURCES.values())}
    for name, allowed in closed_sets.items():
        value = getattr(given, name)
        if name in named and (isinstance(value, bool) or value not in allowed):
            yield one_of(name, allowed, value)
    if given.type is not None and given.type not in TYPES:
        yield one_of("type", TYPES)
    if given.group_id is not None and given.group_id not in store.groups:
        yield nothing_matches("group_id", "group")
    if given.responder_id is not None and given.responder_id not in store.agents:
        yield nothing_matches("responder_id", "agent")
    if given.requester_id is not None and store.person(given.requester_id) is None:
        yield nothing_matches("requester_id", "contact")
    if given.company_id is not None and given.company_id not in _companies(store, ticket, given):
        yield nothing_matches("company_id", "company")
    if ticket.outbound:
        yield from (
            Fault(name, "Cannot be changed on an outbound ticket", "incompatible_field")
            for name in TEXTS
            if name in named
        )


def _companies(store: "Store", ticket: Ticket, given: TicketChange) -> set[int | None]:
    """Return the companies that the ticket may be moved to: those of its requester."""
    requester = store.person(given.requester_id or ticket.requester_id)
    if not isinstance(requester, Contact):
        return set(store.companies)
    return {requester.company_id, *(other["company_id"] for other in requester.other_companies)}


def _custom(store: "Store", given: TicketChange) -> Iterator[Fault]:
    for name, value in (given.custom_fields or {}).items():
        field = store.field_named(name)
        fault = fault_of(field, value) if field and not field.default else unexpected(f"custom_fields.{name}")
        if fault:
            yield fault


def _dates(store: "Store", ticket: Ticket, given: TicketChange, *, creating: bool) -> Iterator[Fault]:
    """The order is the browser's rule, its code UNCONFIRMED; so is the refusal while the timer is off."""
    named = timer.DATES & given.model_fields_set
    if not named:
        return
    status = given.status if "status" in given.model_fields_set else ticket.status
    if not creating and store.switches.dates_refused_while_stopped and not timer.runs(store, status):
        text = "It cannot be updated in a status in which the SLA timer is off"
        yield from (Fault(name, text, "incompatible_field") for name in sorted(named))
        return
    due_by = given.due_by if "due_by" in named else ticket.due_by
    first: datetime | None = given.fr_due_by if "fr_due_by" in named else ticket.fr_due_by
    if due_by and first and due_by <= first:
        yield Fault("due_by", "It should be later than fr_due_by", "invalid_value")


def _required(store: "Store", ticket: Ticket, given: TicketChange, *, creating: bool) -> Iterator[Fault]:
    """Return what the form demands: of agents at creation, of everybody when the ticket is done."""
    for name in NEVER_EMPTY:
        if (name in given.model_fields_set and getattr(given, name) in (None, "")) or (
            creating and name in TEXTS and name not in given.model_fields_set
        ):
            yield missing(name)
    closing = given.status in DONE and ticket.status not in DONE
    sent = given.custom_fields or {}
    for field in store.custom_fields():
        wanted = (creating and field.required_for_agents) or (closing and field.required_for_closure)
        value = sent[field.name] if field.name in sent else ticket.custom_fields.get(field.name)
        if wanted and value in (None, "", False):
            yield missing(f"custom_fields.{field.name}")
