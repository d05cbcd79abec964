"""``sla-sidecar connect django_helpdesk``: find what is there, say exactly what an admin has to add.

The API can create neither custom fields nor webhooks, so nothing is ever changed on the site by this.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from adapters.base import SetUpPlan, SetUpResult, Step
from adapters.django_helpdesk.payloads import Description, FieldForm
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.tables import CUSTOM_PREFIX, PLATFORM, TEXT_TYPES, WEBHOOK_USER
from adapters.http import ApiClient

WORKAROUND, ESCALATE = "workaround", "escalate"  # inputs that are events rather than facts
SECRET_BYTES = 24
KINDS = {"boolean": "checkbox", "integer": "number", "decimal": "number"}
NEW_TICKETS, FOLLOW_UPS = "HELPDESK_GET_NEW_TICKET_WEBHOOK_URLS", "HELPDESK_GET_FOLLOWUP_WEBHOOK_URLS"
NO_MAIL = "HELPDESK_PRIVATE_FOLLOWUP_MEANS_NO_EMAILS = True"


def set_up(
    client: ApiClient, settings: DjangoHelpdeskSettings, plan: SetUpPlan, webhook_secrets: Sequence[str]
) -> SetUpResult:
    """Return what was found, what to add, and what to write into the connection.

    Raises:
        RefusedError: the credential is not accepted, or its user is not staff.
    """
    fields = described(client)
    if plan.remove:
        return SetUpResult(tuple(_removal(plan, settings)))
    steps: list[Step] = []
    written: dict[str, Any] = {"fields": {}}
    for name in plan.fields:
        custom = settings.fields.get(name, name.value)
        if _found(steps, fields, custom, "field", "Character field, 60 characters, staff only"):
            written["fields"][name.value] = custom
    written |= _inputs(steps, fields, settings, plan.inputs)
    secret = webhook_secrets[0] if webhook_secrets else "" if plan.dry_run else secrets.token_urlsafe(SECRET_BYTES)
    steps += [Step("skip", "add to Django's settings", line) for line in django_settings(plan.webhook_url, secret)]
    made = {} if webhook_secrets or not secret else {"webhook_secret": secret}
    return SetUpResult(tuple(steps), written, made)


def described(client: ApiClient) -> Mapping[str, FieldForm]:
    """Return the fields of a ticket with their types, custom ones with their prefix."""
    return client.call("OPTIONS", "/api/tickets/").read(Description, PLATFORM).fields


def django_settings(webhook_url: str, secret: str) -> tuple[str, ...]:
    """Return the lines of Django's settings that make the site call us; the environment's form cannot hold two."""
    parts = urlsplit(webhook_url)
    password = quote(secret, safe="") or "<the secret that connect makes>"
    url = parts._replace(netloc=f"{WEBHOOK_USER}:{password}@{parts.netloc}").geturl()
    return f'{NEW_TICKETS} = {FOLLOW_UPS} = lambda: ["{url}"]', NO_MAIL


def _found(steps: list[Step], fields: Mapping[str, FieldForm], name: str, what: str, form: str) -> bool:
    """Note whether a custom field is there, or how to add it."""
    there = f"{CUSTOM_PREFIX}{name}" in fields
    if there:
        steps.append(Step("found", what, name))
    else:
        steps.append(Step("skip", f"{what} to add in Django's admin, Custom fields ({form})", name))
    return there


def _inputs(
    steps: list[Step],
    fields: Mapping[str, FieldForm],
    settings: DjangoHelpdeskSettings,
    inputs: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Return the settings of what agents fill in; a fact that the admin already gave a field keeps that one."""
    facts = {name: fact.model_dump(mode="json") for name, fact in settings.facts.items()}
    events = {WORKAROUND: settings.workaround_field, ESCALATE: settings.escalate_field}
    written: dict[str, Any] = {"facts": facts}
    for name, values in inputs.items():
        configured = events.get(name) or (settings.facts[name].field if name in settings.facts else None)
        custom = configured or name
        if custom == "queue":
            steps.append(Step("found", "input", name))
            continue
        form = f"List: {', '.join(values)}" if values else "Boolean"
        if not _found(steps, fields, custom, "input", form):
            continue
        if name in events:
            written[f"{name}_field"] = custom
        elif configured is None:
            facts[name] = {"field": custom, "kind": KINDS.get(fields[f"{CUSTOM_PREFIX}{custom}"].type, "text")}
    return written


def _removal(plan: SetUpPlan, settings: DjangoHelpdeskSettings) -> list[Step]:
    """Return what an admin has to take away."""
    steps = [Step("skip", "take out of Django's settings", name) for name in (NEW_TICKETS, FOLLOW_UPS)]
    if plan.delete_fields:
        names = sorted({*settings.fields.values(), *(name.value for name in plan.fields), *plan.inputs})
        steps += [Step("skip", "delete in Django's admin, Custom fields (with its values)", name) for name in names]
    return steps


def wrong_types(fields: Mapping[str, FieldForm], settings: DjangoHelpdeskSettings) -> list[str]:
    """Return those of our text fields that are there, but of a type that does not take any text."""
    names = {*settings.fields.values(), *([settings.tags_field] if settings.tags_field else [])}
    there = {name: fields[f"{CUSTOM_PREFIX}{name}"].type for name in names if f"{CUSTOM_PREFIX}{name}" in fields}
    return sorted(name for name, type_ in there.items() if type_ not in TEXT_TYPES)
