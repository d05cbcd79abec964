"""Webhooks that apps register: for OAuth apps only, with a small JQL, and gone after thirty days.

Source: fact sheet 2.1 and 2.4.
"""

import re
from datetime import timedelta
from typing import Any

from flask import Blueprint
from pydantic import Field

from sandbox.jira.api.routing import Answer, Call, api, body, number
from sandbox.jira.dates import epoch_millis
from sandbox.jira.errors import refused
from sandbox.jira.inputs import Input
from sandbox.jira.model import Webhook
from sandbox.jira.paging import page
from sandbox.jira.webhooks.events import DYNAMIC_EVENTS

blueprint = Blueprint("dynamic", __name__)
LIFE, MOST = timedelta(days=30), 5
FIELDS = {"issuekey", "project", "issuetype", "status", "assignee", "reporter", "priority", "issue.property", "cf"}
CLAUSE = re.compile(r"([\w.]+)(?:\[[^\]]*\][\w.]*)?\s*(!=|=|not\s+in\b|in\b|>=|<=|~|>|<)", re.IGNORECASE)


class DetailInput(Input):
    """One webhook."""

    events: list[str]
    jqlFilter: str  # noqa: N815 - Jira's word
    fieldIdsFilter: list[str] = Field(default_factory=list)  # noqa: N815 - Jira's word
    issuePropertyKeysFilter: list[str] = Field(default_factory=list)  # noqa: N815 - Jira's word


class RegisterInput(Input):
    """Webhooks that all lead to one address."""

    url: str
    webhooks: list[DetailInput]


class IdsInput(Input):
    """Webhooks by id."""

    webhookIds: list[int]  # noqa: N815 - Jira's word


def _app(call: Call) -> None:
    if call.token is None or not call.token.app:
        raise refused(403, "Only Connect and OAuth 2.0 apps can access this resource.")


def _mine(call: Call) -> list[Webhook]:
    owner = call.user.account_id
    return [one for one in call.state.webhooks.values() if one.dynamic and one.created_by == owner]


@api(blueprint, "POST", "/webhook")
def register(call: Call) -> dict[str, Any]:
    """Register webhooks; each is answered by its id or by what is wrong with it."""
    _app(call)
    given = body(RegisterInput)
    results: list[dict[str, Any]] = []
    for detail in given.webhooks:
        fault = _fault(detail) or ("Too many webhooks." if len(_mine(call)) >= MOST else "")
        if fault:
            results.append({"errors": [fault]})
            continue
        made = Webhook(
            id=call.state.ids.next("webhook"),
            name="",
            url=given.url,
            events=detail.events,
            created_by=call.user.account_id,
            updated_at=call.state.now(),
            jql=detail.jqlFilter,
            dynamic=True,
            expires_at=call.state.now() + LIFE,
            field_ids=detail.fieldIdsFilter,
            property_keys=detail.issuePropertyKeysFilter,
        )
        call.state.webhooks[made.id] = made
        results.append({"createdWebhookId": int(made.id)})
    return {"webhookRegistrationResult": results}


def _fault(detail: DetailInput) -> str:
    if unknown := set(detail.events) - DYNAMIC_EVENTS:
        return f"The event {sorted(unknown)[0]} is not supported."
    for name, operator in CLAUSE.findall(detail.jqlFilter):
        if name.casefold().split("[")[0] not in FIELDS or operator.split()[0].casefold() not in (
            "=",
            "!=",
            "in",
            "not",
        ):
            return f"The clause {name} {operator} is unsupported."
    return "" if detail.jqlFilter.strip() else "The jqlFilter must not be empty."


@api(blueprint, "GET", "/webhook")
def list_mine(call: Call) -> dict[str, Any]:
    """Return the app's own webhooks."""
    _app(call)
    return page(_mine(call), _shown, number("startAt", 0), number("maxResults", 100), f"{call.view.api}/webhook")


def _shown(record: Webhook) -> dict[str, Any]:
    made: dict[str, Any] = {"id": int(record.id), "jqlFilter": record.jql, "events": record.events, "url": record.url}
    if record.expires_at:
        made["expirationDate"] = epoch_millis(record.expires_at)
    return made | {"fieldIdsFilter": record.field_ids, "issuePropertyKeysFilter": record.property_keys}


@api(blueprint, "PUT", "/webhook/refresh")
def refresh(call: Call) -> dict[str, Any]:
    """Let webhooks live for another thirty days."""
    _app(call)
    expires = call.state.now() + LIFE
    wanted = {str(one) for one in body(IdsInput).webhookIds}
    for one in _mine(call):
        if one.id in wanted:
            one.expires_at = expires
    return {"expirationDate": epoch_millis(expires)}


@api(blueprint, "DELETE", "/webhook")
def delete(call: Call) -> Answer:
    """Delete webhooks; those that are not the app's own are passed over."""
    _app(call)
    wanted = {str(one) for one in body(IdsInput).webhookIds}
    for one in _mine(call):
        if one.id in wanted:
            del call.state.webhooks[one.id]
    return Answer(status=202)
