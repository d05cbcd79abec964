"""Replies and notes: list, create, edit, delete. Source: API reference, "Conversations"."""

from typing import Any

from flask import Blueprint

from sandbox.freshdesk import lifecycle, ticketviews
from sandbox.freshdesk.api.routing import Answer, agent, body, created, route, visible_ticket
from sandbox.freshdesk.errors import forbidden, invalid, missing, not_found
from sandbox.freshdesk.inputs import ConversationChange, NoteInput, ReplyInput
from sandbox.freshdesk.paging import page
from sandbox.freshdesk.state import State
from sandbox.freshdesk.texts import to_text
from sandbox.freshdesk.tickets import Conversation, Said, Ticket

blueprint = Blueprint("conversations", __name__)


@route(blueprint, "GET", "/tickets/<int:ticket_id>/conversations")
def list_conversations(state: State, ticket_id: int) -> Answer:
    """Return a ticket's replies and notes, oldest first."""
    ticket = visible_ticket(state, ticket_id)
    if ticket.deleted and not state.switches.deleted_are_shown:
        raise not_found()
    return page(ticket.conversations, ticketviews.conversation)


@route(blueprint, "POST", "/tickets/<int:ticket_id>/notes")
def create_note(state: State, ticket_id: int) -> Answer:
    """Add a note, private unless it says otherwise."""
    ticket = visible_ticket(state, ticket_id)
    said = lifecycle.note(state, ticket, agent(), body(NoteInput))
    return created("/conversations", said.id, ticketviews.written_note(said))


@route(blueprint, "POST", "/tickets/<int:ticket_id>/reply")
def create_reply(state: State, ticket_id: int) -> Answer:
    """Answer the customer; it counts as a response."""
    ticket, given = visible_ticket(state, ticket_id), body(ReplyInput)
    if not given.body.strip():
        raise invalid([missing("body")])
    author = state.person(given.user_id) or agent()
    said = lifecycle.answer(state, ticket, author, given.body)
    return created("/conversations", said.id, ticketviews.written_reply(said))


@route(blueprint, "PUT", "/conversations/<int:conversation_id>")
def edit(state: State, conversation_id: int) -> dict[str, Any]:
    """Edit a note; replies cannot be edited."""
    ticket, said = _found(state, conversation_id)
    lifecycle.check_writable(ticket)
    if said.source != Said.NOTE:
        raise forbidden()
    said.body = body(ConversationChange).body
    said.body_text = to_text(said.body)
    said.last_edited_at, said.last_edited_user_id = state.now(), agent().id
    return ticketviews.written_note(said)


@route(blueprint, "DELETE", "/conversations/<int:conversation_id>")
def delete(state: State, conversation_id: int) -> Answer:
    """Delete a reply or note."""
    ticket, said = _found(state, conversation_id)
    lifecycle.check_writable(ticket, "DELETE")
    ticket.conversations.remove(said)
    return Answer(status=204)


def _found(state: State, conversation_id: int) -> tuple[Ticket, Conversation]:
    for ticket in state.tickets.values():
        for said in ticket.conversations:
            if said.id == conversation_id:
                return visible_ticket(state, ticket.id), said
    raise not_found()
