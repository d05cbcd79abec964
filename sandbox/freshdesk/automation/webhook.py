"""The action "Trigger Webhook": from a rule's settings to a request.

Source: help centre, "Using Webhooks in automation rules"; the API's shape of it from two public clients. Headers are
an object of names and values, which the reference only hints at.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from sandbox.freshdesk.automation.placeholders import Context, rendered
from sandbox.freshdesk.model import Rule
from sandbox.freshdesk.webhooks.deliveries import Call

SIMPLE, ADVANCED = "1", "2"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CONTENT_TYPES = {
    "JSON": "application/json",
    "XML": "application/xml",
    "X-FORM-URLENCODED": "application/x-www-form-urlencoded",
}


def to_call(rule: Rule, action: Mapping[str, Any], context: Context) -> Call:
    """Return the request that an action makes for a ticket."""
    kind = str(action.get("content_type") or "JSON").upper()
    custom: Mapping[str, Any] = action.get("custom_headers") or {}
    method = str(action["request_type"]).upper()
    return Call(
        id=uuid.uuid4().hex,
        webhook_id=str(rule.id),
        rule_name=rule.name,
        event=context.triggered_event,
        created_at=context.store.clock(),
        ticket_id=context.ticket.id,
        method=method,
        url=_url(action["url"], context),
        headers={"Content-Type": CONTENT_TYPES[kind]}
        | {str(name): rendered(str(value), context) for name, value in custom.items()},
        body=b"" if method in ("GET", "DELETE") else _body(action, kind, context).encode(),
        auth=_auth(action),
    )


def _url(template: str, context: Context) -> str:
    head, mark, query = template.partition("?")
    return rendered(head, context) + mark + quote(rendered(query, context), safe="=&%/:,.-_~{}")


def _body(action: Mapping[str, Any], kind: str, context: Context) -> str:
    content = action.get("content") or {}
    if kind != "JSON":
        values = {name: rendered(str(value), context) for name, value in content.items()}
        if kind == "XML":
            inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
            return f"<freshdesk_webhook>{inner}</freshdesk_webhook>"
        return urlencode(values)
    if str(action.get("content_layout") or ADVANCED) == SIMPLE:
        values = {name: rendered(str(value), context) for name, value in content.items()}
        return json.dumps({"freshdesk_webhook": {k: _simple(k, v) for k, v in values.items()}}, ensure_ascii=False)
    template = json.dumps(content, ensure_ascii=False)
    return rendered(template, context, escape=context.store.switches.escapes_json)


def _simple(name: str, value: str) -> Any:
    return int(value) if name == "ticket_id" else value


def _auth(action: Mapping[str, Any]) -> tuple[str, str] | None:
    if key := action.get("api_key"):
        return str(key), "X"
    given = action.get("auth_header") or {}
    return (str(given["username"]), str(given.get("password") or "")) if given.get("username") else None
