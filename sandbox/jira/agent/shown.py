"""What the pages show of issues, in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sandbox.common.desk.values import EMPTY, NOTHING, Happened, Labelled, Row, Said, Value, initials, moment, tone_of
from sandbox.jira.fieldkinds import KINDS
from sandbox.jira.furnishing import ORGANIZATIONS_FIELD
from sandbox.jira.issues_model import Comment, Issue, Item
from sandbox.jira.model import Field
from sandbox.jira.state import PLAN_PROPERTY, State

SLA_NAME = re.compile(r"^SLA( [\w ]+:)? ")  # "SLA state", or with the service's name before: "SLA Sidecar: state"
FILLED_IN = "filled in"  # in the description of fields that agents fill in
SECOND_VALUE = re.compile(r" \(.+\)$")  # the same instant once more, in a form that sorts
MOST_ROWS = 100  # the page renders them all once a second
EDITABLE = {"text", "long", "number", "day", "option", "options"}


@dataclass(frozen=True, slots=True)
class Input:
    """A custom field as the form has it; ``text`` is what stands in it, ids of choices with blanks between."""

    id: str
    name: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    many: bool = False
    is_date: bool = False

    @property
    def chosen(self) -> list[str]:
        """The ids of the choices that are made."""
        return self.text.split()


def is_written_by_service(field: Field) -> bool:
    """Return whether the service writes a field; its description says so of those that agents fill in."""
    return SLA_NAME.match(field.name) is not None and FILLED_IN not in field.description


def custom_fields(state: State) -> list[Field]:
    """Return the fields that an administrator made."""
    return [
        field for field in state.live_fields() if field.custom and not field.custom.startswith("com.atlassian.serv")
    ]


def sla_values(state: State, issue: Issue | None) -> Iterator[Labelled]:
    """Yield what the service shows, by name: "SLA next due (date)" only adds how far "SLA next due" is away."""
    fields = {field.name: field for field in custom_fields(state) if is_written_by_service(field)}
    values = issue.values if issue else {}
    for name, field in fields.items():
        if SECOND_VALUE.sub("", name) != name and SECOND_VALUE.sub("", name) in fields:
            continue
        value = shown(field, values.get(field.id), state)
        second = next((f for n, f in fields.items() if n != name and SECOND_VALUE.sub("", n) == name), None)
        if second and values.get(second.id) is not None:
            value = replace(value, detail=shown(second, values[second.id], state).detail)
        short = SLA_NAME.sub("", name)
        yield Labelled(field.id, short[:1].upper() + short[1:], value)


def shown(field: Field, value: Any, state: State) -> Value:
    """Return a custom field's value in words."""
    if value in (None, "", []):
        return NOTHING
    match field.kind:
        case "instant":
            return moment(value, state.clock())
        case "day":
            return Value(f"{value:%-d %b %Y}")
        case "number":
            return Value(f"{value:g}")
        case "option" | "options":
            text = KINDS[field.kind].tell(state, field, value)[1] or EMPTY
            return Value(text.replace(",", ", "), tone_of(text))
        case _:
            return Value(str(KINDS[field.kind].tell(state, field, value)[1]))


def rows(state: State) -> list[Row]:
    """Return the first hundred issues: unresolved ones first, the last changed on top."""
    found = sorted(state.issues.values(), key=lambda issue: (is_done(state, issue), -issue.updated_at.timestamp()))
    return [row(state, issue) for issue in found[:MOST_ROWS]]


def row(state: State, issue: Issue) -> Row:
    """Return one issue as the list has it."""
    status = state.statuses[issue.status]
    shared = [
        state.organizations[one] for one in issue.values.get(ORGANIZATIONS_FIELD) or [] if one in state.organizations
    ]
    priority = state.priorities.get(issue.values.get("priority") or "")
    return Row(
        key=issue.key,
        subject=str(issue.values["summary"]),
        requester=name_of(state, issue.reporter),
        organization=", ".join(one.name for one in shared),
        plan=str(shared[0].properties.get(PLAN_PROPERTY, "")) if shared else "",
        status=status.name,
        status_class=status.category,
        priority=priority.name if priority else "",
        priority_class=f"p{priority.id if priority else ''}",
        updated=moment(issue.updated_at, state.clock()),
        cells=tuple(sla_values(state, issue)),
    )


def is_done(state: State, issue: Issue) -> bool:
    """Return whether an issue's status belongs to the category "done"."""
    return state.statuses[issue.status].category == "done"


def inputs(state: State, issue: Issue) -> list[Input]:
    """Return the custom fields that the form can change."""
    fields = [field for field in state.editable_fields(issue) if field.custom and field.kind in EDITABLE]
    return [_input(state, issue, field) for field in fields]


def _input(state: State, issue: Issue, field: Field) -> Input:
    value = issue.values.get(field.id)
    options = state.options(field, issue.project_id, issue.values["issuetype"])
    texts = value if isinstance(value, list) else [] if value is None else [value]
    return Input(
        id=field.id,
        name=field.name,
        text=" ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in texts),
        options=tuple((option.id, option.value) for option in options) if field.kind.startswith("option") else (),
        many=field.kind == "options",
        is_date=field.kind == "day",
    )


def conversation(state: State, issue: Issue) -> list[Said]:
    """Return the description and the comments, oldest first."""
    opener = Comment(
        id="0",
        author=str(issue.reporter),
        update_author=str(issue.reporter),
        body=str(issue.values.get("description") or issue.values["summary"]),
        created_at=issue.created_at,
        updated_at=issue.created_at,
    )
    return [_said(state, issue, comment) for comment in (opener, *issue.comments)]


def _said(state: State, issue: Issue, comment: Comment) -> Said:
    author = state.users.get(comment.author)
    name = author.name if author else "Former user"
    is_agent = author is not None and state.is_agent(author, state.project_of(issue))
    side = "note" if not comment.public else ("agent" if is_agent else "customer")
    labels = {"note": "Internal note", "agent": "Reply to customer", "customer": "Customer"}
    return Said(
        id=int(comment.id),
        author=name,
        initials=initials(name),
        side=side,
        label=labels[side],
        paragraphs=tuple(part for part in comment.body.split("\n") if part.strip()),
        at=moment(comment.created_at, state.clock()),
    )


def history(state: State, issue: Issue) -> list[Happened]:
    """Return what changed, the newest first."""
    return [
        Happened(
            id=int(entry.id),
            who=name_of(state, entry.author),
            how="changed",
            at=moment(entry.created_at, state.clock()),
            changes=tuple(_change(item) for item in entry.items),
        )
        for entry in reversed(issue.histories)
    ]


def _change(item: Item) -> str:
    name = item.name if item.custom else item.name.capitalize()
    return f"{name}: {item.before[1] or EMPTY} → {item.after[1] or EMPTY}"


def name_of(state: State, account_id: str | None) -> str:
    """Return a person's name."""
    person = state.users.get(account_id or "")
    return person.name if person else EMPTY
