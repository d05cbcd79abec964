"""``sla-sidecar doctor`` for a Freshdesk connection: each probe asks one thing and says what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.base import Finding, SetUpPlan, Severity
from adapters.common.clock import clock_finding
from adapters.freshdesk.account import FreshdeskManners
from adapters.freshdesk.native import stamp
from adapters.freshdesk.payloads import AgentBody
from adapters.freshdesk.settings import BUILT_IN_FACTS, FreshdeskSettings
from adapters.freshdesk.setup_fields import TYPES, choices_of
from adapters.freshdesk.setup_rules import CREATION, KINDS, action_of, find_rule, runs_all, status_choices, statuses_of
from adapters.freshdesk.setup_run import Run
from adapters.freshdesk.tables import GLOBAL_SCOPE, PLATFORM, STATUSES
from adapters.http import Answer, ApiClient
from core.errors import PlatformError, RefusedError

_SYNCHRONISE = "synchronise it (NTP): deadlines and signatures depend on it"
_RUN_CONNECT = "run sla-sidecar connect freshdesk"


@dataclass(frozen=True, slots=True)
class _Context:
    client: ApiClient
    settings: FreshdeskSettings
    manners: FreshdeskManners
    now: Callable[[], datetime]
    run: Run  # for its lists only: a check changes nothing


def whoami(client: ApiClient) -> AgentBody:
    """Return which agent the key belongs to.

    Raises:
        RefusedError: the key is not accepted.
    """
    return _identity(client.get("/api/v2/agents/me"))


def findings(
    client: ApiClient, settings: FreshdeskSettings, manners: FreshdeskManners, now: Callable[[], datetime]
) -> Iterator[Finding]:
    """Yield every finding; a probe that fails is a finding too, and without a credential nothing else is asked."""
    plan = SetUpPlan(webhook_url="", fields={}, dry_run=True)
    context = _Context(client, settings, manners, now, Run(client, settings, plan, ""))
    try:
        yield from _credential(context)
    except PlatformError as err:
        yield Finding("credential", Severity.FAULT, str(err), "correct the API key; nothing else was asked")
        return
    for name, probe in _PROBES.items():
        try:
            yield from probe(context)
        except PlatformError as err:
            yield Finding(name, Severity.FAULT, str(err), "give the key's agent the right")


def _identity(answer: Answer) -> AgentBody:
    return answer.read(AgentBody, PLATFORM)


def _credential(context: _Context) -> Iterator[Finding]:
    settings = context.settings
    answer = context.client.get("/api/v2/agents/me")
    me = _identity(answer)
    yield Finding("credential", Severity.OK, f"acts as agent {me.id}")
    if settings.agent_id is None:
        yield Finding("own agent", Severity.WARNING, "the connection's `agent_id` is not set", _RUN_CONNECT)
    elif settings.agent_id != me.id:
        remedy = f"set `agent_id: {me.id}`, or our own notes may pass for an agent's"
        yield Finding("own agent", Severity.FAULT, f"`agent_id` is {settings.agent_id}, but we act as {me.id}", remedy)
    if me.ticket_scope not in (None, GLOBAL_SCOPE):
        message = "the agent sees only its own or its groups' tickets: all others look deleted"
        yield Finding("scope", Severity.FAULT, message, "give the agent global access to tickets")
    yield clock_finding(answer, context.now(), "Freshdesk's", _SYNCHRONISE)


def _tickets(context: _Context) -> Iterator[Finding]:
    since = stamp(context.now() - timedelta(days=30))
    params = {"updated_since": since, "order_by": "updated_at", "order_type": "asc", "per_page": 1}
    context.client.get("/api/v2/tickets", params)
    yield Finding("read tickets", Severity.OK, "tickets can be read, and missed changes found")
    total = context.manners.total
    yield Finding(
        "rate limit", Severity.OK, f"{total} calls a minute for the whole account; half of it is ours at most"
    )


def _agents(context: _Context) -> Iterator[Finding]:
    try:
        context.client.get("/api/v2/agents", {"per_page": 1})
    except RefusedError as err:
        if err.status != 403:
            raise
        message = "the list of agents cannot be read: whatever goes out and is not the requester's counts as an agent's"
        yield Finding("agents", Severity.WARNING, message, "make the key's agent an admin")
    else:
        yield Finding("agents", Severity.OK, "agents can be told from contacts")


def _fields(context: _Context) -> Iterator[Finding]:
    there = {str(each.get("name")): each for each in context.run.all("/api/v2/ticket_fields")}
    settings, wrong = context.settings, 0
    if not settings.fields:
        yield Finding("fields", Severity.WARNING, "no field is configured: nothing will be shown", _RUN_CONNECT)
    for field, names in settings.fields.items():
        for part, type_ in TYPES.items():
            fault = _fault(there, getattr(names, part), type_, names.choices.values() if part == "dropdown" else ())
            if fault:
                wrong += 1
                yield Finding("fields", Severity.FAULT, f"{field.value}: {fault}", _RUN_CONNECT)
    inputs = {fact.field for fact in settings.facts.values()} | set(settings.tick_boxes)
    for name in sorted(inputs - set(there) - set(BUILT_IN_FACTS)):
        wrong += 1
        yield Finding("fields", Severity.FAULT, f"input field {name} does not exist", _RUN_CONNECT)
    if settings.fields and not wrong:
        yield Finding("fields", Severity.OK, "all fields exist with the right types and choices")


def _fault(there: dict[str, dict[str, Any]], name: str | None, type_: str, choices: Any) -> str:
    """Return what is wrong with one field, "" for nothing."""
    if name is None:
        return ""
    found = there.get(name)
    if found is None:
        return f"field {name} does not exist"
    if found.get("type") != type_:
        return f"field {name} is of type {found.get('type')}, not {type_}"
    lacking = sorted(set(choices) - set(choices_of(found)))
    return f"field {name} lacks the choices {', '.join(lacking)}" if lacking else ""


def _statuses(context: _Context) -> Iterator[Finding]:
    known = set(STATUSES) | set(context.settings.statuses)
    strange = {id_: label for id_, label in status_choices(context.run).items() if id_ not in known}
    for id_, label in sorted(strange.items()):
        message = f"status {id_} ({label}) has no category and counts as open"
        yield Finding("statuses", Severity.WARNING, message, f"write it under `statuses`, as {id_}: pending")
    if not strange:
        yield Finding("statuses", Severity.OK, "every status has a category")


def _rules(context: _Context) -> Iterator[Finding]:
    statuses = set(status_choices(context.run))
    for kind in KINDS:
        try:
            rule = find_rule(context.run, kind)
        except RefusedError as err:
            if err.status not in (403, 404):
                raise
            message = f"the rules under {kind.tab} cannot be read: see for yourself that ours is on"
            yield Finding("rules", Severity.WARNING, message, "make the key's agent an admin")
            continue
        if rule is None:
            message = f"no rule `{kind.name}`: such changes come by poll only"
            yield Finding("rules", Severity.WARNING, message, _RUN_CONNECT)
        elif rule.get("active") is not True:
            yield Finding("rules", Severity.FAULT, f"the rule `{kind.name}` is switched off", _RUN_CONNECT)
        elif not str(action_of(rule).get("url", "http")).startswith("http"):
            yield Finding("rules", Severity.FAULT, f"the rule `{kind.name}` calls no address", _RUN_CONNECT)
        elif statuses_of(rule) and statuses - statuses_of(rule):
            message = f"the rule `{kind.name}` leaves out new statuses; their tickets come by poll only"
            yield Finding("rules", Severity.WARNING, message, _RUN_CONNECT)
        else:
            yield Finding("rules", Severity.OK, f"`{kind.name}` is on")
            if kind.type == CREATION and not runs_all(context.run):
                message = "Freshdesk does not say that all matching rules run; an earlier one may hide ours"
                remedy = "Admin > Workflows > Automations > Ticket Creation: choose `Execute all matching rules`"
                yield Finding("rules", Severity.WARNING, message, remedy)


def _native(context: _Context) -> Iterator[Finding]:
    try:
        policies = context.run.all("/api/v2/sla_policies")
    except RefusedError as err:
        if err.status not in (403, 404):
            raise
        return  # for admins only
    active = [policy for policy in policies if policy.get("active", True)]
    if active and context.settings.native_due == "off":
        message = (
            f"{len(active)} SLA policies of Freshdesk's own show other due dates beside ours; they have no off switch"
        )
        yield Finding("native SLA", Severity.WARNING, message, "relax the default policy, or tell agents which count")
    elif active:
        yield Finding("native SLA", Severity.OK, "ours are written into Freshdesk's due dates along with our fields")


_PROBES: dict[str, Callable[[_Context], Iterator[Finding]]] = {
    "read tickets": _tickets,
    "agents": _agents,
    "fields": _fields,
    "statuses": _statuses,
    "rules": _rules,
    "native SLA": _native,
}
