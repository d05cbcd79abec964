"""Limits that are learned, and errors that say more than their status."""

import json

import pytest

from adapters.http import Answer, Call
from adapters.services import Rate
from adapters.zendesk.account import UPDATES_OF_ONE_TICKET, ZendeskManners, error_code
from core.errors import FrozenError, RefusedError, RetryLaterError
from tests.support import shared

READ = Call("GET", "/api/v2/tickets/{id}", "5158")
WRITE = Call("PUT", "/api/v2/tickets/{id}", "5158")


def heard(*headers, call=READ):
    manners = ZendeskManners()
    for given in headers:
        manners.hear(call, Answer(200, given, {}))
    return manners


def test_limits_before_anything_is_known():
    """60 % of the smallest paid plan's: 200 calls and 100 ticket updates a minute; 20 of one ticket in ten minutes."""
    assert dict(ZendeskManners().limits(READ)) == {"api": Rate(120, 60)}
    assert dict(ZendeskManners().limits(WRITE)) == {
        "api": Rate(120, 60),
        "tickets_update": Rate(60, 60),
        "ticket:5158": UPDATES_OF_ONE_TICKET,
    }
    batch = Call("PUT", "/api/v2/tickets/update_many", None)
    assert dict(ZendeskManners().limits(batch)) == {"api": Rate(120, 60), "tickets_update": Rate(60, 60)}
    export = Call("GET", "/api/v2/incremental/tickets/cursor", None)
    assert dict(ZendeskManners().limits(export))["incremental"] == Rate(6, 60)


@pytest.mark.parametrize(
    ("headers", "calls", "updates"),
    [
        ({"x-rate-limit": "700"}, 420, 60),
        ({"zendesk-ratelimit-tickets-update": "total=100; remaining=99; resets=59"}, 120, 60),
        ({"x-rate-limit": "700", "zendesk-rate-limit-tickets-update": "total=20; remaining=19; resets=59"}, 420, 12),
        ({"x-rate-limit": "soon", "zendesk-ratelimit-tickets-update": "total=; remaining"}, 120, 60),
        ({"x-rate-limit": "0"}, 120, 60),
        ({"x-rate-limit": "1"}, 1, 60),
    ],
)
def test_limits_are_learned_in_both_spellings(headers, calls, updates):
    """Headers of 2023 and of today are read; what is no number teaches nothing."""
    limits = dict(heard(headers).limits(WRITE))
    assert (limits["api"], limits["tickets_update"]) == (Rate(calls, 60), Rate(updates, 60))


def test_the_webhooks_api_has_a_limit_of_its_own():
    """Its 100 a minute are not the account's."""
    manners = heard({"x-rate-limit": "100"}, call=Call("GET", "/api/v2/webhooks", None))
    assert dict(manners.limits(READ))["api"] == Rate(120, 60)


def test_ignored_keys_are_logged(caplog):
    """The warning header is the only sign of a dropped property: its keys are logged."""
    warning = '{:allowed_parameters=>{:controller=>"tickets", :action=>"update", :unpermitted_keys=>["ticket.id"]}}'
    heard({"x-zendesk-api-warn": warning})
    assert "ticket.id" in caplog.text


def invalid(**details):
    return {"error": "RecordInvalid", "description": "Record validation errors", "details": details}


CLOSED = {"description": "Status: closed prevents ticket update"}


@pytest.mark.parametrize(
    ("call", "status", "body", "error", "said"),
    [
        (WRITE, 409, {"error": "DatabaseConflict", "description": "Database collision"}, RetryLaterError, "collision"),
        (WRITE, 422, invalid(status=[CLOSED]), FrozenError, "no more updates"),
        (WRITE, 422, {"error": "ClosedTicket"}, FrozenError, "no more updates"),
        (
            WRITE,
            422,
            invalid(base=[{"description": "Datum: x", "error": "InvalidValue", "ticket_field_id": 115}]),
            RefusedError,
            "field 115: InvalidValue",
        ),
        (WRITE, 422, invalid(group=[{"description": "no", "error": None}]), RefusedError, "group: invalid"),
        (WRITE, 422, {"details": "odd"}, RefusedError, "no details"),
        (WRITE, 422, None, RefusedError, "no details"),
        (READ, 404, {"error": "InvalidEndpoint"}, RefusedError, "address"),
    ],
)
def test_errors_by_code(call, status, body, error, said):
    """Codes and statuses decide; texts are in the calling user's language and are never matched or repeated."""
    got = ZendeskManners().explain(call, Answer(status, {}, body))
    assert type(got) is error
    assert said in str(got)
    assert (got.ticket_id, got.status) == ("5158", status)


@pytest.mark.parametrize(
    ("call", "status", "body"),
    [
        (WRITE, 409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"}),
        (READ, 404, {"error": "RecordNotFound", "description": "Not found"}),
        (READ, 500, None),
        (READ, 403, {"error": {"title": "Forbidden", "message": "You do not have access to this page."}}),
    ],
)
def test_what_the_status_alone_tells(call, status, body):
    """An outdated update, a missing record, a failure and a missing right need no more words."""
    assert ZendeskManners().explain(call, Answer(status, {}, body)) is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "RecordNotFound"}, "RecordNotFound"),
        ({"error": {"title": "Invalid attribute", "message": "x"}}, "Invalid attribute"),
        ({"errors": [{"code": "TooMany", "title": "x"}]}, "TooMany"),
        ({"error": "Couldn't authenticate you"}, ""),
        ({"error": "a" * 100}, ""),
        ({"errors": []}, ""),
        ({"errors": ["x"]}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_three_envelopes(body, code):
    """A code comes in three forms; whatever reads like a sentence is none."""
    assert error_code(body) == code


@pytest.mark.shared
@pytest.mark.parametrize("name", ["ticket-put-404", "ticket-delete-404"])
def test_real_errors(name):
    """Recorded refusals have a code."""
    recorded = json.loads(shared("fixtures", "zendesk", "api-recorded", f"{name}.json").read_text())
    for exchange in recorded["exchanges"]:
        if exchange["response"]["status"] == 404:
            assert error_code(exchange["response"]["body"]) == "RecordNotFound"


@pytest.mark.shared
def test_real_headers():
    """A recorded update teaches the limits of that account: 700 calls and, a trial, 20 ticket updates a minute."""
    recorded = json.loads(shared("fixtures", "zendesk", "api-recorded", "ticket-create-then-put.json").read_text())
    limits = dict(heard(recorded["exchanges"][1]["response"]["headers"]).limits(WRITE))
    assert (limits["api"], limits["tickets_update"]) == (Rate(420, 60), Rate(12, 60))
