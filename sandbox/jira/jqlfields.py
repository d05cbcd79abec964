"""What the names in a JQL query stand for: which values an issue has, and how a written value is read.

Source: fact sheet 7.2. Absolute times are read in the caller's zone (UNCONFIRMED); their resolution is the minute.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.jira.errors import ApiError, refused
from sandbox.jira.issues_model import Issue
from sandbox.jira.model import CATEGORIES, Field, User

if TYPE_CHECKING:
    from sandbox.jira.store import Store

UNITS = {"w": 10080, "d": 1440, "h": 60, "m": 1}  # minutes
ABSOLUTE = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
ALIASES = {
    "issuekey": "key",
    "issue": "key",
    "type": "issuetype",
    "createddate": "created",
    "updateddate": "updated",
    "resolved": "resolutiondate",
    "due": "duedate",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when: relative times and ``currentUser()`` depend on it."""

    person: User | None
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which absolute times are read."""
        return ZoneInfo(self.person.time_zone if self.person else "UTC")


@dataclass(frozen=True, slots=True)
class Term:
    """A field in a query. ``values`` of an issue are empty where it has none."""

    name: str
    values: Callable[[Issue], list[Any]]
    reading: Callable[[str, bool], Any]
    calling: Callable[[str], Any]

    def read(self, text: str, *, quoted: bool) -> Any:
        """Return a written value in the form that ``values`` has."""
        return self.reading(text, quoted)

    def call(self, function: str) -> Any:
        """Return what a function without arguments stands for."""
        return self.calling(function)

    def order(self, issue: Issue) -> tuple[bool, Any]:
        """Return the key to sort by; issues without a value come first."""
        values = self.values(issue)
        return (bool(values), values[0] if values else 0)


def term(store: "Store", name: str, asking: Asking) -> Term:
    """Return what a name stands for.

    Raises:
        ApiError: 400, there is no such field, or it has no searcher.
    """
    plain = name.strip("\"'")
    key = ALIASES.get(plain.casefold(), plain.casefold())
    if key == "key":
        return Term(key, lambda i: [_number(i.key)], lambda text, _: _key(store, text), _no_function)
    if key in ("id", "issueid"):
        return Term("id", lambda i: [int(i.id)], lambda text, _: _integer(text), _no_function)
    if key == "project":
        return Term(key, lambda i: [i.project_id], lambda text, _: _project(store, text), _no_function)
    if key == "statuscategory":
        return Term(key, lambda i: [store.statuses[i.status].category], lambda text, _: _category(text), _no_function)
    if key in ("created", "updated", "resolutiondate", "statuscategorychangeddate"):
        return Term(
            key, _instants(key), lambda text, quoted: _instant(text, quoted, asking), lambda f: _moment(f, asking)
        )
    if key in ("text", "comment"):
        return Term(key, lambda i: _texts(i, key), lambda text, _: text, _no_function)
    field = _field(store, ALIASES.get(plain.casefold(), plain))
    if field is None or (field.custom and field.searcher is None):
        raise refused(400, f"Field '{plain}' does not exist or you do not have permission to view it.")
    return _of_field(store, field, asking)


def _of_field(store: "Store", field: Field, asking: Asking) -> Term:
    match field.kind:
        case "instant":
            return Term(
                field.name,
                lambda i: _some(i.values.get(field.id)),
                lambda text, quoted: _instant(text, quoted, asking),
                lambda f: _moment(f, asking),
            )
        case "day":
            return Term(
                field.name,
                lambda i: _some(i.values.get(field.id)),
                lambda text, quoted: _instant(text, quoted, asking).astimezone(asking.zone).date(),
                lambda f: _moment(f, asking).astimezone(asking.zone).date(),
            )
        case "number":
            return Term(field.name, lambda i: _some(i.values.get(field.id)), lambda text, _: _float(text), _no_function)
        case "person" | "people":
            return Term(
                field.name,
                lambda i: _some(i.values.get(field.id)),
                lambda text, _: _person(store, text),
                lambda f: _caller(f, asking),
            )
        case "request_type":
            names = {record.id: record.name for record in store.request_types.values()}
            return Term(
                field.name,
                lambda i: [names[i.request_type]] if i.request_type else [],
                lambda text, _: text,
                _no_function,
            )
        case _:
            return Term(
                field.name,
                lambda i: _some(i.values.get(field.id)),
                lambda text, _: _record(store, field, text),
                _no_function,
            )


def _field(store: "Store", name: str) -> Field | None:
    number = re.fullmatch(r"cf\[(\d+)\]", name, re.IGNORECASE)
    wanted = f"customfield_{number[1]}" if number else name
    fields = store.live_fields()
    by_id = next((field for field in fields if field.id == wanted.casefold()), None)
    return by_id or next((field for field in fields if field.name.casefold() == name.casefold()), None)


def _some(value: Any) -> list[Any]:
    if value in (None, "", []):
        return []
    return list(value) if isinstance(value, list) else [value]


def _instants(name: str) -> Callable[[Issue], list[Any]]:
    attribute = {
        "created": "created_at",
        "updated": "updated_at",
        "resolutiondate": "resolved_at",
        "statuscategorychangeddate": "category_changed_at",
    }[name]
    return lambda issue: _some(getattr(issue, attribute))


def _texts(issue: Issue, name: str) -> list[Any]:
    comments = [comment.body for comment in issue.comments]
    if name == "comment":
        return comments
    return [str(issue.values.get("summary")), str(issue.values.get("description") or ""), *comments]


def _number(key: str) -> tuple[str, int]:
    prefix, _, number = key.rpartition("-")
    return prefix, int(number)


def _key(store: "Store", text: str) -> tuple[str, int]:
    if text in store.issues:
        return _number(store.issues[text].key)
    found = next((i for i in store.issues.values() if text.upper() in (i.key, *i.old_keys)), None)
    if found is None:
        raise refused(400, f"An issue with key '{text}' does not exist for field 'key'.")
    return _number(found.key)


def _integer(text: str) -> int:
    if not text.isdigit():
        raise refused(400, f"The value '{text}' is not a number.")
    return int(text)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise refused(400, f"The value '{text}' is not a number.") from None


def _project(store: "Store", text: str) -> str:
    wanted = text.casefold()
    for project in store.projects.values():
        if wanted in (project.id, project.key.casefold(), project.name.casefold()):
            return project.id
    raise refused(400, f"The value '{text}' does not exist for the field 'project'.")


def _category(text: str) -> str:
    for key, (number, name, _) in CATEGORIES.items():
        if text.casefold() in (key, str(number), name.casefold()):
            return key
    raise refused(400, f"The value '{text}' does not exist for the field 'statusCategory'.")


def _record(store: "Store", field: Field, text: str) -> Any:
    """Return the id of a status, priority, option and so on by its id or name; any other value as it stands."""
    tables: dict[str, Any] = {
        "status": store.statuses,
        "priority": store.priorities,
        "resolution": store.resolutions,
        "issuetype": store.issue_types,
        "organizations": store.organizations,
    }
    records = tables.get(field.kind)
    if records is not None:
        for record in records.values():
            if text == record.id or text.casefold() == record.name.casefold():
                return record.id
    elif field.kind in ("option", "options"):
        for context in field.contexts:
            for option in context.options:
                if text == option.id or text.casefold() == option.value.casefold():
                    return option.id
    else:
        return text
    raise refused(400, f"The value '{text}' does not exist for the field '{field.name}'.")


def _person(store: "Store", text: str) -> str:
    found = store.find_person(text) or store.person_by_email(text)
    return found.account_id if found else text


def _caller(function: str, asking: Asking) -> str:
    if function.casefold() != "currentuser" or asking.person is None:
        raise _unknown(function)
    return asking.person.account_id


def _no_function(function: str) -> Any:
    raise _unknown(function)


def _unknown(function: str) -> ApiError:
    return refused(400, f"Unable to find JQL function '{function}()'.")


def _moment(function: str, asking: Asking) -> datetime:
    local = asking.now.astimezone(asking.zone)
    midnight = datetime.combine(local.date(), time(), asking.zone)
    match function.casefold():
        case "now":
            return asking.now
        case "startofday":
            return midnight.astimezone(UTC)
        case "endofday":
            return (midnight + timedelta(days=1)).astimezone(UTC)
        case "startofweek":
            return (midnight - timedelta(days=(local.weekday() + 1) % 7)).astimezone(UTC)
        case _:
            raise _unknown(function)


def _instant(text: str, quoted: bool, asking: Asking) -> datetime:
    parts = re.fullmatch(r"([+-]?)((?:\d+[wdhm]\s*)+)", text)
    if parts:
        minutes = sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([wdhm])", parts[2]))
        return asking.now + timedelta(minutes=-minutes if parts[1] == "-" else minutes)
    if text.isdigit() and not quoted:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    for pattern in ABSOLUTE:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=asking.zone).astimezone(UTC)
        except ValueError:
            continue
    valid = (
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )
    raise refused(400, f"Date value '{text}' for field 'updated' is invalid. Valid formats include: {valid}")
