"""How values of ours look on a ticket, and back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.django_helpdesk.fields import rendered, shown
from adapters.django_helpdesk.payloads import TicketBody
from adapters.django_helpdesk.settings import INSTANTS
from core.update import Field
from tests.adapters.django_helpdesk.builders import opening, settings, ticket

ALL = {field.value: field.value for field in Field}
BERLIN = {"fields": ALL, "timezone": "Europe/Berlin"}
DUE = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def on(values):
    """Return a ticket on which these values stand, as the API gives it back."""
    return TicketBody.model_validate(ticket(opening(), **values))


@pytest.mark.parametrize(
    ("field", "value", "conf", "expected"),
    [
        pytest.param(Field.STATE, "at_risk", BERLIN, {"custom_sla_state": "at_risk"}, id="text"),
        pytest.param(Field.TIER, 2, BERLIN, {"custom_sla_tier": "2"}, id="a number"),
        pytest.param(Field.TIER, None, BERLIN, {"custom_sla_tier": "-"}, id="cleared: the API takes no empty text"),
        pytest.param(
            Field.NEXT_DUE,
            DUE,
            BERLIN,
            {"custom_sla_next_due": "2026-11-24 14:30+01:00", "due_date": "2026-11-24T13:30:00+00:00"},
            id="an instant, to read and to sort by",
        ),
        pytest.param(
            Field.RESOLUTION_DUE,
            DUE.replace(month=7, second=5),
            BERLIN,
            {"custom_sla_resolution_due": "2026-07-24 15:30:05+02:00"},
            id="summer, with seconds",
        ),
        pytest.param(Field.NEXT_DUE, None, {}, {"due_date": None}, id="no date"),
        pytest.param(
            Field.RESOLUTION_DUE,
            DUE,
            {"due_date": "sla_resolution_due"},
            {"due_date": "2026-11-24T13:30:00+00:00"},
            id="another date",
        ),
        pytest.param(Field.NEXT_DUE, DUE, {"due_date": None}, {}, id="shown nowhere"),
    ],
)
def test_rendered(field, value, conf, expected):
    """An instant is local text with its offset; the one chosen is the ticket's "Due on" as well."""
    assert rendered(field, value, settings(**conf)) == expected


HAND = "changed by hand: "


@pytest.mark.parametrize(
    ("text", "due_date", "expected"),
    [
        pytest.param(None, None, None, id="never written"),
        pytest.param("-", None, None, id="cleared"),
        pytest.param("2026-11-24 14:30+01:00", "2026-11-24T14:30:00.5+01:00", DUE, id="both"),
        pytest.param("", "2026-11-24T13:30:00Z", f"{HAND}None, 2026-11-24T13:30:00+00:00", id="the text is missing"),
        pytest.param("tomorrow", None, f"{HAND}tomorrow, None", id="typed by somebody"),
        pytest.param(None, "0001-01-01T00:00:00+01:00", f"{HAND}None, 0001-01-01T00:00:00+01:00", id="the year 1"),
        pytest.param(
            "2026-11-24 14:30+01:00",
            "2026-11-25T13:30:00Z",
            f"{HAND}2026-11-24 14:30+01:00, 2026-11-25T13:30:00+00:00",
            id="they disagree",
        ),
    ],
)
def test_shown(text, due_date, expected):
    """What is ours is read back; anything else is a text that equals no value of ours."""
    values = {"custom_sla_next_due": text, "due_date": due_date}
    assert shown(Field.NEXT_DUE, on(values), settings(**BERLIN)) == expected


@given(
    st.sampled_from(sorted(set(Field) - INSTANTS - {Field.TIER})),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60).filter(
        lambda text: text != "-"
    ),
)
def test_texts_come_back(field, text):
    """Every text is shown as it was written."""
    conf = settings(**BERLIN)
    assert shown(field, on(rendered(field, text, conf)), conf) == text


@given(st.integers(0, 99))
def test_tiers_come_back(tier):
    """A tier that is a number is shown as one."""
    conf = settings(**BERLIN)
    assert shown(Field.TIER, on(rendered(Field.TIER, tier, conf)), conf) == tier


@given(
    st.sampled_from(sorted(INSTANTS)),
    st.integers(0, 6_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds + 0.25, UTC)),  # until 2160
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_instants_come_back(field, at, zone):
    """Every instant is shown as it was written, to the second, also in the hour that the clocks repeat."""
    conf = settings(fields=ALL, timezone=zone)
    assert shown(field, on(rendered(field, at, conf)), conf) == at.replace(microsecond=0)
