"""Rules at work: which run on an update, and what they do to the ticket.

Creation rules run on a new ticket, all of them or only the first that matches; update rules run top to bottom, and
what one changes can set off those below it. No rule at all runs when the requester is an agent, on an archived ticket,
or, at creation, on an outbound one. Source: help centre, "Why are my automations not working?", "Ticket Archiving".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.freshdesk.automation import conditions
from sandbox.freshdesk.automation.happening import KEYS, Happening, performed, triggering
from sandbox.freshdesk.automation.placeholders import Context
from sandbox.freshdesk.automation.webhook import to_call
from sandbox.freshdesk.model import Rule, RuleType
from sandbox.freshdesk.texts import to_text
from sandbox.freshdesk.tickets import Conversation, Said, Ticket
from sandbox.freshdesk.webhooks.deliveries import Call

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

CREATED = "{ticket_action:created}"
SETTING = ("status", "priority", "ticket_type", "source", "group_id", "responder_id", "product_id")
INERT = ("send_email_to_requester", "send_email_to_agent", "send_email_to_group")  # mails go nowhere here


@dataclass(slots=True)
class Fired:
    """What a rule did beside setting values."""

    calls: list[Call] = field(default_factory=list)
    notes: int = 0


def run_rules(store: "Store", ticket: Ticket, happening: Happening) -> Iterator[tuple[Rule, Fired]]:
    """Run the rules that answer to what happened; yield each after it acted."""
    if ticket.requester_id in store.agents or ticket.archived or (happening.creating and ticket.outbound):
        return
    kind = RuleType.CREATION if happening.creating else RuleType.UPDATES
    waiting = [rule for rule in store.rules.values() if rule.active and rule.rule_type is kind]
    for rule in sorted(waiting, key=lambda rule: (rule.position, rule.id)):
        event = CREATED if happening.creating else (triggering(rule, happening) if performed(rule, happening) else None)
        if event is None or not conditions.met(store, ticket, rule):
            continue
        context = Context(store, ticket, None if happening.creating else happening.performer, event)
        yield rule, _act(rule, context)
        if happening.creating and not store.switches.cascading_rules:
            return


def _act(rule: Rule, context: Context) -> Fired:
    fired = Fired()
    for action in rule.actions:
        name, value = action["field_name"], action.get("value")
        match name:
            case "trigger_webhook":
                fired.calls.append(to_call(rule, action, context))
            case "add_tag":
                tags = value if isinstance(value, list) else str(value or "").split(",")
                context.ticket.tags = list(dict.fromkeys([*context.ticket.tags, *(tag.strip() for tag in tags)]))
            case "add_note":
                context.ticket.conversations.append(_note(rule, action, context))
                fired.notes += 1
            case _ if name in SETTING:
                setattr(context.ticket, KEYS.get(name, name), value)
            case _ if name in context.ticket.custom_fields:
                context.ticket.custom_fields[name] = value
    return fired


def _note(rule: Rule, action: Mapping[str, Any], context: Context) -> Conversation:
    now, body = context.store.now(), str(action.get("note_body") or "")
    return Conversation(
        id=context.store.ids.record(),
        created_at=now,
        updated_at=now,
        ticket_id=context.ticket.id,
        body=body,
        body_text=to_text(body),
        private=True,
        source=Said.NOTE,
        automation_id=rule.id,
    )
