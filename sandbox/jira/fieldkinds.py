"""What the values of each kind of field are: how they are read, shown, and told of in the history.

A kind keeps its value in the plainest form: an id, a text, a number, an instant, a list. The messages of refusals
are Jira's where a source has them (fact sheet 4.1, 12.5); the others are UNCONFIRMED.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sandbox.jira import jsonviews
from sandbox.jira.adf import is_document, plain
from sandbox.jira.dates import read_date, read_datetime
from sandbox.jira.jsonviews import View
from sandbox.jira.model import Field, Project

if TYPE_CHECKING:
    from sandbox.jira.store import Store

Told = tuple[str | None, str | None]
NOTHING: Told = (None, None)
STRING = "Operation value must be a string"
DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
TEXT_LIMIT = 255


class RefusedValueError(Exception):
    """A value that a field does not take; the text is what Jira says."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a value is read for: the field, the project, and whether it comes as version 3 has it."""

    store: "Store"
    field: Field
    project: Project
    issue_type: str
    rich: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value. ``tell`` gives the raw value and the text for the history."""

    schema: dict[str, Any]
    read: Callable[[Reading, Any], Any]
    show: Callable[[View, Field, Any], Any]
    tell: Callable[["Store", Field, Any], Told]
    operations: tuple[str, ...] = ("set",)
    empty: Any = None
    people: bool = False


def _plain(_: View, __: Field, value: Any) -> Any:
    return value


def _tell_text(_: "Store", __: Field, value: Any) -> Told:
    return (None, None if value is None else str(value))


def _tell_raw(_: "Store", __: Field, value: Any) -> Told:
    return NOTHING if value is None else (str(value), str(value))


def _read_text(_: Reading, given: Any) -> str:
    if not isinstance(given, str):
        raise RefusedValueError(STRING)
    if len(given) > TEXT_LIMIT:
        raise RefusedValueError(
            f"The entered text is too long. It exceeds the allowed limit of {TEXT_LIMIT} characters."
        )
    return given


def _read_summary(reading: Reading, given: Any) -> str:
    text = _read_text(reading, given)
    if not text.strip():
        raise RefusedValueError("You must specify a summary of the issue.")
    if "\n" in text:
        raise RefusedValueError("The summary is invalid because it contains newline characters.")
    return text


def _read_long(reading: Reading, given: Any) -> str:
    if reading.rich:
        if not is_document(given):
            raise RefusedValueError(DOCUMENT)
        return plain(given)
    if not isinstance(given, str):
        raise RefusedValueError(STRING)
    return given


def _read_instant(_: Reading, given: Any) -> datetime:
    if not isinstance(given, str):
        raise RefusedValueError(STRING)
    at = read_datetime(given)
    if at is None:
        raise RefusedValueError("Error parsing time: " + given)
    return at


def _tell_instant(_: "Store", __: Field, at: Any) -> Told:
    return (f"{at:%Y-%m-%dT%H:%M:%S%z}", f"{at:%d/%b/%y %-I:%M %p}") if at else NOTHING


def _read_day(_: Reading, given: Any) -> date:
    day = read_date(given) if isinstance(given, str) else None
    if day is None:
        raise RefusedValueError(f"Error parsing date string: {given}" if isinstance(given, str) else STRING)
    return day


def _tell_day(_: "Store", __: Field, day: Any) -> Told:
    return (day.isoformat(), f"{day.isoformat()} 00:00:00.0") if day else NOTHING


def _read_number(_: Reading, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise RefusedValueError("Operation value must be a number")
    return float(given)


def _tell_number(_: "Store", __: Field, value: Any) -> Told:
    return (None, None if value is None else f"{value:g}")


def _read_option(reading: Reading, given: Any) -> str:
    if not isinstance(given, dict):
        raise RefusedValueError("Specify a valid 'id' or 'name' for " + reading.field.name)
    options = reading.store.options(reading.field, reading.project.id, reading.issue_type)
    wanted = given.get("id")
    for option in options:
        if str(wanted) == option.id or ("value" in given and given["value"] == option.value):
            return option.id
    if wanted is not None:
        raise RefusedValueError(f"Option id '{wanted}' is not valid")
    raise RefusedValueError(f"Option value '{given.get('value')}' is not valid")


def _show_option(view: View, field: Field, value: Any) -> Any:
    found = view.store.option(field, value)
    return jsonviews.option(view, found) if found else None


def _tell_option(store: "Store", field: Field, value: Any) -> Told:
    found = store.option(field, value)
    return (found.id, found.value) if found else NOTHING


def _read_options(reading: Reading, given: Any) -> list[str]:
    return [_read_option(reading, item) for item in _list(given)]


def _tell_options(store: "Store", field: Field, value: Any) -> Told:
    found = [option for item in value or [] if (option := store.option(field, item))]
    raw = "[" + ", ".join(option.id for option in found) + "]"
    return (raw, ",".join(option.value for option in found)) if found else NOTHING


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise RefusedValueError("data was not an array")
    return given


def _read_labels(_: Reading, given: Any) -> list[str]:
    labels = _list(given)
    for label in labels:
        if not isinstance(label, str):
            raise RefusedValueError(STRING)
        if " " in label:
            raise RefusedValueError(f"The label '{label}' contains spaces which is invalid.")
        if len(label) > TEXT_LIMIT:
            raise RefusedValueError(
                f"The label '{label}' exceeds the maximum length for labels of {TEXT_LIMIT} characters."
            )
    return sorted(set(labels))


def _tell_labels(_: "Store", __: Field, value: Any) -> Told:
    return (None, " ".join(value or []))


def _read_person(reading: Reading, given: Any) -> str | None:
    if not isinstance(given, dict):
        raise RefusedValueError("expected Object containing a 'name' or 'accountId' property")
    wanted = given.get("name") if reading.store.switches.data_center else given.get("accountId", given.get("id"))
    if wanted is None or (wanted == "-1" and reading.field.id == "assignee"):
        return None
    found = reading.store.find_person(str(wanted))
    if found is None or not found.active:
        raise RefusedValueError(f"User '{wanted}' does not exist.")
    if reading.field.id == "assignee" and not reading.store.may(found, "ASSIGNABLE_USER", reading.project):
        raise RefusedValueError(f"User '{wanted}' cannot be assigned issues.")
    return found.account_id


def _show_person(view: View, _: Field, value: Any) -> Any:
    return jsonviews.user(view, value)


def _tell_person(store: "Store", _: Field, value: Any) -> Told:
    person = store.users.get(value or "")
    if person is None:
        return NOTHING
    return (person.key if store.switches.data_center else person.account_id, person.name)


def _read_people(reading: Reading, given: Any) -> list[str]:
    return [person for item in _list(given) if (person := _read_person(reading, item))]


def _show_people(view: View, _: Field, value: Any) -> Any:
    return [jsonviews.user(view, item) for item in value or []]


def _tell_people(store: "Store", field: Field, value: Any) -> Told:
    told = [_tell_person(store, field, item) for item in value or []]
    raw, names = ", ".join(t[0] or "" for t in told), ", ".join(t[1] or "" for t in told)
    return (f"[{raw}]", names) if told else NOTHING


def _named(table: str, what: str) -> Callable[[Reading, Any], str]:
    def read(reading: Reading, given: Any) -> str:
        records = getattr(reading.store, table)
        if isinstance(given, dict):
            for record in records.values():
                if str(given.get("id")) == record.id or ("id" not in given and given.get("name") == record.name):
                    return str(record.id)
        raise RefusedValueError(f"The {what} selected is invalid.")

    return read


def _show_named(table: str, render: Callable[[View, Any], Any]) -> Callable[[View, Field, Any], Any]:
    def show(view: View, _: Field, value: Any) -> Any:
        record = getattr(view.store, table).get(value)
        return render(view, record) if record else None

    return show


def _tell_named(table: str) -> Callable[["Store", Field, Any], Told]:
    def tell(store: "Store", _: Field, value: Any) -> Told:
        record = getattr(store, table).get(value)
        return (record.id, record.name) if record else NOTHING

    return tell


def _read_organizations(reading: Reading, given: Any) -> list[str]:
    desk = reading.store.desk_of(reading.project)
    found = []
    for item in _list(given):
        if isinstance(item, bool) or not isinstance(item, int):
            raise RefusedValueError("Operation value must be a number")
        if desk is None or str(item) not in desk.organizations:
            raise RefusedValueError(f"Organization '{item}' does not exist or is not part of this service project.")
        found.append(str(item))
    return found


def _show_organizations(view: View, _: Field, value: Any) -> Any:
    known = view.store.organizations
    return [jsonviews.organization(view, known[item]) for item in value or [] if item in known]


def _tell_organizations(store: "Store", _: Field, value: Any) -> Told:
    """Return ids and names; how Jira writes them is UNCONFIRMED."""
    known = [store.organizations[item] for item in value or [] if item in store.organizations]
    return (", ".join(o.id for o in known), ", ".join(o.name for o in known)) if known else NOTHING


def _refuse(_: Reading, __: Any) -> Any:
    raise RefusedValueError("Field cannot be set.")


def _tell_nothing(_: "Store", __: Field, ___: Any) -> Told:
    return NOTHING


def _kind(name: str, *, items: str = "") -> dict[str, Any]:
    return {"type": name, "items": items} if items else {"type": name}


_LISTING = ("add", "set", "remove")
KINDS: dict[str, Kind] = {
    "summary": Kind(_kind("string"), _read_summary, _plain, _tell_text),
    "text": Kind(_kind("string"), _read_text, _plain, _tell_text),
    "long": Kind(_kind("string"), _read_long, lambda view, _, value: view.text(value), _tell_text),
    "instant": Kind(_kind("datetime"), _read_instant, lambda view, _, value: view.at(value), _tell_instant),
    "day": Kind(_kind("date"), _read_day, lambda _, __, day: day.isoformat() if day else None, _tell_day),
    "number": Kind(_kind("number"), _read_number, _plain, _tell_number),
    "option": Kind(_kind("option"), _read_option, _show_option, _tell_option),
    "options": Kind(
        _kind("array", items="option"),
        _read_options,
        lambda view, field, value: [_show_option(view, field, item) for item in value] if value else None,
        _tell_options,
        _LISTING,
    ),
    "labels": Kind(_kind("array", items="string"), _read_labels, _plain, _tell_labels, _LISTING, empty=[]),
    "person": Kind(_kind("user"), _read_person, _show_person, _tell_person, people=True),
    "people": Kind(_kind("array", items="user"), _read_people, _show_people, _tell_people, _LISTING, empty=[]),
    "priority": Kind(
        _kind("priority"),
        _named("priorities", "priority"),
        _show_named("priorities", jsonviews.priority),
        _tell_named("priorities"),
    ),
    "resolution": Kind(
        _kind("resolution"),
        _named("resolutions", "resolution"),
        _show_named("resolutions", jsonviews.resolution),
        _tell_named("resolutions"),
    ),
    "issuetype": Kind(
        _kind("issuetype"),
        _named("issue_types", "issue type"),
        _show_named("issue_types", jsonviews.issue_type),
        _tell_named("issue_types"),
        operations=(),
    ),
    "status": Kind(
        _kind("status"), _refuse, _show_named("statuses", jsonviews.status), _tell_named("statuses"), operations=()
    ),
    "organizations": Kind(
        _kind("array", items="sd-customerorganization"),
        _read_organizations,
        _show_organizations,
        _tell_organizations,
        _LISTING,
        empty=[],
    ),
    "request_type": Kind(_kind("sd-customerrequesttype"), _refuse, _plain, _tell_raw, operations=()),
    "sla": Kind(_kind("sd-servicelevelagreement"), _refuse, _plain, _tell_nothing, operations=()),
    "plain": Kind(_kind("any"), _refuse, _plain, _tell_nothing, operations=()),
}

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
CUSTOM_KINDS = {
    f"{_TYPES}datetime": "instant",
    f"{_TYPES}datepicker": "day",
    f"{_TYPES}float": "number",
    f"{_TYPES}readonlyfield": "text",
    f"{_TYPES}textfield": "text",
    f"{_TYPES}url": "text",
    f"{_TYPES}textarea": "long",
    f"{_TYPES}select": "option",
    f"{_TYPES}radiobuttons": "option",
    f"{_TYPES}multiselect": "options",
    f"{_TYPES}multicheckboxes": "options",
    f"{_TYPES}labels": "labels",
    f"{_TYPES}userpicker": "person",
    f"{_TYPES}multiuserpicker": "people",
}
