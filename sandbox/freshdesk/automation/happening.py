"""What rules hear of an update, and which events it is in their words.

The names in CONFIRMED are those that public clients send; status, priority, group_id, reply_sent, due_by and the
system's ones are UNCONFIRMED, and so is that a reply or a note alone is an update too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.freshdesk.model import Agent, Contact, Rule
from sandbox.freshdesk.model import Performer as Kind
from sandbox.freshdesk.tickets import Conversation

Performer = Agent | Contact
ANY, NONE = "--", ""
KEYS = {"ticket_type": "type"}  # where an event is called otherwise than the ticket's key
FROM_TO = ("status", "priority", "ticket_type", "source", "product_id", "group_id", "responder_id")
WITH_VALUE = ("ticket_action", "note_type", "reply_sent", "due_by")
SYSTEM = ("response_due", "resolution_due")
CONFIRMED = ("ticket_action", "note_type", "responder_id")
ACTIONS = ("update", "delete", "marked_as_spam")


@dataclass(slots=True)
class Happening:
    """One update as rules see it; ``changes`` grows while rules change the ticket further.

    Attributes:
        performer: who did it; None is the system.
        changes: name to old and new value.
        said: the reply or note that came with it.
        action: delete, restore or marked_as_spam, where it is one of these.
        system: what the native engine found overdue.
    """

    performer: Performer | None
    changes: dict[str, tuple[Any, Any]]
    creating: bool = False
    said: Conversation | None = None
    action: str = ""
    system: tuple[str, ...] = ()


def triggering(rule: Rule, happening: Happening) -> str | None:
    """Return the text of ``{{triggered_event}}`` for the first event of the rule that happened, None without one."""
    for event in rule.events:
        text = _matched(event, happening)
        if text:
            return text
    return None


def performed(rule: Rule, happening: Happening) -> bool:
    """Return whether the rule is about the one who did it."""
    wanted: Mapping[str, Any] = rule.performer or {"type": Kind.ANYBODY}
    who, members = happening.performer, [int(member) for member in wanted.get("members") or []]
    match int(wanted["type"]):
        case Kind.AGENT:
            return isinstance(who, Agent) and (not members or who.id in members)
        case Kind.REQUESTER:
            return isinstance(who, Contact)
        case Kind.SYSTEM:
            return who is None
        case _:
            return who is not None


def _matched(event: Mapping[str, Any], happening: Happening) -> str | None:
    name, said = event["field_name"], happening.said
    match name:
        case "ticket_action":
            action = happening.action or ("update" if happening.changes or said else "")
            return f"{{ticket_action:{action}}}" if action and event.get("value") in (action, ANY) else None
        case "note_type":
            if said is None or not is_note(said):
                return None
            kind = "private" if said.private else "public"
            return f"{{note_type:{kind}}}" if event.get("value") in (kind, ANY, None) else None
        case "reply_sent":
            return "{reply_sent:sent}" if said and not is_note(said) else None
        case _ if name in SYSTEM:
            return f"{{{name}:true}}" if name in happening.system else None
    change = happening.changes.get(KEYS.get(name, name))
    if change is None or not (_fits(event.get("from", ANY), change[0]) and _fits(event.get("to", ANY), change[1])):
        return None
    return f"{{{name}:{{from:{_bare(change[0])},to:{_bare(change[1])}}}}}"


def is_note(said: Conversation) -> bool:
    """Return whether something was said as a note."""
    return said.source == 2


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, list):
        return any(_fits(item, value) for item in wanted)
    return wanted == ANY or (wanted in (NONE, None) and value is None) or str(wanted) == str(value)


def _bare(value: Any) -> str:
    return "" if value is None else str(value)
