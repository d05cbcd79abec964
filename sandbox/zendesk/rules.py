"""Triggers at work: which fire on an update, and what they do.

Triggers run in their order and start over after one of them changed the ticket; each fires once at most.
They never run on tickets that were already closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.zendesk import conditions
from sandbox.zendesk.actions import asked_for, webhook_call
from sandbox.zendesk.apply import apply
from sandbox.zendesk.comments import to_comment
from sandbox.zendesk.model import Rule, Via, Webhook
from sandbox.zendesk.placeholders import rendered
from sandbox.zendesk.snapshots import snapshot
from sandbox.zendesk.tickets_model import AuditEvent, OtherEvent, Ticket

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store


@dataclass(frozen=True, slots=True)
class Firing:
    """A webhook that a rule called, with its body."""

    webhook: Webhook
    event: str
    body: str


@dataclass(slots=True)
class Fired:
    """What a rule did beside changing fields."""

    events: list[AuditEvent] = field(default_factory=list)
    firings: list[Firing] = field(default_factory=list)


def run_rules(store: "Store", draft: Ticket, update: conditions.Update) -> Iterator[tuple[Rule, dict[str, Any], Fired]]:
    """Fire the triggers on a draft; yield each with the values before it and what else it did."""
    if update.before.get("status") == "closed" and not update.creating:
        return
    waiting = [rule for rule in store.rules.values() if rule.active and rule.kind == "trigger"]
    waiting.sort(key=lambda rule: (rule.position, rule.id))
    while rule := next(
        (r for r in waiting if conditions.met(store, draft, r.all_of, r.any_of, update)),
        None,
    ):
        waiting.remove(rule)
        before = snapshot(draft)
        yield rule, before, act(store, draft, rule, update)


def act(store: "Store", draft: Ticket, rule: Rule, update: conditions.Update) -> Fired:
    """Do what a rule says to a draft.

    Raises:
        ApiError: the ticket cannot take what the rule asks for; the whole update is then refused.
    """
    fired, wanted = Fired(), asked_for(rule.actions)
    via = Via("rule", rule.kind, {"deleted": False, "title": rule.title, "id": rule.id})
    apply(store, draft, wanted, by_rule=True)
    made = to_comment(store, draft, wanted.comment, update.actor, via=via) if wanted.comment else None
    fired.events += [made] if made else []
    for action in rule.actions:
        match action["field"]:
            case "notification_webhook":
                _call_webhook(store, draft, rule, action.get("value"), update, fired, via)
            case "notification_user" | "notification_group":
                data = {"subject": "", "body": "", "recipients": [draft.requester_id]}
                fired.events.append(OtherEvent(store.ids.record(), "Notification", data, via))
    return fired


def _call_webhook(
    store: "Store", draft: Ticket, rule: Rule, value: Any, update: conditions.Update, fired: Fired, via: Via
) -> None:
    webhook_id, template = webhook_call(value)
    webhook = store.webhooks.get(webhook_id)
    if webhook is None or webhook.status != "active":
        return
    body = rendered(template, store, draft, update.actor)
    fired.firings.append(Firing(webhook, f"trigger:{rule.title}", body))
    fired.events.append(OtherEvent(store.ids.record(), "External", {"resource": webhook.id, "body": body}, via))
