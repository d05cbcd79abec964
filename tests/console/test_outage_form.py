from datetime import timedelta

import pytest

from core.outages import Outage, OutageKind
from tests.core.test_availability import SPIRION, at
from webhooks.console.outage_form import OutageForm

LASTS = Outage(id="database", begin=at("21 19:00"), kind=OutageKind.UNPLANNED)


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        pytest.param({"id": " db ", "begin": "2026-11-21T14:00"}, {"id": "db", "begin": at("21 19:00")}, id="New York"),
        pytest.param({"end": ""}, {}, id="what is left empty is not given"),
        pytest.param(
            {"begin": "2026-11-01T01:30"}, {"begin": at("01 05:30")}, id="an hour that comes twice: its first"
        ),
        pytest.param({"begin": "2026-03-08T02:30"}, {"begin": at("2026-03-08 07:00")}, id="an hour that does not come"),
        pytest.param({"begin": "soon"}, {"begin": "soon"}, id="what cannot be read is refused by the outage"),
        pytest.param({"csrf": "x", "other": "y"}, {}, id="other fields are none of an outage"),
    ],
)
def test_values(fields, values):
    """A form's wall time is the promise's zone's."""
    assert OutageForm.sent(fields).values(SPIRION, None) == values


@pytest.mark.parametrize("seconds", [0, 12, 3600 * 24 * 10.5 - 3600 * 0.5])
def test_what_is_not_touched_stays(seconds):
    """A correction of one field leaves the instants of the others as they are: seconds, and the hour after a fold."""
    begin = at("01 06:30") + timedelta(seconds=seconds)  # 01:30 for the second time
    before = Outage(id="database", begin=begin, kind=OutageKind.UNPLANNED)
    form = OutageForm.of(before, SPIRION)
    values = OutageForm.sent({**form.fields, "source": "page", "replaces": form.replaces}).values(SPIRION, before)
    assert values == {
        "id": "database",
        "kind": "unplanned",
        "begin": begin,
        "service": "production",
        "source": "page",
    }


def test_an_end_can_be_taken_away():
    """An emptied field is no end."""
    before = Outage(id="database", begin=at("21 19:00"), kind=OutageKind.UNPLANNED, end=at("21 20:00"))
    fields = {**OutageForm.of(before, SPIRION).fields, "end": ""}
    assert "end" not in OutageForm.sent(fields).values(SPIRION, before)


def test_the_empty_form():
    """A new outage is unplanned and of production until somebody says otherwise."""
    assert {name: text for name, text in OutageForm.empty().fields.items() if text} == {
        "kind": "unplanned",
        "service": "production",
    }
