"""Our values in Zendesk's fields, and back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.zendesk.fields import NoOptionError, instant_of, local_text, rendered, shown
from adapters.zendesk.settings import FieldIds
from core.update import Field
from core.zones import zone

BERLIN = zone("Europe/Berlin")
STATE = FieldIds(tagger=1, options={"breached": "sla_state_breached", "at_risk": "sla_state_at_risk"})
TIER = FieldIds(tagger=2, options={"1": "sla_tier_1", "2": "sla_tier_2"})
DUE = FieldIds(text=3, epoch=4, date=5)
TEXT = FieldIds(text=6)
AT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the 25th in Berlin, in winter


@pytest.mark.parametrize(
    ("ids", "value", "written"),
    [
        (STATE, "at_risk", {1: "sla_state_at_risk"}),
        (TIER, 2, {2: "sla_tier_2"}),
        (DUE, AT, {3: "2026-11-25 00:30 CET", 4: "1795563000", 5: "2026-11-25"}),
        (DUE, AT.replace(second=7), {3: "2026-11-25 00:30:07 CET", 4: "1795563007", 5: "2026-11-25"}),
        (DUE, None, {3: None, 4: None, 5: None}),
        (TEXT, "Gold", {6: "Gold"}),
    ],
)
def test_rendered(ids, value, written):
    """A drop-down gets a tag, a text local time, an integer epoch seconds (never more than 12 digits), a date a day."""
    assert rendered(ids, value, BERLIN) == written


def test_a_value_without_an_option_is_not_written():
    """Zendesk would drop it without a word, and we would write it at every look."""
    with pytest.raises(NoOptionError, match="connect"):
        rendered(STATE, "paused", BERLIN)


@pytest.mark.parametrize(
    ("name", "ids", "custom", "value"),
    [
        pytest.param(Field.STATE, STATE, {1: "sla_state_breached"}, "breached", id="an option"),
        pytest.param(Field.STATE, STATE, {1: None}, None, id="nothing"),
        pytest.param(Field.STATE, STATE, {}, None, id="not there"),
        pytest.param(Field.TIER, TIER, {2: "sla_tier_2"}, 2, id="a tier is a number"),
        pytest.param(Field.NEXT_DUE, DUE, {3: "2026-11-25 00:30 CET", 4: "1795563000", 5: "2026-11-25"}, AT, id="all"),
        pytest.param(Field.NEXT_DUE, DUE, {3: "2026-11-25 00:30 CET", 4: 1795563000, 5: "2026-11-25"}, AT, id="int"),
        pytest.param(Field.RESOLUTION_DUE, TEXT, {6: "2026-11-25 00:30 CET"}, AT, id="text alone is exact"),
        pytest.param(Field.PLAN, TEXT, {6: "Gold"}, "Gold", id="text"),
    ],
)
def test_shown(name, ids, custom, value):
    """What we wrote is read back as the value that it was, from text or numbers."""
    assert shown(name, ids, custom, BERLIN) == value


@pytest.mark.parametrize(
    ("name", "ids", "custom"),
    [
        pytest.param(Field.STATE, STATE, {1: "somebody_elses"}, id="an option that is not ours"),
        pytest.param(Field.NEXT_DUE, DUE, {3: "soon", 4: "1795563000", 5: "2026-11-25"}, id="text edited by hand"),
        pytest.param(
            Field.NEXT_DUE, DUE, {3: "2026-11-25 00:30 CET", 4: None, 5: "2026-11-25"}, id="a part is missing"
        ),
        pytest.param(Field.NEXT_DUE, TEXT, {6: "2026-11-25 00:30 PST"}, id="another zone's text"),
        pytest.param(Field.NEXT_DUE, TEXT, {6: "2026-99-99 00:30 CET"}, id="no date"),
    ],
)
def test_what_is_not_ours_differs_from_every_value_of_ours(name, ids, custom):
    """Edited or contradicting fields come back as something that the next write puts right."""
    value = shown(name, ids, custom, BERLIN)
    assert isinstance(value, str)
    assert value.startswith("changed by hand")


@given(
    st.integers(0, 2_000_000_000),
    st.sampled_from(
        ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]
    ),
)
def test_an_instant_survives_its_text(second, key):
    """Every instant to the second comes back from its local text, also in the hour that the clocks repeat."""
    at = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    assert instant_of(local_text(at, zone(key)), zone(key)) == at


@pytest.mark.parametrize(
    ("ids", "said"),
    [({"tagger": 1}, "needs `options`"), ({"date": 1}, "loses the time"), ({"tager": 1}, "Extra inputs")],
)
def test_field_settings_that_could_not_work(ids, said):
    """A drop-down without options and a date alone would be written at each look: they are refused."""
    with pytest.raises(ValidationError, match=said):
        FieldIds.model_validate(ids)
