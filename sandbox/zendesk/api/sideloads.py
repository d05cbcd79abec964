"""Related records in the same answer: ``include=users,organizations,...``."""

from collections.abc import Sequence
from typing import Any

from flask import request

from sandbox.zendesk import jsonviews
from sandbox.zendesk.api.metrics import dates, metric_set
from sandbox.zendesk.state import State
from sandbox.zendesk.tickets_model import Ticket


def included() -> set[str]:
    """Return what the request wants beside its records."""
    return {part.strip() for part in request.args.get("include", "").split(",") if part.strip()}


def sideloaded(state: State, tickets: Sequence[Ticket], shown: Sequence[dict[str, Any]], base: str) -> dict[str, Any]:
    """Return the top-level lists that go with tickets; what belongs inside a ticket is put into ``shown``.

    Deleted users and organizations are missing, without an error.
    """
    wanted, more = included(), {}
    if "users" in wanted:
        people = {user_id for ticket in tickets for user_id in _people(ticket)}
        more["users"] = [jsonviews.user(state.users[n], base) for n in sorted(people) if n in state.users]
    if "organizations" in wanted:
        known = _known(state.organizations, {ticket.organization_id for ticket in tickets})
        more["organizations"] = [jsonviews.organization(record, base) for record in known]
    if "groups" in wanted:
        known = _known(state.groups, {ticket.group_id for ticket in tickets})
        more["groups"] = [jsonviews.group(record, base) for record in known]
    if "ticket_forms" in wanted:
        known = _known(state.ticket_forms, {ticket.ticket_form_id for ticket in tickets})
        more["ticket_forms"] = [jsonviews.ticket_form(record, base) for record in known]
    if "custom_statuses" in wanted:
        known = _known(state.custom_statuses, {ticket.custom_status_id for ticket in tickets})
        more["custom_statuses"] = [jsonviews.custom_status(record, base) for record in known]
    if "metric_sets" in wanted:
        more["metric_sets"] = [metric_set(state, ticket, base) for ticket in tickets]
    for ticket, body in zip(tickets, shown, strict=True):
        if "slas" in wanted:
            body["slas"] = {"policy_metrics": []}  # native policies are kept here, never applied
        if "dates" in wanted:
            body["dates"] = dates(ticket)
        if "comment_count" in wanted:
            body["comment_count"] = sum(1 for _ in ticket.comments())
        if "incident_counts" in wanted:
            body["incident_count"] = sum(1 for other in state.tickets.values() if other.problem_id == ticket.id)
    return more


def _people(ticket: Ticket) -> set[int]:
    named = {ticket.requester_id, ticket.submitter_id, ticket.assignee_id}
    return {n for n in (*named, *ticket.follower_ids, *ticket.email_cc_ids) if n}


def _known(table: dict[int, Any], wanted: set[int | None]) -> list[Any]:
    return [table[n] for n in sorted(n for n in wanted if n) if n in table]
