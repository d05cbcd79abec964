"""Reading a calendar as a person or a program wrote it: every fault at once, each with its path and a remedy."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from core.calendar_content import (
    ALL_DAY,
    DAY_MINUTES,
    FIRST_YEAR,
    LAST_YEAR,
    WEEKDAYS,
    CalendarContent,
    Shift,
    Shifts,
)
from core.errors import CalendarError, Fault
from core.holiday_dates import CUSTOMER, HolidaySource, source_faults
from core.zones import is_zone, unknown_zone

_KEYS = ("timezone", "default_timezone", "hours", "open", "holidays", "special")
_SOURCE_KEYS = ("country", "subdivision", "categories", "observed")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_RANGE = re.compile(r"\s*([0-9]{1,2}:[0-9]{2})\s*[-–]\s*([0-9]{1,2}:[0-9]{2})\s*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHIFT_REMEDY = 'write "09:00-17:00", a list of such, or [] for closed'


def read_calendar(mapping: object, name: str) -> CalendarContent:
    """Return the content of the calendar that a parsed YAML or JSON mapping describes.

    Args:
        mapping: the golden form (``timezone``, ``hours`` by weekday as pairs, ``holidays`` as dates, ``special``) or
            the policy form, which adds ``open: 24x7``, ranges of weekdays, ``"09:00-18:00"``, sources of holidays
            and ``timezone: customer`` with its ``default_timezone``.
        name: what the faults call the calendar.
    Raises:
        CalendarError: with every fault at once.
    """
    reader = _Reader(name)
    content = reader.content(mapping)
    if reader.faults:
        raise CalendarError(tuple(reader.faults))
    return content


class _Reader:
    """One reading. A method returns something usable also where it notes a fault, so that reading goes on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.faults: list[Fault] = []

    def _fault(self, path: str, message: str) -> None:
        self.faults.append(Fault(message, path=path, source=self._name))

    def content(self, mapping: object) -> CalendarContent:
        fields = self._fields(mapping, "", _KEYS)
        timezone, follows_customer = self._timezone(fields)
        hours = self._hours(fields)
        dates, sources = self._holidays(fields.get("holidays", []))
        special = self._special(fields.get("special", {}))
        return CalendarContent(timezone, hours, frozenset(dates), tuple(sources), special, follows_customer)

    def _fields(self, mapping: object, path: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(mapping, Mapping):
            self._fault(path, f"{shown(mapping)} is not a mapping; write the keys {', '.join(known)} of it")
            return {}
        for key in mapping:
            if key not in known:
                near = get_close_matches(key, known, n=1) if isinstance(key, str) else []
                remedy = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(known)}"
                self._fault(path, f"{shown(key)} is not a key here; {remedy}")
        return {key: value for key, value in mapping.items() if key in known}

    def _timezone(self, fields: Mapping[str, Any]) -> tuple[str, bool]:
        key = "timezone"
        follows_customer = fields.get("timezone") == CUSTOMER
        if follows_customer:
            key = "default_timezone"
        elif "default_timezone" in fields:
            self._fault("default_timezone", "goes with `timezone: customer` alone; remove it")
        value = fields.get(key)
        if key not in fields:
            self._fault(key, "is required; write an IANA name such as America/New_York")
        elif not is_zone(value):
            self._fault(key, unknown_zone(value))
        return value if isinstance(value, str) else "", follows_customer

    def _hours(self, fields: Mapping[str, Any]) -> tuple[Shifts, ...]:
        if "open" not in fields:
            return self._weekly(fields.get("hours", {}))
        if fields["open"] != "24x7":
            self._fault("open", f"{shown(fields['open'])} is not known; write 24x7, or `hours` instead")
        for key in ("hours", "holidays", "special"):
            if key in fields:
                remedy = "remove it, or write `hours: {mon-sun: 00:00-24:00}` instead of `open`"
                self._fault(key, f"a calendar that is always open has no {key}; {remedy}")
        return (ALL_DAY,) * 7

    def _weekly(self, hours: object) -> tuple[Shifts, ...]:
        week: list[Shifts] = [()] * 7
        named_by: dict[int, object] = {}
        for key, value in self._items(hours, "hours", 'write {mon-fri: "09:00-17:00"}'):
            path = f"hours.{key[:40]}" if isinstance(key, str) else "hours"
            shifts = self._shifts(value, path)
            for weekday in self._weekdays(key, path):
                if weekday in named_by:
                    self._fault(path, f"{WEEKDAYS[weekday]} is named by {shown(named_by[weekday])} too; name it once")
                named_by[weekday] = key
                week[weekday] = shifts
        return tuple(week)

    def _weekdays(self, key: object, path: str) -> Iterator[int]:
        """Yield the weekdays (0 is Monday) that a key such as ``mon-fri`` or ``sat,sun`` names."""
        for part in key.split(",") if isinstance(key, str) else [""]:
            ends = [end.strip() for end in part.split("-")]
            if len(ends) > 2 or not all(end in WEEKDAYS for end in ends):
                remedy = f"write one of {', '.join(WEEKDAYS)}, a range such as mon-fri or a list such as sat,sun"
                self._fault(path, f"{shown(key)} names no weekday; {remedy}")
                continue
            first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
            yield from (weekday % 7 for weekday in range(first, last + 1 if first <= last else last + 8))

    def _special(self, special: object) -> tuple[tuple[date, Shifts], ...]:
        days: dict[date, Shifts] = {}
        for key, value in self._items(special, "special", 'write {2026-12-24: "09:00-12:00"}'):
            path = f"special.{str(key)[:40]}" if isinstance(key, str | date) else "special"
            shifts = self._shifts(value, path)
            day = self._date(key, path)
            if day in days:
                self._fault(path, f"{day} is there twice; write it once")
            if day:
                days[day] = shifts
        return tuple(sorted(days.items()))

    def _items(self, mapping: object, path: str, remedy: str) -> Iterable[tuple[object, object]]:
        if isinstance(mapping, Mapping):
            return mapping.items()
        self._fault(path, f"{shown(mapping)} is not a mapping; {remedy}")
        return ()

    def _shifts(self, value: object, path: str) -> Shifts:
        """Return the shifts of one day: ``"09:00-17:00"``, or a list of such texts or of pairs of times."""
        if isinstance(value, str):
            return tuple(self._shift(value, path))
        if isinstance(value, list | tuple):
            return tuple(shift for n, part in enumerate(value) for shift in self._shift(part, f"{path}[{n}]"))
        self._fault(path, f"{shown(value)} is not a shift; {_SHIFT_REMEDY}")
        return ()

    def _shift(self, value: object, path: str) -> Iterator[Shift]:
        if isinstance(value, str) and (text := _RANGE.fullmatch(value)):
            ends: list[object] = list(text.groups())
        elif isinstance(value, list | tuple) and len(value) == 2:
            ends = list(value)
        else:
            self._fault(path, f"{shown(value)} is not a shift; {_SHIFT_REMEDY}")
            return
        opens, closes = self._minutes(ends[0], path, DAY_MINUTES - 1), self._minutes(ends[1], path, DAY_MINUTES)
        if opens is not None and closes is not None:
            yield Shift(opens, closes if closes > opens else closes + DAY_MINUTES)

    def _minutes(self, value: object, path: str, latest: int) -> int | None:
        """Return the minutes since midnight of a time of day."""
        text = _TIME.fullmatch(value) if isinstance(value, str) else None
        if text and int(text[2]) < 60 and (minutes := int(text[1]) * 60 + int(text[2])) <= latest:
            return minutes
        until = "24:00 as an end" if latest == DAY_MINUTES else "23:59 as a beginning"
        quoted = "" if isinstance(value, str) else ', in quotes: "09:00"'
        self._fault(path, f"{shown(value)} is not a time of day; write HH:MM, at most {until}{quoted}")
        return None

    def _date(self, value: object, path: str) -> date | None:
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                value = date.fromisoformat(value)
            except ValueError as err:
                self._fault(path, f"{value!r} is not a date: {err}")
                return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self._fault(path, f"{shown(value)} is not a date; write it as 2026-12-24")
        elif not FIRST_YEAR <= value.year <= LAST_YEAR:
            self._fault(path, f"{value} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        else:
            return value
        return None

    def _holidays(self, holidays: object) -> tuple[list[date], list[HolidaySource]]:
        dates, sources = [], []
        if not isinstance(holidays, list | tuple):
            self._fault("holidays", f"{shown(holidays)} is not a list; write [2026-12-25, {{country: US}}]")
            return [], []
        for n, value in enumerate(holidays):
            path = f"holidays[{n}]"
            if isinstance(value, Mapping):
                sources.append(self._source(value, path))
            elif day := self._date(value, path):
                dates.append(day)
        return dates, sources

    def _source(self, mapping: Mapping[Any, Any], path: str) -> HolidaySource:
        before = len(self.faults)
        fields = self._fields(mapping, path, _SOURCE_KEYS)
        country, subdivision = fields.get("country"), fields.get("subdivision")
        categories, observed = fields.get("categories", []), fields.get("observed", True)
        if not isinstance(country, str):
            quoted = " in quotes (YAML reads NO as false)" if isinstance(country, bool) else ""
            self._fault(f"{path}.country", f"{shown(country)} is not a country; write its ISO 3166 code{quoted}, as US")
        if subdivision is not None and not isinstance(subdivision, str):
            self._fault(f"{path}.subdivision", f"{shown(subdivision)} is not a subdivision; write its code in quotes")
        if not isinstance(categories, list | tuple) or not all(isinstance(name, str) for name in categories):
            self._fault(f"{path}.categories", f"{shown(categories)} is not a list of categories; write [public]")
        if not isinstance(observed, bool):
            self._fault(f"{path}.observed", f"{shown(observed)} is neither true nor false")
        if len(self.faults) > before:
            return HolidaySource(CUSTOMER)
        source = HolidaySource(str(country), subdivision, tuple(categories), observed)
        for key, message in source_faults(source):
            self._fault(f"{path}.{key}", message)
        return source


def shown(value: object) -> str:
    """Return a value as a message can show it: short, and without the inside of what is nested."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, float | date) else f"a value of type {type(value).__name__}"
