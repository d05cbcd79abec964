"""The reference vectors of business-time arithmetic, made by an independent brute-force program."""

import json
from datetime import datetime

import pytest

from core.calendars import Calendar
from core.errors import CalendarError
from tests.support import shared

at = datetime.fromisoformat


def add(calendar, vector):
    if vector.get("error"):
        with pytest.raises(CalendarError):
            calendar.add(at(vector["start"]), vector["seconds"])
        return True
    return calendar.add(at(vector["start"]), vector["seconds"]) == at(vector["end"])


def between(calendar, vector):
    got = calendar.between(at(vector["start"]), at(vector["end"]))
    back = calendar.between(at(vector["end"]), at(vector["start"]))
    return got == vector["seconds"] == -back


def add_paused(calendar, vector):
    due = calendar.add(at(vector["start"]), vector["seconds"])
    for begin, end in vector["pauses"]:
        if at(begin) < due:
            due = calendar.add(due, calendar.between(at(begin), at(end)))
    return due == at(vector["end"])


def between_paused(calendar, vector):
    end = at(vector["end"])
    paused = sum(calendar.between(min(at(begin), end), min(at(finish), end)) for begin, finish in vector["pauses"])
    return calendar.between(at(vector["start"]), end) - paused == vector["seconds"]


OPERATIONS = {
    "add": add,
    "between": between,
    "sub": lambda calendar, v: calendar.add(at(v["start"]), -v["seconds"]) == at(v["end"]),
    "is_open": lambda calendar, v: calendar.is_open(at(v["start"])) is v["open"],
    "next_open": lambda calendar, v: calendar.next_open(at(v["start"])) == at(v["end"]),
    "next_close": lambda calendar, v: calendar.next_close(at(v["start"])) == at(v["end"]),
    "add_days": lambda calendar, v: calendar.add_business_days(at(v["start"]), v["days"]) == at(v["end"]),
    "add_paused": add_paused,
    "between_paused": between_paused,
}


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), [("business_time.jsonl", 300), ("business_time_extra.jsonl", 80)])
def test_reference_vectors(name, count):
    """Every reference vector holds: the same answer as counting open minutes one by one."""
    vectors = [json.loads(line) for line in shared("golden", name).read_text().splitlines()]
    wrong = [v["id"] for v in vectors if not OPERATIONS[v["op"]](Calendar.from_mapping(v["calendar"]), v)]
    assert (len(vectors), wrong) == (count, [])
