"""The HTTP client: what is tried again, what becomes which error, and what never leaks."""

import logging
from datetime import timedelta

import pytest
import requests
import responses

from adapters.http import MAX_ANSWER_BYTES, ApiClient, Manners, retry_after, route_of
from adapters.services import Rate
from core.errors import ConflictError, GoneError, RefusedError, RetryLaterError
from tests.adapters.doubles import START, Lent

HOST = "https://acme.example"
SECRET = "s3cr3t-t0ken"


class Token:
    """A credential whose first token was taken back."""

    def __init__(self, *tokens):
        self.tokens = list(tokens)

    def headers(self):
        return {"Authorization": f"Bearer {self.tokens[0]}"}

    def renew(self):
        if len(self.tokens) > 1:
            self.tokens.pop(0)
            return True
        return False


class Narrow(Manners):
    """Two calls a minute."""

    def limits(self, call):
        return [("api", Rate(2, 60.0))]


@pytest.fixture
def lent():
    return Lent()


@pytest.fixture
def client(lent):
    return ApiClient("acmedesk", "one", HOST, lent.services, auth=Token(SECRET))


@responses.activate
def test_an_answer_is_its_json(client, lent):
    """A success is returned parsed; the observer hears of it by its route, without ids."""
    responses.get(f"{HOST}/tickets/17.json", json={"id": 17}, headers={"X-Left": "3"})
    answer = client.get("/tickets/17.json", {"include": "users"})
    assert (answer.status, answer.body, answer.headers["x-left"]) == (200, {"id": 17}, "3")
    assert responses.calls[0].request.headers["Authorization"] == f"Bearer {SECRET}"
    assert lent.heard.calls == [("GET", "/tickets/{id}", 200)]


@responses.activate
def test_netrc_never_replaces_our_credential(client, monkeypatch, tmp_path):
    """A machine's .netrc for the same host is not used."""
    (tmp_path / "netrc").write_text("machine acme.example login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    responses.get(f"{HOST}/me", json={})
    client.get("/me")
    assert responses.calls[0].request.headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("status", "headers", "error", "wait"),
    [
        (400, {}, RefusedError, None),
        (401, {}, RefusedError, None),
        (403, {}, RefusedError, None),
        (404, {}, GoneError, None),
        (410, {}, GoneError, None),
        (409, {}, ConflictError, None),
        (422, {}, RefusedError, None),
        (429, {"Retry-After": "17"}, RetryLaterError, 17.0),
        (429, {"Retry-After": "Fri, 20 Nov 2026 15:02:00 GMT"}, RetryLaterError, 120.0),
        (429, {}, RetryLaterError, 60.0),
        (429, {"Retry-After": "soon"}, RetryLaterError, 60.0),
        (408, {}, RetryLaterError, None),
        (500, {}, RetryLaterError, None),
        (503, {"Retry-After": "30"}, RetryLaterError, 30.0),
    ],
)
@responses.activate
def test_statuses_become_our_errors(client, status, headers, error, wait):
    """Each status is one of our errors, carries it, and a write is sent once and no more."""
    responses.put(f"{HOST}/tickets/17", status=status, headers=headers, body="<html>Oops</html>")
    with pytest.raises(error) as caught:
        client.put("/tickets/17", {"note": "of a customer"}, ticket_id="17")
    assert (caught.value.status, caught.value.platform, caught.value.ticket_id) == (status, "acmedesk", "17")
    assert getattr(caught.value, "retry_after", None) == wait
    assert len(responses.calls) == 1


@responses.activate
def test_not_found_without_a_ticket_is_refused(client):
    """Only a ticket can be gone; any other missing record is a fault of the configuration."""
    responses.get(f"{HOST}/fields/17", status=404)
    with pytest.raises(RefusedError):
        client.get("/fields/17")


@responses.activate
def test_a_read_is_tried_three_times_with_growing_pauses(client, lent):
    """A stumbling platform gets two more chances at a GET, then the engine comes back."""
    responses.get(f"{HOST}/tickets/17", status=500)
    responses.get(f"{HOST}/tickets/17", body=requests.ConnectionError("dropped"))
    responses.get(f"{HOST}/tickets/17", json={"id": 17})
    assert client.get("/tickets/17").body == {"id": 17}
    assert lent.time.slept == [0.3, 1.0]
    assert [status for _, _, status in lent.heard.calls] == [500, 0, 200]


@pytest.mark.parametrize(
    ("failure", "calls"),
    [
        ({"status": 502}, 3),
        ({"body": requests.ReadTimeout("slow")}, 3),
        ({"status": 503, "headers": {"Retry-After": "2"}}, 3),
        ({"status": 503, "headers": {"Retry-After": "30"}}, 1),
        ({"status": 429, "headers": {"Retry-After": "1"}}, 1),
    ],
)
@responses.activate
def test_reads_give_up_soon(client, lent, failure, calls):
    """Three attempts at most, none after a 429, and never a sleep above five seconds."""
    responses.get(f"{HOST}/tickets/17", **failure)
    with pytest.raises(RetryLaterError):
        client.get("/tickets/17")
    assert len(responses.calls) == calls
    assert max(lent.time.slept, default=0) <= 5


@responses.activate
def test_a_429_pauses_everybody_on_the_account(client, lent):
    """The shared budget hears of it, so that other workers wait too."""
    responses.get(f"{HOST}/tickets/17", status=429, headers={"Retry-After": "40"})
    with pytest.raises(RetryLaterError):
        client.get("/tickets/17")
    assert lent.budget.take("anything", Rate(100, 1.0)) == pytest.approx(40)


@responses.activate
def test_budget_short_waits_are_slept_long_ones_raised(lent):
    """Up to five seconds are waited for; beyond that the look comes back later, and no call is made."""
    client = ApiClient("acmedesk", "one", HOST, lent.services, manners=Narrow())
    responses.get(f"{HOST}/a", json={})
    client.get("/a")
    lent.time.now += timedelta(seconds=57)
    client.get("/a")
    client.get("/a")
    assert lent.time.slept == [pytest.approx(3)]
    with pytest.raises(RetryLaterError) as caught:
        client.get("/a")
    assert caught.value.retry_after == pytest.approx(57)
    assert len(responses.calls) == 3


@responses.activate
def test_a_refused_token_is_renewed_once(lent):
    """One 401 renews the token and the call, also a write, is sent again; a second one is an error."""
    client = ApiClient("acmedesk", "one", HOST, lent.services, auth=Token("old", "new", "newest"))
    responses.put(f"{HOST}/tickets/17", status=401)
    responses.put(f"{HOST}/tickets/17", json={})
    client.put("/tickets/17", {})
    assert [call.request.headers["Authorization"] for call in responses.calls] == ["Bearer old", "Bearer new"]
    responses.get(f"{HOST}/tickets/17", status=401)
    with pytest.raises(RefusedError):
        client.get("/tickets/17")
    assert len(responses.calls) == 4


@pytest.mark.parametrize(
    ("location", "calls"),
    [
        (f"{HOST}/moved", 2),
        ("/moved", 2),
        ("https://evil.example/moved", 1),
        ("http://acme.example/moved", 1),
        ("//evil.example/moved", 1),
    ],
)
@responses.activate
def test_redirects_stay_on_the_host(client, location, calls):
    """A read follows a redirect on its own host, by the same scheme; the credential goes nowhere else."""
    responses.get(f"{HOST}/a", status=302, headers={"Location": location})
    responses.get(f"{HOST}/moved", json={"here": True})
    responses.get("https://evil.example/moved", json={})
    responses.get("http://acme.example/moved", json={})
    if calls == 2:
        assert client.get("/a").body == {"here": True}
    else:
        with pytest.raises(RefusedError, match="redirected elsewhere"):
            client.get("/a")
    assert len(responses.calls) == calls


@responses.activate
def test_redirects_end_and_writes_never_follow(client):
    """A loop of redirects ends, and a write is not repeated elsewhere."""
    responses.get(f"{HOST}/a", status=302, headers={"Location": "/a"})
    with pytest.raises(RefusedError):
        client.get("/a")
    assert len(responses.calls) == 4
    responses.put(f"{HOST}/b", status=307, headers={"Location": "/c"})
    with pytest.raises(RefusedError):
        client.put("/b", {})
    assert len(responses.calls) == 5


@responses.activate
def test_a_huge_answer_is_not_read(client, monkeypatch):
    """An answer beyond the limit is dropped while it comes in."""
    monkeypatch.setattr("adapters.http.MAX_ANSWER_BYTES", 1000)
    responses.get(f"{HOST}/a", body=b"x" * 1001)
    with pytest.raises(RefusedError, match="bytes"):
        client.get("/a")
    assert MAX_ANSWER_BYTES >= 10_000_000


@pytest.mark.parametrize("body", ["<html><h1>Maintenance</h1></html>", "", "Number of allowed requests exceeded"])
@responses.activate
def test_pages_are_never_parsed(client, body):
    """HTML, text or nothing where JSON is due is no JSON, whatever its content type says."""
    responses.get(f"{HOST}/a", body=body, content_type="application/json")
    assert client.get("/a").body is None


@responses.activate
def test_no_secret_and_no_customers_text_in_messages_and_logs(client, caplog):
    """Neither the credential nor the query nor a body is in an error or in the log."""
    caplog.set_level(logging.DEBUG, logger="adapters")
    responses.put(f"{HOST}/tickets/17", status=422, json={"error": "Dear Sirs, my password is hunter2"})
    responses.get(f"{HOST}/search", body=requests.ConnectionError(f"{HOST}/search?query=hunter2"))
    said = []
    for call in (
        lambda: client.put("/tickets/17", {"comment": "hunter2"}, ticket_id="17"),
        lambda: client.get("/search", {"query": "hunter2"}),
    ):
        with pytest.raises((RefusedError, RetryLaterError)) as caught:
            call()
        said.append(str(caught.value))
    everything = " ".join(said) + caplog.text
    assert "hunter2" not in everything
    assert SECRET not in everything
    assert "/tickets/{id}" in everything


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v2/tickets/17.json?x=1", "/api/v2/tickets/{id}"),
        ("/api/v2/tickets/17/comments/18/make_private", "/api/v2/tickets/{id}/comments/{id}/make_private"),
        ("/api/v2/webhooks/01HAN96XNH1J7DY8D7RZ22QMT9/invocations", "/api/v2/webhooks/{id}/invocations"),
        ("/rest/api/3/issue/ABC-12/comment", "/rest/api/3/issue/{id}/comment"),
        ("/oauth/tokens", "/oauth/tokens"),
    ],
)
def test_route(path, route):
    """Ids are taken out of a path, so that it can label a metric; the API's version is no id."""
    assert route_of(path) == route


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5", 5), ("0", 1), ("-3", 1), ("1e9", 86400), ("nan", None), ("inf", None), ("", None), ("tomorrow", None)],
)
def test_retry_after(text, seconds):
    """At least a second, at most a day; what is no number and no date is nothing."""
    assert retry_after({"Retry-After": text}, START) == seconds
