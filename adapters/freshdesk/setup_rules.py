"""``connect``: the automation rules whose webhooks tell us of tickets, or the steps to make them by hand.

A rule is created switched off, read back, compared, and only then switched on: the form of a webhook action is not
documented in all its parts, and a rule that sends elsewhere or without our key would waste the account's webhook quota.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.common.setup import NAME
from adapters.freshdesk.deliveries import ID_PARAMETER, TEMPLATE
from adapters.freshdesk.setup_run import Run, item
from adapters.freshdesk.tables import KEY_HEADER, PLATFORM, STATUSES
from core.errors import RefusedError

KEY_BYTES = 32
ANY = "--"
AGENT_OR_REQUESTER = 3
CREATION, UPDATES = 1, 4
WEBHOOK = "trigger_webhook"
_RUN_ALL = "Automations > Ticket Creation: choose `Execute all matching rules`, or an earlier rule hides ours"
_MASKED = re.compile(r"[*•x.]+", re.IGNORECASE)
# Names as they stand in {{triggered_event}}; only the second list is in public clients of the automations API, and it
# also fires for our own writing, which then costs a delivery each.
EVENTS: tuple[Sequence[Mapping[str, str]], ...] = (
    (
        {"field_name": "status", "from": ANY, "to": ANY},
        {"field_name": "priority", "from": ANY, "to": ANY},
        {"field_name": "ticket_type", "from": ANY, "to": ANY},
        {"field_name": "group_id", "from": ANY, "to": ANY},
        {"field_name": "responder_id", "from": ANY, "to": ANY},
        {"field_name": "note_type", "value": "public"},
        {"field_name": "reply_sent", "value": ANY},
    ),
    ({"field_name": "ticket_action", "value": "update"}, {"field_name": "note_type", "value": ANY}),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of our two rules."""

    type: int
    setting: str
    name: str
    tab: str


KINDS = (
    Kind(CREATION, "created", f"{NAME}: new tickets", "Ticket Creation"),
    Kind(UPDATES, "updated", f"{NAME}: changed tickets", "Ticket Updates"),
)


def set_up_rules(run: Run) -> None:
    """Find or create both rules, and make the key that they carry; where the account does not let us, say how."""
    if not run.key:
        run.key = secrets.token_hex(KEY_BYTES)  # header values take no commas or colons
        run.secrets["webhook_key"] = run.key
    ids: dict[str, int] = {}
    failed = []
    for kind in KINDS:
        try:
            id_ = _rule(run, kind)
        except RefusedError as err:
            if err.status == 401:
                raise
            run.note("skip", "automation rule", f"{kind.name} could not be made: {err}")
            failed.append(kind)
        else:
            ids |= {kind.setting: id_} if id_ is not None else {}
    run.written["rules"] = ids
    if failed:
        _say_how(run, failed)
    elif not run.plan.dry_run and not runs_all(run):
        run.by_hand(_RUN_ALL)


def remove_rules(run: Run) -> None:
    """Remove our rules; where the account does not let us, say how."""
    for kind in KINDS:
        try:
            found = find_rule(run, kind)
            if found is not None:
                run.remove(f"{_path(kind)}/{found['id']}", "automation rule", kind.name)
        except RefusedError as err:
            if err.status == 401:
                raise
            run.by_hand(f"Admin > Workflows > Automations > {kind.tab}: delete the rule `{kind.name}` if it is there")


def find_rule(run: Run, kind: Kind) -> dict[str, Any] | None:
    """Return our rule: of the stored id, whatever an admin renamed about it, else by its name."""
    rules = run.all(_path(kind), "rules")
    stored = getattr(run.settings.rules, kind.setting)
    return next((rule for rule in rules if rule.get("id") == stored), None) or next(
        (rule for rule in rules if rule.get("name") == kind.name), None
    )


def runs_all(run: Run) -> bool:
    """Return whether rules for new tickets all run; False also where Freshdesk does not say."""
    body = run.client.get(f"/api/v2/automations/{CREATION}/rules").body
    meta = body.get("meta") if isinstance(body, dict) else None
    return isinstance(meta, dict) and meta.get("cascading_rules") is True


def webhook_url(url: str) -> str:
    """Return the address for the rules: with the ticket's id in it, so that a broken body loses nothing."""
    return f"{url}?{ID_PARAMETER}={{{{ticket.id}}}}"


def action_of(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a rule's webhook action, {} without one."""
    actions = rule.get("actions")
    found = [each for each in actions if isinstance(each, dict)] if isinstance(actions, list) else []
    return next((each for each in found if each.get("field_name") == WEBHOOK), {})


def statuses_of(rule: Mapping[str, Any]) -> frozenset[int]:
    """Return the statuses that a rule's condition lets through."""
    found = set()
    for condition in rule.get("conditions") or []:
        for each in condition.get("properties") or [] if isinstance(condition, dict) else []:
            if isinstance(each, dict) and each.get("field_name") == "status" and isinstance(each.get("value"), list):
                found |= {int(value) for value in each["value"] if str(value).isdigit()}
    return frozenset(found)


def status_choices(run: Run) -> dict[int, str]:
    """Return the account's statuses, id to the agents' label."""
    fields = [each for each in run.all("/api/v2/ticket_fields") if each.get("type") == "default_status"]
    choices = fields[0].get("choices") if fields else None
    there = choices if isinstance(choices, dict) else {}
    return {
        int(id_): str(labels[0] if isinstance(labels, list) and labels else labels)
        for id_, labels in there.items()
        if str(id_).isdigit()
    }


def _rule(run: Run, kind: Kind) -> int | None:
    """Return our rule's id, None in a dry run that found none."""
    statuses = sorted(set(status_choices(run)) | set(STATUSES))
    found = find_rule(run, kind)
    if found is None:
        return _create(run, kind, statuses)
    id_ = int(found["id"])
    whole = item(run.client.get(f"{_path(kind)}/{id_}"))
    if _is_right(run, whole) and whole.get("active") is True and set(statuses) <= statuses_of(whole):
        run.note("found", "automation rule", kind.name, id_)
        return id_
    body = _body(run, kind, statuses) | {"active": True}
    body |= {key: whole[key] for key in ("performer", "events") if key in whole}  # the admin may have edited them
    run.change(f"{_path(kind)}/{id_}", "automation rule", kind.name, body)
    return id_


def _create(run: Run, kind: Kind, statuses: Sequence[int]) -> int | None:
    """Create the rule switched off, read it back, and switch it on if it is what we asked for."""
    refused: RefusedError | None = None
    for events in EVENTS if kind.type == UPDATES else ((),):
        body = _body(run, kind, statuses)
        if kind.type == UPDATES:
            body["performer"] = {"type": AGENT_OR_REQUESTER}
            body["events"] = [dict(event) for event in events]
        try:
            made = run.create(_path(kind), "automation rule", kind.name, {**body, "active": False})
        except RefusedError as err:
            if err.status != 400:
                raise
            refused = err
            continue
        if made is None:
            return None
        path = f"{_path(kind)}/{made['id']}"
        if not _is_right(run, item(run.client.get(path))):
            run.remove(path, "automation rule", f"{kind.name} (Freshdesk kept another webhook than was asked for)")
            raise RefusedError("freshdesk: the rule's webhook was not kept as sent", platform=PLATFORM)
        run.client.put(path, {**body, "active": True})
        return int(made["id"])
    raise refused or RefusedError("freshdesk: no rule could be made", platform=PLATFORM)


def _body(run: Run, kind: Kind, statuses: Sequence[int]) -> dict[str, Any]:
    """Return a rule that lets every ticket through: conditions are required, so every status is listed."""
    properties = [{"resource_type": "ticket", "field_name": "status", "operator": "in", "value": list(statuses)}]
    return {
        "name": kind.name,
        "description": f"Made by {NAME}: tells it which ticket to look at",
        "conditions": [{"name": "condition_set_1", "match_type": "all", "properties": properties}],
        "actions": [
            {
                "field_name": WEBHOOK,
                "request_type": "POST",
                "url": webhook_url(run.plan.webhook_url),
                "content_type": "JSON",
                "content_layout": "2",
                "content": TEMPLATE,
                "custom_headers": {KEY_HEADER: run.key},
            }
        ],
    }


def _is_right(run: Run, rule: Mapping[str, Any]) -> bool:
    """Return whether a rule calls us with our key. A key that is shown masked counts as ours unless it is a new one."""
    action = action_of(rule)
    headers = action.get("custom_headers")
    given = {str(key).lower(): str(value) for key, value in headers.items()} if isinstance(headers, dict) else {}
    key = given.get(KEY_HEADER.lower(), "")
    masked = bool(_MASKED.fullmatch(key)) and "webhook_key" not in run.secrets
    return action.get("url") == webhook_url(run.plan.webhook_url) and (key == run.key or masked)


def _say_how(run: Run, kinds: Sequence[Kind]) -> None:
    """Tell the admin how to make the rules by hand, to be followed word by word."""
    for kind in kinds:
        place = f"Admin > Workflows > Automations > {kind.tab}"
        run.by_hand(f"{place}: New rule, name `{kind.name}`")
        if kind.type == UPDATES:
            run.by_hand("performed by: Agent or Requester")
            run.by_hand(
                "events, each from Any to Any: status, priority, type, group and agent are changed; public note is "
                "added; reply is sent; ticket is deleted; ticket is marked as spam. Not: ticket is updated"
            )
        run.by_hand("conditions: Status is any of: tick every status")
        run.by_hand("action: Trigger webhook, request type POST, encoding JSON, content Advanced")
        run.by_hand(f"URL: {webhook_url(run.plan.webhook_url)}")
        run.by_hand(f"custom header, on one line: {KEY_HEADER}: <the text in the file of the secret webhook_key>")
        content = ", ".join(
            f'"{key}": {value if isinstance(value, int) else _quoted(value)}' for key, value in TEMPLATE.items()
        )
        run.by_hand(f"content: {{{content}}}")
    if any(kind.type == CREATION for kind in kinds):
        run.by_hand(_RUN_ALL)


def _quoted(text: object) -> str:
    return f'"{text}"'


def _path(kind: Kind) -> str:
    return f"/api/v2/automations/{kind.type}/rules"
