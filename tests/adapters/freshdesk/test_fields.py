"""Our values in Freshdesk's fields, and back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.freshdesk.fields import NoChoiceError, instant_of, local_text, rendered, shown
from adapters.freshdesk.settings import FieldNames
from core.update import Field
from core.zones import zone

BERLIN, LORD_HOWE = zone("Europe/Berlin"), zone("Australia/Lord_Howe")
DUE = FieldNames(text="cf_due", date="cf_day")
STATE = FieldNames(dropdown="cf_state", choices={"at_risk": "At risk", "2": "2"})


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 24, 13, 30, tzinfo=UTC), "2026-11-24 14:30 CET (+01:00)"),
        (datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC), "2026-07-01 14:00:05 CEST (+02:00)"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30 CEST (+02:00)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30 CET (+01:00)"),
    ],
)
def test_local_text(at, text):
    """Agents read local time; the offset tells the two hours apart that the clocks repeat."""
    assert local_text(at, BERLIN) == text
    assert instant_of(text) == at


@given(st.integers(160_000_000, 4_100_000_000), st.sampled_from([BERLIN, LORD_HOWE]))
def test_instants_come_back(seconds, local):
    """What was written is read as the same second, in any zone."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert instant_of(local_text(at, local)) == at
    names = rendered(DUE, at, local)
    assert shown(Field.NEXT_DUE, DUE, names, local) == at


@pytest.mark.parametrize(
    ("field", "names", "custom", "value"),
    [
        (Field.STATE, STATE, {"cf_state": "At risk"}, "at_risk"),
        (Field.TIER, STATE, {"cf_state": "2"}, 2),
        (Field.STATE, STATE, {"cf_state": None}, None),
        (Field.STATE, STATE, {"cf_state": "Their own"}, "changed by hand: Their own"),
        (Field.NEXT_DUE, DUE, {"cf_due": "soon", "cf_day": None}, "changed by hand: soon, None"),
        (
            Field.NEXT_DUE,
            DUE,
            {"cf_due": "2026-11-24 14:30 CET (+01:00)", "cf_day": "2026-11-25"},
            "changed by hand: 2026-11-24 14:30 CET (+01:00), 2026-11-25",
        ),
        (
            Field.NEXT_DUE,
            DUE,
            {"cf_due": "2026-11-24 14:30 CET (+01:00)", "cf_day": "2026-11-24T00:00:00Z"},
            datetime(2026, 11, 24, 13, 30, tzinfo=UTC),
        ),
        (
            Field.NEXT_DUE,
            DUE,
            {"cf_due": "2026-13-45 99:30 CET (+01:00)", "cf_day": ""},
            "changed by hand: 2026-13-45 99:30 CET (+01:00), None",
        ),
        (Field.PLAN, FieldNames(text="cf_p"), {"cf_p": "Gold"}, "Gold"),
    ],
)
def test_shown(field, names, custom, value):
    """What cannot be ours equals no value of ours, so the next write puts it right."""
    assert shown(field, names, custom, BERLIN) == value


def test_no_choice():
    """A value without a choice would have the whole update refused."""
    with pytest.raises(NoChoiceError, match="connect"):
        rendered(STATE, "breached", BERLIN)


def test_cleared():
    """None takes every field of the value away."""
    assert rendered(DUE, None, BERLIN) == {"cf_due": None, "cf_day": None}
