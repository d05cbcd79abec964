"""What every site has from its first day: people's groups and roles, statuses, priorities, fields and one screen."""

import uuid
from typing import TYPE_CHECKING

from sandbox.jira.ids import account_id
from sandbox.jira.model import (
    Context,
    Field,
    Group,
    LinkType,
    Named,
    Role,
    Screen,
    Status,
    Tab,
    Transition,
    User,
)
from sandbox.jira.permissions import ADMIN_GROUP, ADMINISTRATORS, AGENTS, CUSTOMERS

if TYPE_CHECKING:
    from sandbox.jira.store import Store

OPEN, WORK, SUPPORT, CUSTOMER, PENDING = "1", "3", "10001", "10002", "10003"
ESCALATED, RESOLVED, CANCELED, CLOSED = "10004", "5", "10005", "6"
STATUSES = (
    (OPEN, "Open", "new", True),
    (SUPPORT, "Waiting for support", "indeterminate", True),
    (WORK, "Work in progress", "indeterminate", True),
    (ESCALATED, "Escalated", "indeterminate", True),
    (CUSTOMER, "Waiting for customer", "indeterminate", True),
    (PENDING, "Pending", "indeterminate", True),
    (RESOLVED, "Resolved", "done", True),
    (CANCELED, "Canceled", "done", True),
    (CLOSED, "Closed", "done", False),
)
DONE = {status_id for status_id, _, category, _ in STATUSES if category == "done"}
_OPEN_ONES = frozenset(status_id for status_id, *_ in STATUSES) - DONE
TRANSITIONS = (
    Transition(id="11", name="Respond to support", to=SUPPORT, sources=_OPEN_ONES - {SUPPORT}),
    Transition(id="21", name="Start work", to=WORK, sources=_OPEN_ONES - {WORK}),
    Transition(id="31", name="Respond to customer", to=CUSTOMER, sources=_OPEN_ONES - {CUSTOMER}),
    Transition(id="41", name="Pending", to=PENDING, sources=_OPEN_ONES - {PENDING}),
    Transition(id="51", name="Escalate this issue", to=ESCALATED, sources=_OPEN_ONES - {ESCALATED}),
    Transition(id="61", name="Resolve this issue", to=RESOLVED, sources=_OPEN_ONES, fields=("resolution",)),
    Transition(id="71", name="Cancel request", to=CANCELED, sources=_OPEN_ONES),
    Transition(id="81", name="Back to support", to=SUPPORT, sources=frozenset(DONE)),
    Transition(id="91", name="Close", to=CLOSED, sources=frozenset({RESOLVED, CANCELED}), fields=("resolution",)),
)
PRIORITIES = (
    ("1", "Highest", "#d04437"),
    ("2", "High", "#f15C75"),
    ("3", "Medium", "#f79232"),
    ("4", "Low", "#707070"),
    ("5", "Lowest", "#999999"),
)
RESOLUTIONS = (("10000", "Done"), ("10001", "Won't Do"), ("10002", "Duplicate"), ("10003", "Cannot Reproduce"))
ISSUE_TYPES = (
    ("10001", "[System] Service request", False),
    ("10002", "[System] Incident", False),
    ("10003", "Task", False),
    ("10004", "Sub-task", True),
)
LINK_TYPES = (
    ("10000", "Blocks", "is blocked by", "blocks"),
    ("10001", "Duplicate", "is duplicated by", "duplicates"),
    ("10002", "Relates", "relates to", "relates to"),
)
SYSTEM_FIELDS = (
    ("summary", "Summary", "summary"),
    ("description", "Description", "long"),
    ("environment", "Environment", "long"),
    ("issuetype", "Issue Type", "issuetype"),
    ("status", "Status", "status"),
    ("priority", "Priority", "priority"),
    ("resolution", "Resolution", "resolution"),
    ("labels", "Labels", "labels"),
    ("assignee", "Assignee", "person"),
    ("reporter", "Reporter", "person"),
    ("duedate", "Due date", "day"),
    ("project", "Project", "plain"),
    ("creator", "Creator", "plain"),
    ("created", "Created", "plain"),
    ("updated", "Updated", "plain"),
    ("resolutiondate", "Resolved", "plain"),
    ("statuscategorychangedate", "Status Category Changed", "plain"),
    ("comment", "Comment", "plain"),
    ("issuelinks", "Linked Issues", "plain"),
    ("watches", "Watchers", "plain"),
)
DESK = "com.atlassian.servicedesk:"
ORGANIZATIONS_FIELD, PARTICIPANTS_FIELD = "customfield_10002", "customfield_10026"  # other sites have other ids
REQUEST_TYPE, ORGANIZATIONS, PARTICIPANTS, SLA = (
    f"{DESK}vp-origin",
    f"{DESK}sd-customer-organizations",
    f"{DESK}sd-request-participants",
    f"{DESK}sd-sla-field",
)
DESK_FIELDS = (
    (ORGANIZATIONS_FIELD, "Organizations", "organizations", ORGANIZATIONS),
    ("customfield_10010", "Request Type", "request_type", REQUEST_TYPE),
    (PARTICIPANTS_FIELD, "Request participants", "people", PARTICIPANTS),
    ("customfield_10030", "Time to resolution", "sla", SLA),
    ("customfield_10031", "Time to first response", "sla", SLA),
)
ON_SCREEN = (
    "summary",
    "description",
    "priority",
    "labels",
    "assignee",
    "reporter",
    "duedate",
    ORGANIZATIONS_FIELD,
    PARTICIPANTS_FIELD,
)


def furnish(store: "Store") -> None:
    """Fill an empty site. There is no project yet, and nobody but the automation's app."""
    for name in (ADMIN_GROUP, "jira-servicemanagement-users"):
        group_id = str(uuid.uuid4())
        store.groups[group_id] = Group(id=group_id, name=name)
    for role_id, name in (
        (ADMINISTRATORS, "Administrators"),
        (AGENTS, "Service Desk Team"),
        (CUSTOMERS, "Service Desk Customers"),
    ):
        store.roles[role_id] = Role(id=role_id, name=name, description=f"A project role: {name}.")
    app = account_id("app")
    store.users[app] = User(account_id=app, name="Automation for Jira", email="", kind="app")
    _words(store)
    _fields(store)
    _screens(store)


def _words(store: "Store") -> None:
    for status_id, name, category, editable in STATUSES:
        store.statuses[status_id] = Status(id=status_id, name=name, category=category, editable=editable)
    for priority_id, name, color in PRIORITIES:
        store.priorities[priority_id] = Named(id=priority_id, name=name, color=color)
    for resolution_id, name in RESOLUTIONS:
        store.resolutions[resolution_id] = Named(id=resolution_id, name=name)
    for type_id, name, subtask in ISSUE_TYPES:
        store.issue_types[type_id] = Named(id=type_id, name=name, subtask=subtask)
    for link_id, name, inward, outward in LINK_TYPES:
        store.link_types[link_id] = LinkType(id=link_id, name=name, inward=inward, outward=outward)


def _fields(store: "Store") -> None:
    for field_id, name, kind in SYSTEM_FIELDS:
        store.fields[field_id] = Field(id=field_id, name=name, kind=kind)
    for field_id, name, kind, custom in DESK_FIELDS:
        context = Context(id=store.ids.next("context"), name=f"Default Configuration Scheme for {name}")
        store.fields[field_id] = Field(
            id=field_id, name=name, kind=kind, custom=custom, searcher=f"{custom}-searcher", contexts=[context]
        )


def _screens(store: "Store") -> None:
    tab = Tab(id="10000", name="Field Tab", fields=list(ON_SCREEN))
    store.screens["1"] = Screen(id="1", name="Default Screen", tabs=[tab])
    resolve = Tab(id="10001", name="Field Tab", fields=["resolution"])
    store.screens["2"] = Screen(id="2", name="Resolve Issue Screen", tabs=[resolve])
