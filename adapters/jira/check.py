"""``sla-sidecar doctor`` for a Jira connection: each probe asks Jira one thing and says what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field as Alias

from adapters.base import Finding, Severity
from adapters.common.clock import clock_finding
from adapters.http import Answer, ApiClient
from adapters.jira.payloads import UserBody, objects_in
from adapters.jira.rights import permissions
from adapters.jira.settings import JiraSettings
from adapters.jira.setup_fields import TYPES
from adapters.jira.setup_webhook import filter_of, is_enabled, webhook_id, webhooks_of
from adapters.jira.tables import (
    AGENT_PERMISSION,
    CATEGORIES,
    LOOKED_AT,
    NATIVE_SLA_TYPE,
    PLATFORM,
    SERVICE_DESK,
    field_type,
)
from core.errors import GoneError, PlatformError, RefusedError
from core.ticket import Status

_SYNCHRONISE = "synchronise it (NTP): deadlines depend on it"
WARN_BEFORE = timedelta(days=30)
_RUN_CONNECT = "run sla-sidecar connect jira"
_NEEDED = {
    "BROWSE_PROJECTS": "issues cannot be read",
    "EDIT_ISSUES": "fields and labels cannot be written",
    "ADD_COMMENTS": "notes cannot be written",
    AGENT_PERMISSION: "notes cannot be internal",
}
_WANTED = {
    "ASSIGN_ISSUES": "assignees cannot be set",
    "ADMINISTER_PROJECTS": "each write e-mails the watchers, and who is an agent cannot be asked",
}


class Me(UserBody):
    """Whom a credential acts as."""

    time_zone: str | None = Alias(None, alias="timeZone")


@dataclass(frozen=True, slots=True)
class _Context:
    client: ApiClient
    settings: JiraSettings
    now: Callable[[], datetime]

    def get(self, path: str, **params: Any) -> Answer:
        return self.client.get(self.settings.differences.api + path, params)


def whoami(client: ApiClient, settings: JiraSettings) -> Me:
    """Return whom the credential acts as: of all calls this one never answers an anonymous caller.

    Raises:
        RefusedError: it acts as nobody.
    """
    return _identity(client.get(f"{settings.differences.api}/myself"))


def findings(client: ApiClient, settings: JiraSettings, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Yield every finding; a probe that fails is a finding too, and without a credential nothing else is asked."""
    context = _Context(client, settings, now)
    try:
        yield from _credential(context)
    except PlatformError as err:
        yield Finding("credential", Severity.FAULT, str(err), "correct the credential; nothing else was asked")
        return
    yield from _expiry(context)
    for name, probe in _PROBES.items():
        try:
            yield from probe(context)
        except PlatformError as err:
            yield Finding(name, Severity.FAULT, str(err), _REMEDIES.get(name, "give our account the right"))


def _identity(answer: Answer) -> Me:
    me = answer.read(Me, PLATFORM)
    if not me.id:
        raise RefusedError("jira: the credential is not accepted (it acts as nobody)", platform=PLATFORM, status=401)
    return me


def _credential(context: _Context) -> Iterator[Finding]:
    answer = context.get("/myself")
    me, ours = _identity(answer), context.settings.account_id
    yield Finding("credential", Severity.OK, f"acts as account {me.id}")
    if ours is None:
        yield Finding("own account", Severity.WARNING, "the connection's `account_id` is not set", _RUN_CONNECT)
    elif ours != me.id:
        remedy = f"set `account_id: {me.id}`, or our own notes may pass for an agent's"
        yield Finding("own account", Severity.FAULT, f"`account_id` is {ours}, but we act as {me.id}", remedy)
    yield clock_finding(answer, context.now(), "Jira's", _SYNCHRONISE)


def _expiry(context: _Context) -> Iterator[Finding]:
    ends_on = context.settings.token_ends_on
    if ends_on is None:
        message = "every token ends within a year, and Jira does not say when"
        yield Finding("token", Severity.WARNING, message, "write its last day as `token_ends_on`")
        return
    left = (ends_on - _today(context)).days
    severity = Severity.FAULT if left < 0 else Severity.WARNING if left < WARN_BEFORE.days else Severity.OK
    remedy = "" if severity is Severity.OK else "make a new API token, replace the secret, and correct `token_ends_on`"
    yield Finding("token", severity, f"ends on {ends_on} ({left} days left)", remedy)


def _permissions(context: _Context) -> Iterator[Finding]:
    for key in context.settings.projects:
        held = permissions(context.client, context.settings, key, [*_NEEDED, *_WANTED])
        lacking = [(Severity.FAULT, name, why) for name, why in _NEEDED.items() if name not in held]
        lacking += [(Severity.WARNING, name, why) for name, why in _WANTED.items() if name not in held]
        for severity, name, why in lacking:
            message = f"{key}: our account lacks {name}: {why}"
            yield Finding("permissions", severity, message, "add it to the project's permission scheme or role")
        if not lacking:
            yield Finding("permissions", Severity.OK, f"{key}: all that is needed")


def _projects(context: _Context) -> Iterator[Finding]:
    for key in context.settings.projects:
        project = context.get(f"/project/{key}").mapping(PLATFORM)
        if project.get("projectTypeKey") != SERVICE_DESK:
            message = f"{key} is no service desk: notes cannot be internal and are not written"
            yield Finding("project", Severity.WARNING, message, "take it out of `projects`, or expect no notes")
        elif project.get("simplified") is True:
            message = f"{key} is team-managed: fields are put on its issue types by hand"
            yield Finding("project", Severity.WARNING, message, "project settings, issue types")
        else:
            yield Finding("project", Severity.OK, f"{key} is a service desk")


def _fields(context: _Context) -> Iterator[Finding]:
    settings = context.settings
    there = {item.get("id"): item for item in objects_in(context.get("/field"))}
    if not settings.fields:
        yield Finding("fields", Severity.WARNING, "no field is configured: nothing will be shown", _RUN_CONNECT)
    wrong = 0
    for name, target in settings.fields.items():
        type_ = ((there.get(target.field) or {}).get("schema") or {}).get("custom")
        allowed = {field_type(TYPES[target.kind])}
        allowed |= {field_type("textfield")} if target.kind == "text" else set()
        if type_ not in allowed:
            wrong += 1
            message = f"{name.value}: {target.field} " + ("is of another type" if type_ else "does not exist")
            yield Finding("fields", Severity.FAULT, message, _RUN_CONNECT)
    inputs = {fact.field for fact in settings.facts.values()} | {settings.workaround_field, settings.escalate_field}
    for id_ in sorted(id_ for id_ in inputs if id_ and id_.startswith("customfield_") and id_ not in there):
        wrong += 1
        yield Finding("fields", Severity.FAULT, f"input {id_} does not exist", _RUN_CONNECT)
    if settings.fields and not wrong:
        yield Finding("fields", Severity.OK, "all fields exist with the right types")


def _screens(context: _Context) -> Iterator[Finding]:
    """Look at an open issue of each project: only ``editmeta`` covers all that can keep a field from being written."""
    settings = context.settings
    targets = {target.field: name.value for name, target in settings.fields.items()}
    for key in settings.projects if targets else ():
        query = {"jql": f'project = "{key}" AND statusCategory != Done', "fields": ["status"], "maxResults": 1}
        path = settings.differences.api + settings.differences.search
        issues = context.client.post(path, query).mapping(PLATFORM).get("issues") or []
        if not issues:
            yield Finding("screens", Severity.OK, f"{key} has no open issue to look at")
            continue
        meta = context.get(f"/issue/{issues[0]['id']}/editmeta").mapping(PLATFORM).get("fields") or {}
        missing = [name for id_, name in targets.items() if id_ not in meta]
        if missing:
            message = f"{key}: not on the edit screen: {', '.join(missing)}"
            remedy = f"{_RUN_CONNECT}; in a team-managed project, or with field schemes, add them by hand"
            yield Finding("screens", Severity.FAULT, message, remedy)
        else:
            yield Finding("screens", Severity.OK, f"{key}: our fields can be written")


def _statuses(context: _Context) -> Iterator[Finding]:
    settings, waiting = context.settings, set()
    for key in settings.projects:
        for issue_type in objects_in(context.get(f"/project/{key}/statuses")):
            for status in issue_type.get("statuses") or []:
                meant = settings.statuses.get(str(status.get("id"))) or settings.statuses.get(str(status.get("name")))
                category = (status.get("statusCategory") or {}).get("key")
                waiting.add(meant or CATEGORIES.get(str(category)))
    if not waiting & {Status.PENDING, Status.ON_HOLD}:
        message = "no status means pending or on_hold, so nothing ever pauses: Jira has no category for waiting"
        yield Finding("statuses", Severity.WARNING, message, "name them under `statuses`, as 10003: pending")
    else:
        yield Finding("statuses", Severity.OK, "every status has a category, and some pause")


def _webhook(context: _Context) -> Iterator[Finding]:
    settings = context.settings
    _, there = webhooks_of(context.client, settings)
    found = next((item for item in there if webhook_id(item) == settings.webhook_id), None)
    if found is None:
        yield Finding("webhook", Severity.FAULT, "there is none of ours: changes come by poll only", _RUN_CONNECT)
        return
    filters = found.get("filters")
    if not is_enabled(found):
        yield Finding("webhook", Severity.FAULT, "the webhook is switched off", _RUN_CONNECT)
    elif found.get("isSigned") is False:
        yield Finding("webhook", Severity.FAULT, "the webhook has no secret: its deliveries are refused", _RUN_CONNECT)
    elif set(LOOKED_AT) - set(found.get("events") or []):
        yield Finding("webhook", Severity.WARNING, "the webhook does not send all that we need", _RUN_CONNECT)
    elif isinstance(filters, dict) and filter_of(settings) not in filters.values():
        yield Finding("webhook", Severity.WARNING, "the webhook's filter names other projects", _RUN_CONNECT)
    else:
        yield Finding("webhook", Severity.OK, "enabled, signed, with all events")


def _native_slas(context: _Context) -> Iterator[Finding]:
    items = objects_in(context.get("/field"))
    names = sorted(
        str(item.get("name")) for item in items if (item.get("schema") or {}).get("custom") == NATIVE_SLA_TYPE
    )
    if names:
        message = f"Jira's own SLAs show other deadlines beside ours: {', '.join(names)}"
        yield Finding(
            "native SLA", Severity.WARNING, message, "remove them from the project, or tell agents which count"
        )
    else:
        yield Finding("native SLA", Severity.OK, "no SLA of Jira's own competes")


def _service_desk(context: _Context) -> Iterator[Finding]:
    try:
        context.client.get("/rest/servicedeskapi/servicedesk", {"limit": 1}).mapping(PLATFORM)
    except (RefusedError, GoneError) as err:
        remedy = "give our account a Jira Service Management licence and the agent's role"
        yield Finding("service desk", Severity.FAULT, str(err), remedy)
    else:
        yield Finding("service desk", Severity.OK, "the service-desk API answers")


def _today(context: _Context) -> date:
    return context.now().date()


_PROBES: dict[str, Callable[[_Context], Iterator[Finding]]] = {
    "permissions": _permissions,
    "project": _projects,
    "service desk": _service_desk,
    "fields": _fields,
    "screens": _screens,
    "statuses": _statuses,
    "webhook": _webhook,
    "native SLA": _native_slas,
}
_REMEDIES = {
    "webhook": "webhooks are a Jira administrator's, with a classic token on the site itself: look there by hand, or "
    "run doctor with such a token",
    "project": "correct `projects`, and let our account browse them",
}
