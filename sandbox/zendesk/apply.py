"""Putting what a client or a rule asks for onto a draft of a ticket, with what Zendesk does on its own beside it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.zendesk.errors import invalid, invalid_attribute
from sandbox.zendesk.fieldvalues import UNKNOWN, refusal, stored, tags_of, value_from_tags
from sandbox.zendesk.inputs import FollowerInput, TicketInput
from sandbox.zendesk.model import PRIORITIES, STATUSES, TYPES, CustomField, User
from sandbox.zendesk.tickets_model import Ticket

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

PLAIN = ("external_id", "problem_id", "brand_id")


def apply(store: "Store", draft: Ticket, given: TicketInput, *, by_rule: bool = False, bulk: bool = False) -> None:
    """Change ``draft`` as ``given`` says.

    Args:
        store: the account.
        draft: is changed.
        given: only keys that were sent count; null clears.
        by_rule: a trigger asks, which may also add and remove tags and needs no required fields.
        bulk: update_many asks, the only API call in which additional_tags and remove_tags are documented.

    Raises:
        ApiError: 400 or 422, whatever Zendesk refuses.
    """
    sent = given.sent()
    for name in PLAIN:
        if name in sent:
            setattr(draft, name, sent[name])
    if subject := given.subject or given.raw_subject:
        draft.subject = subject
    _apply_people(store, draft, sent)
    if "priority" in sent:
        draft.priority = _choice("priority", given.priority, PRIORITIES)
    if "type" in sent:
        draft.type = _choice("type", given.type, TYPES)
    if sent.get("ticket_form_id"):
        draft.ticket_form_id = store.get(store.ticket_forms, sent["ticket_form_id"]).id
    if "due_at" in sent and draft.type == "task":  # on any other type: ignored; UNCONFIRMED
        draft.due_at = _instant(given.due_at)
    _apply_status(store, draft, sent)
    _apply_assignment(store, draft, sent)
    _apply_tags(store, draft, given, may_add=by_rule or bulk)
    for item in [*(given.custom_fields or []), *(given.fields_ or [])]:
        field = store.ticket_fields.get(item.id)
        if field and field.active and not field.system:
            _set_field(draft, field, item.value)
    _follow(store, draft.follower_ids, given.followers, staff_only=True)
    _follow(store, draft.email_cc_ids, given.email_ccs, staff_only=False)
    if not by_rule and draft.status in ("solved", "closed") and "status" in sent:
        _need_required(store, draft)


def _apply_people(store: "Store", draft: Ticket, sent: dict[str, Any]) -> None:
    if sent.get("requester_id"):
        requester = store.users.get(sent["requester_id"])
        if requester is None:
            raise invalid("requester", "Requester: is not a valid user", "InvalidValue")
        if requester.id != draft.requester_id:
            draft.requester_id, draft.organization_id = requester.id, requester.organization_id
    if "organization_id" in sent:
        if sent["organization_id"] is not None and sent["organization_id"] not in store.organizations:
            raise invalid("organization", "Organization: is invalid", "InvalidValue")
        draft.organization_id = sent["organization_id"]


def _apply_status(store: "Store", draft: Ticket, sent: dict[str, Any]) -> None:
    if custom_id := sent.get("custom_status_id"):
        custom = store.custom_statuses.get(custom_id)
        if custom is None or not custom.active:
            raise invalid("custom_status_id", "Custom status: is invalid", "InvalidValue")
        draft.custom_status_id, draft.status = custom.id, custom.status_category
    elif sent.get("status"):
        status = sent["status"]
        known = status in STATUSES[:-1] and (status != "hold" or store.switches.hold_enabled)
        if not known:
            raise invalid("status", f"Status: {status} is not valid", "InvalidValue")
        if status != draft.status:
            draft.status, draft.custom_status_id = status, store.default_status(status)


def _apply_assignment(store: "Store", draft: Ticket, sent: dict[str, Any]) -> None:
    """Set group and assignee. An assignee brings one of its groups along and opens a new ticket.

    That a change of the group alone drops an assignee who is not in it is UNCONFIRMED.
    """
    if "group_id" in sent:
        if sent["group_id"] is not None and sent["group_id"] not in store.groups:
            raise invalid("group", "Group: is invalid", "InvalidValue")
        draft.group_id = sent["group_id"]
        if draft.assignee_id and draft.group_id not in store.groups_of(draft.assignee_id):
            draft.assignee_id = None
    if sent.get("assignee_email"):
        found = store.user_by_email(sent["assignee_email"])
        sent = sent | {"assignee_id": found.id if found else -1}
    if "assignee_id" not in sent:
        return
    if sent["assignee_id"] is None:
        draft.assignee_id = None
        return
    agent = store.users.get(sent["assignee_id"])
    groups = store.groups_of(agent.id) if agent else []
    if agent is None or not agent.is_staff or not groups:
        raise invalid("assignee", "Assignee: is not an agent with a group", "InvalidValue")
    draft.assignee_id = agent.id
    if draft.group_id not in groups:
        draft.group_id = groups[0]
    if draft.status == "new":
        draft.status, draft.custom_status_id = "open", store.default_status("open")


def _apply_tags(store: "Store", draft: Ticket, given: TicketInput, *, may_add: bool) -> None:
    tags = set(draft.tags)
    if "tags" in given.model_fields_set:
        tags = set(given.tags or ())
    if may_add:
        tags |= set(given.additional_tags or ())
        tags -= set(given.remove_tags or ())
    set_tags(store, draft, tags)


def set_tags(store: "Store", draft: Ticket, tags: set[str]) -> None:
    """Make ``tags`` the ticket's tags; fields whose tag went are cleared, fields whose tag came are set."""
    if tags == set(draft.tags):
        return
    draft.tags = sorted(tags)
    for field in store.custom_ticket_fields():
        before = draft.custom.get(field.id)
        after = value_from_tags(field, before, tags)
        if after != before:
            _keep(draft, field, after)


def _set_field(draft: Ticket, field: CustomField, value: Any) -> None:
    before, after = draft.custom.get(field.id), stored(field, value)
    if after is UNKNOWN:
        return
    _keep(draft, field, after)
    draft.tags = sorted((set(draft.tags) - tags_of(field, before)) | tags_of(field, after))


def _keep(draft: Ticket, field: CustomField, value: Any) -> None:
    if value is None:
        draft.custom.pop(field.id, None)
    else:
        draft.custom[field.id] = value


def _need_required(store: "Store", draft: Ticket) -> None:
    """Refuse to solve while a required field is empty."""
    on_form = store.ticket_forms[draft.ticket_form_id].ticket_field_ids
    for field in store.custom_ticket_fields():
        if field.required and field.id in on_form and draft.custom.get(field.id) in (None, False):
            raise refusal(field, f"{field.title}: is required when solving a ticket", "BlankValue")


def _follow(store: "Store", ids: list[int], given: list[FollowerInput] | None, *, staff_only: bool) -> None:
    for person in given or []:
        user: User | None = store.users.get(person.user_id or 0) or (
            store.user_by_email(person.user_email) if person.user_email else None
        )
        if user is None or (staff_only and not user.is_staff):
            continue
        if person.action == "delete" and user.id in ids:
            ids.remove(user.id)
        elif person.action == "put" and user.id not in ids:
            ids.append(user.id)


def _choice(name: str, value: str | None, choices: tuple[str, ...]) -> str | None:
    if value is None or value == "":
        return None
    if value not in choices:
        raise invalid(name, f"{name.capitalize()}: {value} is not valid", "InvalidValue")
    return value


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"):
        try:
            at = datetime.strptime(text, form)  # noqa: DTZ007 - a date alone is midnight UTC, set below
        except ValueError:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    raise invalid_attribute("You passed an invalid value for the due_at attribute. Invalid parameter: due_at")
