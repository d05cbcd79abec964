"""The native SLA engine: due dates a few seconds late, and how it fights back against dates set by hand.

Source: API reference, "Create/Update a ticket" (null at first, recalculated within seconds on newer accounts); help
centre, "How do I change the Due Time of a Ticket?" (older engine: a date set by hand is left alone). That dates move
on after a pause is UNCONFIRMED, and so is that working them out leaves ``updated_at`` as it is.
"""

from collections.abc import Set
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.freshdesk.model import DONE, Target
from sandbox.freshdesk.tickets import Ticket

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

DATES = {"due_by", "fr_due_by"}
MOVING = {"priority", "group_id", "company_id", "type", "source", "product_id"}  # what a policy can depend on


def runs(store: "Store", status: int) -> bool:
    """Return whether the native timer runs in a status."""
    choice = store.statuses.get(status)
    return choice is None or choice.timer_runs


def on_created(store: "Store", ticket: Ticket, given: Set[str]) -> None:
    """Plan the first working out of the dates, unless they were given."""
    ticket.timer.by_hand = bool(DATES & given)
    _note_status(store, ticket)
    if not _stands(store, ticket):
        _plan(store, ticket)


def on_changed(store: "Store", ticket: Ticket, changed: Set[str]) -> None:
    """Plan what follows from an update: any at all for the newer engine, the policy's own facts for the older."""
    _note_status(store, ticket)
    ticket.timer.by_hand |= bool(DATES & changed)
    if _stands(store, ticket):
        ticket.timer.runs_at = None
    elif store.switches.newer_engine or changed & (MOVING | {"status"}):
        _plan(store, ticket)


def settle(store: "Store", ticket: Ticket) -> list[str]:
    """Do what is due by now; return the names of the system's events: ``response_due``, ``resolution_due``."""
    now, timer = store.now(), ticket.timer
    if timer.runs_at and timer.runs_at <= now:
        timer.runs_at = None
        _work_out(store, ticket)
    if ticket.status in DONE or timer.stopped_since or ticket.deleted or ticket.spam:
        return []
    events = []
    if ticket.fr_due_by and ticket.fr_due_by < now and not ticket.stats.first_responded_at and not ticket.fr_escalated:
        ticket.fr_escalated = ticket.is_escalated = True
        events.append("response_due")
    if ticket.due_by and ticket.due_by < now and not timer.overdue:
        ticket.is_escalated = timer.overdue = True
        events.append("resolution_due")
    return events


def _stands(store: "Store", ticket: Ticket) -> bool:
    """Return whether the dates were set by hand and the engine leaves them alone."""
    return ticket.timer.by_hand and (store.switches.dates_stand or not store.switches.newer_engine)


def _plan(store: "Store", ticket: Ticket) -> None:
    ticket.timer.runs_at = store.now() + timedelta(seconds=store.switches.engine_seconds)


def _note_status(store: "Store", ticket: Ticket) -> None:
    """Start or end the stop of the timer that a status brings with it."""
    timer, running = ticket.timer, runs(store, ticket.status)
    if not running and timer.stopped_since is None:
        timer.stopped_since = store.now()
    elif running and timer.stopped_since is not None:
        timer.stopped += store.now() - timer.stopped_since
        timer.stopped_since = None


def _work_out(store: "Store", ticket: Ticket) -> None:
    """Set both dates from the first policy that applies; a first response that was given keeps its date."""
    target = _target(store, ticket)
    start = ticket.created_at + ticket.timer.stopped
    if not ticket.stats.first_responded_at or ticket.fr_due_by is None:
        ticket.fr_due_by = start + timedelta(seconds=target.respond_within_seconds)
    ticket.due_by = start + timedelta(seconds=target.resolve_within_seconds)
    if ticket.due_by > store.now():
        ticket.timer.overdue = False
        ticket.is_escalated = ticket.fr_escalated


def _target(store: "Store", ticket: Ticket) -> Target:
    for policy in sorted(store.sla_policies.values(), key=lambda policy: (policy.is_default, policy.position)):
        wanted = policy.applicable_to
        companies, groups = wanted.get("company_ids") or [], wanted.get("group_ids") or []
        fits = (not companies or ticket.company_id in companies) and (not groups or ticket.group_id in groups)
        if policy.active and fits:
            return policy.targets[ticket.priority]
    raise LookupError("an account always has its default policy")
