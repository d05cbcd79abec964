"""From an update to a PUT, and from the answer to what was taken."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.jira.fields import shown
from adapters.jira.settings import FieldTarget
from adapters.jira.values import jira_time
from adapters.jira.writing import to_request, written
from core.update import Field, TicketUpdate
from tests.adapters.jira.builders import ANDY, DUE, REF, STATE, TIER, settings

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
GROUP = "customfield_30000"
PRIORITIES = [{"id": "1", "name": "Highest"}, {"id": "2", "name": "High"}, {"id": "7", "name": "Umbenannt"}]
META = {
    STATE: {"allowedValues": [{"id": "1", "value": "running"}, {"id": "2", "value": "breached"}]},
    DUE: {},
    TIER: {},
    "labels": {},
    "assignee": {},
    "priority": {"allowedValues": PRIORITIES},
    GROUP: {},
}


def request(conf=None, meta=META, **update):
    return to_request(TicketUpdate(ref=REF, **update), conf or settings(), meta)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (AT, "2026-11-21T10:00:00.000+0000"),
        (AT.replace(microsecond=123_999), "2026-11-21T10:00:00.123+0000"),
        (
            datetime(2026, 11, 21, 15, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
            "2026-11-21T10:00:00.000+0000",
        ),
    ],
)
def test_the_one_form_of_an_instant(at, text):
    """Three digits of a second and an offset without a colon: Z, +00:00, none and six digits are a 400."""
    assert jira_time(at) == text


@given(st.integers(min_value=94_694_400_000, max_value=7_200_000_000_000))
def test_an_instant_survives(milliseconds):
    """What is written is what is shown, to the millisecond."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    assert shown(Field.NEXT_DUE, FieldTarget(field=DUE, kind="datetime"), jira_time(at)) == at


def test_everything_in_one_put():
    """Fields, labels, priority, assignee and the property travel together; labels by single changes."""
    asked = request(
        fields={Field.STATE: "breached", Field.NEXT_DUE: AT, Field.TIER: 2},
        add_tags=frozenset({"sla_b", "sla_a"}),
        remove_tags=frozenset({"sla_c"}),
        priority="P1",
        assignee=ANDY,
    )
    assert asked.refused == {}
    assert asked.body({"v": 1, "fields": {"sla_plan": "Gold", "sla_tier": 1}}) == {
        "fields": {
            STATE: {"value": "breached"},
            DUE: "2026-11-21T10:00:00.000+0000",
            TIER: "2",
            "priority": {"id": "1"},
            "assignee": {"accountId": ANDY},
        },
        "update": {"labels": [{"add": "sla_a"}, {"add": "sla_b"}, {"remove": "sla_c"}]},
        "properties": [
            {
                "key": "sla-sidecar",
                "value": {
                    "v": 1,
                    "fields": {
                        "sla_next_due": "2026-11-21T10:00:00+00:00",
                        "sla_plan": "Gold",
                        "sla_state": "breached",
                        "sla_tier": 2,
                    },
                },
            }
        ],
    }


def test_clearing():
    """None clears a field, in the property as well."""
    body = request(fields={Field.STATE: None, Field.NEXT_DUE: None}).body({"fields": {"sla_state": "running"}})
    assert body["fields"] == {STATE: None, DUE: None}
    assert body["properties"][0]["value"] == {"v": 1, "fields": {}}


def test_labels_alone_touch_nothing_else():
    """Without a field of ours there is no property to write."""
    assert request(add_tags=frozenset({"sla_x"})).body({}) == {"update": {"labels": [{"add": "sla_x"}]}}


@pytest.mark.parametrize(
    ("wanted", "id_"), [("P1", "1"), ("P2", "2"), ("Umbenannt", "7"), ("P9", None)], ids=["name", "name", "own", "none"]
)
def test_priority_by_what_the_issue_offers(wanted, id_):
    """A priority goes by the id that this project offers; one that none of them means is refused with the remedy."""
    asked = request(priority=wanted)
    if id_ is None:
        assert "add it to the connection's `priorities`" in asked.refused["priority"]
        assert not asked
    else:
        assert asked.fields == {"priority": {"id": id_}}


@pytest.mark.parametrize(
    ("kind", "value"),
    [("select", {"value": "Second line"}), ("group", {"name": "Second line"}), ("text", "Second line")],
)
def test_the_field_that_stands_for_a_group(kind, value):
    """Jira has no group as assignee: a field that the settings name stands for it."""
    conf = settings(group_field={"field": GROUP, "kind": kind})
    assert request(conf, group="Second line").fields == {GROUP: value}
    assert "group_field" in request(group="Second line").refused["group"]


def test_what_is_not_on_the_screen_is_not_sent():
    """One bad field fails a whole PUT, so only what `editmeta` offers goes; the rest is refused by name."""
    meta = {STATE: META[STATE]}
    asked = request(
        settings(group_field={"field": GROUP}),
        meta,
        fields={Field.STATE: "running", Field.NEXT_DUE: AT, Field.PLAN: "Gold"},
        add_tags=frozenset({"sla_x"}),
        priority="P1",
        assignee=ANDY,
        group="x",
        add_followers=frozenset({ANDY}),
    )
    assert asked.fields == {STATE: {"value": "running"}}
    assert set(asked.refused) == {"sla_next_due", "sla_plan", "tags", "priority", "assignee", "group", "followers"}


def test_an_option_that_is_missing_is_not_sent():
    """A select takes its options only; connect adds what is missing."""
    asked = request(fields={Field.STATE: "at_risk"})
    assert not asked
    assert "run sla-sidecar connect" in asked.refused["sla_state"]


def test_without_some_fields():
    """What Jira refuses is taken out, with our name for it, and the property says only what is still asked for."""
    asked = request(fields={Field.STATE: "running", Field.NEXT_DUE: AT}, add_tags=frozenset({"sla_x"}), assignee=ANDY)
    rest = asked.without(frozenset({DUE, "labels", "assignee", "unheard_of"}))
    assert rest.body({})["fields"] == {STATE: {"value": "running"}}
    assert rest.body({})["properties"][0]["value"]["fields"] == {"sla_state": "running"}
    assert set(rest.refused) == {"sla_next_due", "tags", "assignee"}
    assert not rest.without(frozenset({STATE}))


def test_what_was_taken():
    """The answer says what stands there now; what it does not show was taken."""
    update = TicketUpdate(
        ref=REF,
        version="v1",
        fields={Field.STATE: "running", Field.NEXT_DUE: AT, Field.TIER: 2},
        add_tags=frozenset({"sla_x"}),
    )
    asked = to_request(update, settings(), META)
    after = {STATE: {"value": "breached"}, DUE: "2026-11-21T11:00:00.000+0100", "labels": ["vip"], "updated": "v2"}
    done = written(update, asked, after, settings())
    assert done.fields == {Field.NEXT_DUE: AT, Field.TIER: 2}
    assert set(done.refused) == {"sla_state", "tags"}
    assert done.version == "v2"
    silent = written(update, asked, {}, settings())
    assert (silent.fields, silent.refused, silent.version) == (dict(update.fields), {}, "v1")
