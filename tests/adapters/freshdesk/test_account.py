"""One bucket for the whole account: what calls cost, what is learned from headers, what errors mean."""

import pytest
import responses

from adapters.freshdesk.account import FreshdeskManners, RefusedFieldsError
from adapters.http import Answer, Call
from adapters.services import Rate
from core.errors import ConflictError, GoneError, RefusedError, RetryLaterError
from core.update import TicketUpdate
from tests.adapters.doubles import Lent
from tests.adapters.freshdesk.builders import REF, URL, adapter

GET = Call("GET", "/api/v2/tickets/{id}", "42")
PUT = Call("PUT", "/api/v2/tickets/{id}", "42")
LIST = Call("GET", "/api/v2/tickets", None)


def heard(total=None, remaining=None, used=None, call=GET):
    manners = FreshdeskManners()
    headers = {"x-ratelimit-total": total, "x-ratelimit-remaining": remaining, "x-ratelimit-used-currentrequest": used}
    manners.hear(call, Answer(200, {name: value for name, value in headers.items() if value is not None}, {}))
    return manners


@pytest.mark.parametrize(
    ("total", "call", "limits"),
    [
        pytest.param(None, GET, [("api", 100)] * 4, id="a look's ticket costs four"),
        pytest.param(None, PUT, [("api", 100), ("tickets_update", 40)], id="the smallest plan's updates"),
        pytest.param("700", LIST, [("api", 350), ("tickets", 100)], id="Enterprise's lists"),
        pytest.param("50", PUT, [("api", 25), ("tickets_update", 10)], id="a trial"),
        pytest.param("30.0", LIST, [("api", 15), ("tickets", 2)], id="less than any plan has, and a decimal"),
        pytest.param("many", LIST, [("api", 100), ("tickets", 10)], id="a header that is no number"),
    ],
)
def test_limits(total, call, limits):
    """Half of what the plan gives is ours, for the account and for the endpoints with limits of their own."""
    assert heard(total=total).limits(call) == [(kind, Rate(calls, 60.0)) for kind, calls in limits]


def test_costs_are_learned():
    """The header says what a call really used."""
    assert len(heard(used="3").limits(GET)) == 3
    assert len(heard(used="1e9").limits(GET)) == 10


@pytest.mark.parametrize(("remaining", "scarce"), [("39", True), ("41", False), ("-1", False), ("nan", False)])
def test_reserve(remaining, scarce):
    """Below a fifth of the minute background work waits."""
    assert heard(total="200", remaining=remaining).is_scarce is scarce


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, {"code": "invalid_credentials", "message": "x"}, RefusedError, "reset"),
        (403, {"code": "password_lockout"}, RefusedError, "unlock"),
        (403, {"code": "require_feature"}, RefusedError, "plan"),
        (403, "<html>", RefusedError, "right"),
        (404, "", GoneError, "gone"),
        (405, "", GoneError, "spam"),
        (409, {}, ConflictError, "meanwhile"),
        (
            400,
            {"errors": [{"field": "status", "code": "invalid_value", "message": "secret"}]},
            RefusedFieldsError,
            "status: invalid_value",
        ),
        (400, {"code": "invalid_json"}, RefusedFieldsError, "invalid_json"),
        (400, {"errors": "odd"}, RefusedFieldsError, "no details"),
        (422, {}, RefusedError, "doctor"),
        (500, "<html>", RetryLaterError, "500"),
    ],
)
def test_errors(status, body, error, words):
    """Each status is one of our errors with what to do; messages, which can quote what was sent, are left out."""
    with responses.RequestsMock() as mock:
        mock.put(URL, status=status, **({"body": body} if isinstance(body, str) else {"json": body}))
        with pytest.raises(error, match=words) as caught:
            adapter().apply(TicketUpdate(ref=REF, priority="P1"))
        assert "secret" not in str(caught.value)
        assert mock.calls[0].request.headers["Authorization"] == "Basic azN5Olg="  # k3y:X


def test_too_many_requests_stop_everybody():
    """A 429 is obeyed by all who share the budget."""
    lent = Lent()
    with responses.RequestsMock() as mock:
        mock.put(URL, status=429, headers={"Retry-After": "30"})
        with pytest.raises(RetryLaterError) as caught:
            adapter(lent).apply(TicketUpdate(ref=REF, priority="P1"))
    assert caught.value.retry_after == 30
    assert lent.budget.take("api", Rate(100, 60)) == pytest.approx(30)
