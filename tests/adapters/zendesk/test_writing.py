"""One update, one body; and the answer compared with what was asked. Bodies are worked out by hand."""

from datetime import UTC, datetime

import pytest

from adapters.zendesk.payloads import UpdateAnswer
from adapters.zendesk.writing import note_html, to_request, written
from core.update import Field, Note, TicketRef, TicketUpdate
from tests.adapters.zendesk.builders import AGENT, RULE, US, audit, comment, settings, stamp, ticket

REF = TicketRef("acme", "5158")
FIELDS = {
    "sla_state": {"tagger": 111, "options": {"running": "sla_state_running", "breached": "sla_state_breached"}},
    "sla_tier": {"tagger": 112, "options": {"1": "sla_tier_1", "2": "sla_tier_2"}},
    "sla_next_due": {"text": 113, "epoch": 114, "date": 115},
}
CONF = settings(fields=FIELDS, timezone="Europe/Berlin")
AT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def body(tags=(), conf=CONF, **changes):
    return dict(to_request(TicketUpdate(ref=REF, **changes), conf, tags).ticket)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param(
            {"fields": {Field.STATE: "breached", Field.NEXT_DUE: AT}},
            {
                "custom_fields": [
                    {"id": 111, "value": "sla_state_breached"},
                    {"id": 113, "value": "2026-11-24 14:30 CET"},
                    {"id": 114, "value": "1795527000"},
                    {"id": 115, "value": "2026-11-24"},
                ]
            },
            id="fields, which need no guard: nobody else writes them",
        ),
        pytest.param(
            {"fields": {Field.STATE: None}}, {"custom_fields": [{"id": 111, "value": None}]}, id="null clears a field"
        ),
        pytest.param(
            {"priority": "P1", "version": stamp()},
            {"priority": "urgent", "safe_update": True, "updated_stamp": stamp()},
            id="priority is guarded",
        ),
        pytest.param(
            {"group": "222", "assignee": "20", "version": stamp()},
            {"group_id": 222, "assignee_id": 20, "safe_update": True, "updated_stamp": stamp()},
            id="group and assignee are guarded",
        ),
        pytest.param({"priority": "P2"}, {"priority": "high"}, id="without a version there is no guard"),
        pytest.param(
            {"add_followers": frozenset({"20", "csm@vendor.example"})},
            {
                "followers": [
                    {"user_id": "20", "action": "put"},
                    {"user_email": "csm@vendor.example", "action": "put"},
                ]
            },
            id="followers, never copies",
        ),
        pytest.param(
            {"notes": (Note("first_response/1/csm", "Breached."), Note("update/2/x", "Late."))},
            {
                "comment": {
                    "html_body": "Breached.<br><br>Late.<br><br>[sla-sidecar: first_response/1/csm update/2/x]",
                    "public": False,
                },
                "metadata": {"sla_sidecar": {"v": 1, "keys": ["first_response/1/csm", "update/2/x"]}},
            },
            id="several notes are one private comment",
        ),
    ],
)
def test_body(changes, expected):
    """Each part of an update has its place in the one PUT."""
    assert body(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "tags"),
    [
        ({"add_tags": frozenset({"sla_x"})}, ["printer", "sla_state_running", "sla_x"]),
        ({"remove_tags": frozenset({"printer"})}, ["sla_state_running"]),
        (
            {"add_tags": frozenset({"sla_x"}), "fields": {Field.STATE: "breached"}},
            ["printer", "sla_state_breached", "sla_x"],
        ),
        ({"add_tags": frozenset({"sla_x"}), "fields": {Field.STATE: None}}, ["printer", "sla_x"]),
    ],
)
def test_the_whole_list_of_tags_is_sent(changes, tags):
    """Tags in a PUT replace the list: other people's stay, and a drop-down's tag is that of its new option."""
    assert body(["printer", "sla_state_running"], **changes)["tags"] == tags


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"fields": {Field.TIER: 7}}, {"sla_tier"}),
        ({"priority": "P9"}, {"priority"}),
        ({"group": "Second line", "assignee": "andy"}, {"group", "assignee"}),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_not_sent(changes, refused):
    """No option, no such priority, no id: nothing is sent, and it says why."""
    request = to_request(TicketUpdate(ref=REF, **changes), CONF)
    assert (dict(request.ticket), set(request.refused)) == ({}, refused)


def test_a_note_is_plain_text():
    """HTML and placeholders in a note are shown as they are; lines stay lines."""
    html = note_html([Note("k", "a < b & c\n{{ticket.requester.email}} {{{x}}}")])
    assert html == "a &lt; b &amp; c<br>\\{{ticket.requester.email}} \\{{{x}}}<br><br>[sla-sidecar: k]"


def test_priority_in_a_field_of_ones_own():
    """Where the connection keeps the priority in a custom field, that field is written."""
    conf = settings(priority_field=55, priorities={"sev_1": "S1"})
    update = TicketUpdate(ref=REF, priority="S1", version=stamp())
    request = to_request(update, conf)
    assert dict(request.ticket) == {
        "custom_fields": [{"id": 55, "value": "sev_1"}],
        "safe_update": True,
        "updated_stamp": stamp(),
    }
    for kept, refused in (("sev_1", set()), ("sev_2", {"priority"})):
        answer = UpdateAnswer.model_validate({"ticket": ticket(custom_fields=[{"id": 55, "value": kept}])})
        assert set(written(update, request, answer, conf).refused) == refused


def outcome(update, answer_ticket=None, *events, via=None):
    request = to_request(update, CONF, ())
    answer = {"ticket": ticket(**(answer_ticket or {}))}
    if events:
        answer["audit"] = audit(60, US, *events, via=via)
    return written(update, request, UpdateAnswer.model_validate(answer), CONF)


@pytest.mark.parametrize(
    ("changes", "after", "refused"),
    [
        ({"fields": {Field.STATE: "breached"}}, {"custom_fields": [{"id": 111, "value": "sla_state_breached"}]}, set()),
        ({"fields": {Field.STATE: "breached"}}, {"custom_fields": [{"id": 111, "value": None}]}, {"sla_state"}),
        ({"fields": {Field.STATE: "breached"}}, {"custom_fields": []}, {"sla_state"}),
        ({"fields": {Field.STATE: None}}, {"custom_fields": [{"id": 111, "value": None}]}, set()),
        ({"priority": "P1"}, {"priority": "urgent"}, set()),
        ({"priority": "P1"}, {"priority": "low"}, {"priority"}),
        ({"group": "1", "assignee": "20"}, {"group_id": 1, "assignee_id": None}, {"assignee"}),
        ({"add_tags": frozenset({"x"})}, {"tags": ["x", "y"]}, set()),
        ({"add_tags": frozenset({"x"})}, {"tags": ["y"]}, {"tags"}),
        ({"remove_tags": frozenset({"x"})}, {"tags": ["x"]}, {"tags"}),
        ({"add_followers": frozenset({"20"})}, {"follower_ids": [20]}, set()),
        ({"add_followers": frozenset({"20"})}, {"follower_ids": []}, {"followers"}),
        ({"notes": (Note("k", "t"),)}, {}, {"note"}),
    ],
)
def test_the_answer_is_compared_with_what_was_asked(changes, after, refused):
    """Zendesk drops some values without a word: what is not on the ticket afterwards was not taken."""
    got = outcome(TicketUpdate(ref=REF, **changes), after)
    assert set(got.refused) == refused
    assert set(got.fields) == set(changes.get("fields", {})) - refused
    assert got.version == stamp(60)


@pytest.mark.parametrize(
    ("event", "keys", "public"),
    [
        pytest.param(comment(US, public=False), ("k",), False, id="private, as asked"),
        pytest.param(comment(US, public=True), ("k",), True, id="public: alarm"),
        pytest.param({"type": "Comment", "author_id": US}, ("k",), True, id="unsaid is as bad as public"),
        pytest.param(comment(AGENT, public=True, via=RULE), (), False, id="a trigger's comment is not ours"),
    ],
)
def test_a_note_that_came_out_public_is_an_alarm(event, keys, public):
    """Whether the customer can see our note is read from the answer, never assumed."""
    got = outcome(TicketUpdate(ref=REF, notes=(Note("k", "t"),)), {}, event)
    assert (got.note_keys, got.public) == (keys, public)
