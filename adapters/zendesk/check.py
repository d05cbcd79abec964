"""``sla-sidecar doctor`` for a Zendesk connection: each probe asks Zendesk one thing and says what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.base import Finding, Severity
from adapters.common.clock import clock_finding
from adapters.http import Answer, ApiClient, Auth
from adapters.zendesk.auth import API_TOKENS_END_AT, ClientCredentials
from adapters.zendesk.payloads import Payload
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.setup_fields import TYPES
from adapters.zendesk.tables import PLATFORM, SUBSCRIPTIONS, SUPPORT_ROLES, TRIGGER_SUBSCRIPTION
from core.errors import PlatformError, RefusedError

_SYNCHRONISE = "synchronise it (NTP): deadlines and signatures depend on it"
_DELIVERED = frozenset({"success", "accepted"})
_RUN_CONNECT = "run sla-sidecar connect zendesk"


class Me(Payload):
    """Whom a credential acts as."""

    id: int | None = None
    role: str | None = None
    iana_time_zone: str | None = None


class _MeAnswer(Payload):
    user: Me


@dataclass(frozen=True, slots=True)
class _Context:
    client: ApiClient
    settings: ZendeskSettings
    auth: Auth
    now: Callable[[], datetime]

    def body(self, path: str, **params: Any) -> dict[str, Any]:
        return self.client.get(path, params).mapping(PLATFORM)


def whoami(client: ApiClient, *, admin: bool = False) -> Me:
    """Return whom the credential acts as.

    Raises:
        RefusedError: it acts as nobody (Zendesk answers 200 with an anonymous user), as an end user, or, where
            ``admin`` is asked for, as somebody who may not set up the account.
    """
    return _identity(client.get("/api/v2/users/me"), admin=admin)


def findings(
    client: ApiClient, settings: ZendeskSettings, auth: Auth, now: Callable[[], datetime]
) -> Iterator[Finding]:
    """Yield every finding; a probe that fails is a finding too, and without a credential nothing else is asked."""
    context = _Context(client, settings, auth, now)
    try:
        yield from _credential(context)
    except PlatformError as err:
        yield Finding("credential", Severity.FAULT, str(err), "correct the credential; nothing else was asked")
        return
    for name, probe in _PROBES.items():
        try:
            yield from probe(context)
        except PlatformError as err:
            yield Finding(name, Severity.FAULT, str(err), _REMEDIES.get(name, "give the credential's user the right"))


def _identity(answer: Answer, *, admin: bool) -> Me:
    me = answer.read(_MeAnswer, PLATFORM).user
    if me.id is None:
        raise RefusedError("zendesk: the credential is not accepted (it acts as nobody)", platform=PLATFORM, status=401)
    if me.role not in SUPPORT_ROLES or (admin and me.role != "admin"):
        need = "an admin" if admin else "an agent or admin"
        raise RefusedError(f"zendesk: the credential's user must be {need}", platform=PLATFORM, status=403)
    return me


def _credential(context: _Context) -> Iterator[Finding]:
    settings = context.settings
    answer = context.client.get("/api/v2/users/me")
    me = _identity(answer, admin=False)
    yield Finding("credential", Severity.OK, f"acts as user {me.id} ({me.role})")
    if settings.user_id is None:
        yield Finding("own user", Severity.WARNING, "the connection's `user_id` is not set", _RUN_CONNECT)
    elif settings.user_id != me.id:
        remedy = f"set `user_id: {me.id}`, or our own notes may pass for an agent's"
        yield Finding("own user", Severity.FAULT, f"`user_id` is {settings.user_id}, but we act as {me.id}", remedy)
    yield from _expiry(context)
    yield clock_finding(answer, context.now(), "Zendesk's", _SYNCHRONISE)


def _expiry(context: _Context) -> Iterator[Finding]:
    if isinstance(context.auth, ClientCredentials):
        life = context.auth.life
        minutes = f"{life.total_seconds() / 60:.0f} minutes" if life else "an unknown time"
        yield Finding("token", Severity.OK, f"OAuth token, valid for {minutes}, renewed by itself")
        return
    left = (API_TOKENS_END_AT - context.now()).days
    severity = Severity.WARNING if left > 0 else Severity.FAULT
    yield Finding(
        "token",
        severity,
        f"API token: Zendesk ends all of them on {API_TOKENS_END_AT.date()} ({max(left, 0)} days left)",
        "make an OAuth client, set `auth: oauth` and `client_id`, and give the secret `client_secret`",
    )


def _tickets(context: _Context) -> Iterator[Finding]:
    tickets = context.body("/api/v2/tickets", **{"page[size]": 1}).get("tickets") or []
    yield Finding("read tickets", Severity.OK, "tickets can be read")
    if tickets:
        context.body(f"/api/v2/tickets/{tickets[0]['id']}/audits", **{"page[size]": 1})
        yield Finding("read audits", Severity.OK, "histories can be read")


def _export(context: _Context) -> Iterator[Finding]:
    start = int((context.now() - timedelta(minutes=5)).timestamp())
    context.body("/api/v2/incremental/tickets/cursor", start_time=start, per_page=1)
    yield Finding("export", Severity.OK, "missed changes can be found (incremental export)")


def _account(context: _Context) -> Iterator[Finding]:
    settings = context.body("/api/v2/account/settings").get("settings") or {}
    features, tickets = settings.get("active_features") or {}, settings.get("tickets") or {}
    if features.get("on_hold_status") is False and tickets.get("status_hold") is not True:
        yield Finding("account", Severity.OK, "the status on-hold is switched off: nothing pauses by it")
    if tickets.get("comments_public_by_default"):
        yield Finding("account", Severity.OK, "comments are public by default; our notes always say that they are not")


def _fields(context: _Context) -> Iterator[Finding]:
    there = {item["id"]: item for item in context.body("/api/v2/ticket_fields").get("ticket_fields") or []}
    if not context.settings.fields:
        yield Finding("fields", Severity.WARNING, "no field is configured: nothing will be shown", _RUN_CONNECT)
    wrong = 0
    for name, ids in context.settings.fields.items():
        for part, type_ in TYPES.items():
            id_ = getattr(ids, part)
            found = there.get(id_)
            fault = ""
            if id_ is None:
                continue
            if found is None or not found.get("active", True):
                fault = f"field {id_} does not exist or is inactive"
            elif found.get("type") != type_:
                fault = f"field {id_} is of type {found.get('type')}, not {type_}"
            elif part == "tagger":
                tags = {option.get("value") for option in found.get("custom_field_options") or []}
                lacking = sorted(set(ids.options.values()) - tags)
                fault = f"field {id_} lacks the options {', '.join(lacking)}" if lacking else ""
            if fault:
                wrong += 1
                yield Finding("fields", Severity.FAULT, f"{name.value}: {fault}", _RUN_CONNECT)
    for id_ in sorted(_input_ids(context.settings) - set(there)):
        wrong += 1
        yield Finding("fields", Severity.FAULT, f"input field {id_} does not exist", _RUN_CONNECT)
    if context.settings.fields and not wrong:
        yield Finding("fields", Severity.OK, "all fields exist with the right types and options")


def _forms(context: _Context) -> Iterator[Finding]:
    try:
        forms = context.body("/api/v2/ticket_forms").get("ticket_forms") or []
    except RefusedError as err:
        if err.status not in (403, 404):
            raise
        return  # the account's plan has no forms
    ours = {id_ for ids in context.settings.fields.values() for id_ in ids.ids()} | _input_ids(context.settings)
    bare = [str(f.get("name")) for f in forms if f.get("active", True) and ours - set(f.get("ticket_field_ids") or [])]
    if bare:
        message = f"not on these forms, so agents do not see them there: {', '.join(bare)}"
        yield Finding("forms", Severity.WARNING, message, f"{_RUN_CONNECT} to put them on all forms")
    elif forms:
        yield Finding("forms", Severity.OK, "our fields are on every form")


def _webhook(context: _Context) -> Iterator[Finding]:
    id_ = context.settings.webhook_id
    if not id_:
        yield Finding("webhook", Severity.FAULT, "no webhook is configured: changes come by poll only", _RUN_CONNECT)
        return
    webhook = context.body(f"/api/v2/webhooks/{id_}").get("webhook") or {}
    wanted = set(SUBSCRIPTIONS) if context.settings.webhook == "events" else {TRIGGER_SUBSCRIPTION}
    if webhook.get("status") != "active":
        yield Finding("webhook", Severity.FAULT, "the webhook is not active", _RUN_CONNECT)
    elif wanted - set(webhook.get("subscriptions") or []):
        yield Finding("webhook", Severity.WARNING, "the webhook does not subscribe to all that we need", _RUN_CONNECT)
    else:
        yield Finding("webhook", Severity.OK, "active, with all subscriptions")
    last = context.body(f"/api/v2/webhooks/{id_}/invocations").get("invocations") or []
    failed = [call for call in last if call.get("status") not in _DELIVERED]
    if failed:
        codes = sorted({str(call.get("status_code") or call.get("status")) for call in failed})
        message = f"{len(failed)} of the last {len(last)} deliveries failed ({', '.join(codes)})"
        yield Finding(
            "deliveries", Severity.WARNING, message, "see that this service is reachable by https from outside"
        )
    elif last:
        yield Finding("deliveries", Severity.OK, f"the last {len(last)} deliveries arrived")


def _native_policies(context: _Context) -> Iterator[Finding]:
    try:
        policies = context.body("/api/v2/slas/policies").get("sla_policies") or []
    except RefusedError:
        return  # the account's plan has none, or they are for admins
    if policies:
        message = f"{len(policies)} SLA policies of Zendesk's own are active and show other deadlines beside ours"
        yield Finding("native SLA", Severity.WARNING, message, "switch them off, or tell agents which ones count")
    else:
        yield Finding("native SLA", Severity.OK, "no SLA policy of Zendesk's own competes")


def _input_ids(settings: ZendeskSettings) -> set[int]:
    ids = {fact.field for fact in settings.facts.values()} | {settings.workaround_field, settings.escalate_field}
    return {id_ for id_ in ids if isinstance(id_, int)}


_PROBES: dict[str, Callable[[_Context], Iterator[Finding]]] = {
    "read tickets": _tickets,
    "export": _export,
    "account": _account,
    "fields": _fields,
    "forms": _forms,
    "webhook": _webhook,
    "native SLA": _native_policies,
}
_REMEDIES = {
    "read tickets": "ticket histories need the global scope `read`: `tickets:read` is not enough",
    "export": "the incremental export is for admins: make the credential's user one, or missed webhooks stay missed",
    "webhook": "webhooks are for admins, or a custom role that may manage them",
}
