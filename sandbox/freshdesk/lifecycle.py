"""What can happen to a ticket: created, changed, answered, merged, deleted, restored, marked as spam, archived."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.freshdesk import apply, timer
from sandbox.freshdesk.automation.happening import Happening, Performer
from sandbox.freshdesk.edits import Edit
from sandbox.freshdesk.errors import invalid, missing, not_allowed, not_found, nothing_matches
from sandbox.freshdesk.inputs import MergeInput, MergeNote, NoteInput, TicketChange, TicketInput
from sandbox.freshdesk.model import Agent, Contact, Source, Status
from sandbox.freshdesk.texts import to_text
from sandbox.freshdesk.tickets import Conversation, Said, Ticket

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

ARCHIVED_AFTER = timedelta(days=120)


def create(
    store: "Store", given: TicketInput, performer: Performer, how: str = "api", *, outbound: bool = False
) -> Ticket:
    """Create a ticket.

    Raises:
        ApiError: 400, whatever Freshdesk refuses.
    """
    ticket = Ticket(id=0, created_at=store.now(), updated_at=store.now())
    ticket.source = Source.OUTBOUND if outbound else Source.PORTAL
    for name in ("status", "priority", "source"):
        if getattr(given, name) is None:
            given.model_fields_set.discard(name)  # null is the default
    if not any((given.requester_id, given.email, given.phone, given.unique_external_id, given.twitter_id)):
        raise invalid([missing("requester_id")])
    apply.check(store, ticket, given, creating=True)
    requester = _requester(store, given)
    ticket.outbound = outbound  # only now: an outbound ticket's texts can be set this once
    ticket.id, ticket.requester_id = store.ids.ticket(), requester.id
    ticket.company_id = requester.company_id if isinstance(requester, Contact) else None
    ticket.custom_fields = {field.name: None for field in store.custom_fields()}
    edit = Edit(store, ticket, performer, how, creating=True)
    apply.put(ticket, given, store)
    store.tickets[ticket.id] = ticket
    timer.on_created(store, ticket, given.model_fields_set)
    edit.commit()
    return ticket


def _requester(store: "Store", given: TicketChange) -> Performer:
    """Return the person that a body names, making a contact for an unknown address."""
    found = store.person(given.requester_id) or (store.person_by_email(given.email) if given.email else None)
    if found:
        return found
    if given.phone and not given.email:
        known = next((c for c in store.contacts.values() if given.phone in (c.phone, c.mobile)), None)
        return known or store.new(store.contacts, Contact, name=given.name or given.phone, phone=given.phone)
    if not given.email:
        raise invalid([nothing_matches("requester_id", "contact")])
    name = given.name or given.email.partition("@")[0].replace(".", " ").title()
    return store.new(store.contacts, Contact, name=name, email=given.email)


def check_writable(ticket: Ticket, method: str = "PUT") -> None:
    """Refuse any write on what is spam or deleted (405), or archived (404)."""
    if ticket.archived:
        raise not_found()
    if ticket.spam or ticket.deleted:
        raise not_allowed(method, ["GET"])


def update(store: "Store", ticket: Ticket, given: TicketChange, performer: Performer, how: str = "api") -> None:
    """Change a ticket.

    Raises:
        ApiError: 400 for values that cannot be, 405 for a ticket that is spam or deleted.
    """
    check_writable(ticket)
    apply.check(store, ticket, given)
    edit = Edit(store, ticket, performer, how)
    _put(store, ticket, given)
    edit.commit()


def _put(store: "Store", ticket: Ticket, given: TicketChange) -> None:
    if given.requester_id or given.email:
        requester = _requester(store, given)
        if requester.id != ticket.requester_id:
            ticket.requester_id = requester.id
            ticket.company_id = requester.company_id if isinstance(requester, Contact) else None
    apply.put(ticket, given, store)


def answer(
    store: "Store",
    ticket: Ticket,
    performer: Performer,
    body: str,
    how: str = "api",
    also: TicketChange | None = None,
) -> Conversation:
    """Add a public reply by an agent, or a customer's answer, with further changes in the same update."""
    check_writable(ticket, "POST")
    if also:
        apply.check(store, ticket, also)
    edit = Edit(store, ticket, performer, how)
    incoming = isinstance(performer, Contact)
    to = [] if incoming else [email for email in [getattr(store.person(ticket.requester_id), "email", None)] if email]
    said = _said(store, ticket, performer, body, source=Said.REPLY, incoming=incoming, to_emails=to)
    if also:
        _put(store, ticket, also)
    edit.commit(said)
    return said


def note(
    store: "Store",
    ticket: Ticket,
    performer: Performer,
    given: NoteInput,
    how: str = "api",
    also: TicketChange | None = None,
) -> Conversation:
    """Add a note.

    Raises:
        ApiError: 400 for ``notify_emails`` that are nobody's on the support side; that code is UNCONFIRMED.
    """
    check_writable(ticket, "POST")
    agents = {agent.email.casefold() for agent in store.agents.values()}
    if any(email.casefold() not in agents for email in given.notify_emails):
        raise invalid([nothing_matches("notify_emails", "agent")])
    if not given.body.strip():
        raise invalid([missing("body")])
    if also:
        apply.check(store, ticket, also)
    author = store.person(given.user_id) or performer
    edit = Edit(store, ticket, author, how)
    said = _said(
        store,
        ticket,
        author,
        given.body,
        source=Said.NOTE,
        incoming=given.incoming,
        private=given.private,
        notified=list(given.notify_emails),
    )
    if also:
        _put(store, ticket, also)
    edit.commit(said)
    return said


def _said(store: "Store", ticket: Ticket, author: Performer | None, body: str, **more: object) -> Conversation:
    now = store.now()
    return Conversation(
        id=store.ids.record(),
        created_at=now,
        updated_at=now,
        ticket_id=ticket.id,
        user_id=author.id if author else None,
        body=body,
        body_text=to_text(body),
        **more,  # type: ignore[arg-type]
    )


def merge(store: "Store", given: MergeInput, performer: Agent, how: str = "api") -> None:
    """Close tickets into another one; it cannot be undone, and no field of a ticket tells of it."""
    primary = store.get(store.tickets, given.primary_id)
    others = [store.get(store.tickets, ticket_id) for ticket_id in given.ticket_ids if ticket_id != primary.id]
    for ticket in (primary, *others):
        check_writable(ticket)
    for other in others:
        text = f"This ticket is closed and merged into ticket {primary.id}"
        edit = Edit(store, other, performer, how)
        other.status, other.merged_into = Status.CLOSED, primary.id
        edit.commit(_merge_note(store, other, performer, given.note_in_secondary, text))
    numbers = ", ".join(str(other.id) for other in others)
    edit = Edit(store, primary, performer, how)
    edit.commit(_merge_note(store, primary, performer, given.note_in_primary, f"Merged from ticket {numbers}"))


def _merge_note(store: "Store", ticket: Ticket, performer: Agent, given: MergeNote, text: str) -> Conversation:
    return _said(store, ticket, performer, given.body or f"<div>{text}</div>", source=Said.NOTE, private=given.private)


def delete(store: "Store", ticket: Ticket, performer: Performer, how: str = "api") -> None:
    """Move a ticket to the trash."""
    check_writable(ticket, "DELETE")
    edit = Edit(store, ticket, performer, how)
    ticket.deleted = True
    edit.commit(action="delete")


def restore(store: "Store", ticket: Ticket, performer: Performer, how: str = "api") -> None:
    """Take a ticket out of the trash or the spam folder."""
    edit = Edit(store, ticket, performer, how)
    ticket.deleted = ticket.spam = False
    edit.commit(action="restore")


def mark_spam(store: "Store", ticket: Ticket, performer: Performer, how: str = "api") -> None:
    """Mark a ticket as spam."""
    check_writable(ticket)
    edit = Edit(store, ticket, performer, how)
    ticket.spam = True
    edit.commit(action="marked_as_spam")


def archive(store: "Store", after: timedelta = ARCHIVED_AFTER) -> list[Ticket]:
    """Archive what has been closed and idle for so long; no rule runs on it any more."""
    before = store.now() - after
    found = [t for t in store.tickets.values() if t.status == Status.CLOSED and t.updated_at <= before]
    for ticket in found:
        ticket.archived = True
    return found


def settle(store: "Store", ticket: Ticket) -> None:
    """Let the native engine catch up with the clock, and run the rules on what it finds overdue."""
    if events := timer.settle(store, ticket):
        Edit(store, ticket, None, "system").run(Happening(None, {}, system=tuple(events)))


def close_resolved(store: "Store", resolved_before: datetime) -> list[Ticket]:
    """Close what was resolved before an instant; the system does it."""
    resolved = [t for t in store.tickets.values() if t.status == Status.RESOLVED and not (t.deleted or t.spam)]
    found = [t for t in resolved if t.stats.resolved_at and t.stats.resolved_at <= resolved_before]
    for ticket in found:
        edit = Edit(store, ticket, None, "hourly rule")
        ticket.status = Status.CLOSED
        edit.commit()
    return found
