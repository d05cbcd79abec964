"""The endpoint: verify, store, answer. The right status in one line, and nothing stored that was not verified."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from tests.webhooks.desk import TOKEN, sign
from tests.webhooks.helpers import look_after
from webhooks import logs
from webhooks.app import create_app
from webhooks.routes import hooks
from webhooks.service import Service

URL = f"/webhooks/desk/{TOKEN}"
GOOD = {"id": "d1", "tickets": ["1"]}


@pytest.fixture
def service(make_service) -> Service:
    return make_service()


@pytest.fixture
def client(service: Service) -> FlaskClient:
    return create_app(service).test_client()


def post(client: FlaskClient, body: bytes | dict[str, object], url: str = URL, **headers: str):
    """Send a signed delivery; a header given as "" is left out."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"X-Signature": sign(raw), "Content-Type": "application/json"} | headers
    return client.post(url, data=raw, headers={name: value for name, value in sent.items() if value})


def stored(service: Service) -> int:
    return len(service.store.listings.deliveries())


def test_accepted_then_duplicate(client: FlaskClient, service: Service):
    """A stored delivery is answered 200, and so is its repetition."""
    answers = [post(client, GOOD) for _ in range(2)]
    assert [(answer.status_code, answer.json) for answer in answers] == [
        (200, {"result": "accepted"}),
        (200, {"result": "duplicate"}),
    ]
    assert stored(service) == 1


def test_kind_that_moves_no_clock(client: FlaskClient, service: Service):
    """A kind that moves no clock is answered 200, so that it is not sent again, and is not stored."""
    answer = post(client, GOOD | {"kind": "ticket.viewed"})
    assert (answer.status_code, answer.json, stored(service)) == (200, {"result": "ignored"}, 0)


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    ("body", "address", "headers", "status"),
    [
        pytest.param(GOOD, URL, {"X-Signature": sign(b"other")}, 401, id="wrong signature"),
        pytest.param(GOOD, URL, {"X-Signature": ""}, 401, id="no signature"),
        pytest.param(GOOD, "/webhooks/desk/wrong-token-of-16-chars", {}, 404, id="wrong token"),
        pytest.param(GOOD, f"/webhooks/nobody/{TOKEN}", {}, 404, id="unknown connection"),
        pytest.param(GOOD, "/webhooks/desk", {}, 404, id="no token"),
        pytest.param(GOOD, "/webhooks/desk/%ff%00", {}, 404, id="token that is no text"),
        pytest.param(GOOD, URL, {"Content-Type": "text/plain"}, 415, id="not JSON by its type"),
        pytest.param(GOOD, URL, {"Content-Type": ""}, 415, id="no type"),
        pytest.param(b" " * (1024 * 1024 + 1), URL, {}, 413, id="oversize"),
        pytest.param(b"", URL, {}, 400, id="empty"),
        pytest.param(b"{", URL, {}, 400, id="broken"),
        pytest.param(b"\xff\xfe", URL, {}, 400, id="no UTF-8"),
        pytest.param(b'{"id": "d", "tickets": ["1"]} x', URL, {}, 400, id="something behind it"),
        pytest.param(DEEP, URL, {}, 400, id="deep nesting"),
        pytest.param(b"null", URL, {}, 422, id="null"),
        pytest.param(b"[]", URL, {}, 422, id="a list"),
        pytest.param(b'{"id": ' + b"9" * 500 + b"}", URL, {}, 422, id="huge number"),
        pytest.param(b'{"id": ' + b"9" * 50_000 + b"}", URL, {}, 400, id="number beyond reading"),
        pytest.param(b'{"id": 1e999}', URL, {}, 422, id="infinite number"),
        pytest.param({"id": 7, "tickets": ["1"]}, URL, {}, 422, id="number for text"),
        pytest.param({"id": "d", "tickets": "1"}, URL, {}, 422, id="text for a list"),
        pytest.param({"tickets": ["1"]}, URL, {}, 422, id="no id"),
        pytest.param({"id": "", "tickets": ["1"]}, URL, {}, 422, id="empty id"),
        pytest.param({"id": "d" * 300, "tickets": ["1"]}, URL, {}, 422, id="long id"),
        pytest.param({"id": "d\0", "tickets": ["1"]}, URL, {}, 422, id="NUL"),
        pytest.param(b'{"id": "\\ud800", "tickets": ["1"]}', URL, {}, 400, id="half a character"),
    ],
)
def test_turned_away(client: FlaskClient, service: Service, body, address, headers, status):
    """What can never be accepted is answered with the right 4xx, in one line, and nothing of it is stored."""
    answer = post(client, body, address, **headers)
    assert answer.status_code == status
    assert answer.text.count("\n") == 1
    assert list(answer.json) == ["error"]
    assert "Traceback" not in answer.text
    assert stored(service) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_wrong_method(client: FlaskClient, method: str):
    """Anything but POST is answered 405, and says what is allowed."""
    answer = client.open(URL, method=method)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_oversize_is_not_read(client: FlaskClient):
    """A body that says it is too large is refused before it is read."""

    class Unread(io.RawIOBase):
        def readinto(self, _buffer) -> int:
            raise AssertionError("was read")

    request = {"wsgi.input": Unread(), "CONTENT_LENGTH": "1000000000"}
    answer = client.post(URL, content_type="application/json", environ_overrides=request)
    assert answer.status_code == 413


def test_tokens_are_compared_in_constant_time(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    """Every token is compared by ``compare_digest``, also that of a connection which does not exist."""
    compared = []
    original = hooks.hmac.compare_digest
    monkeypatch.setattr(hooks.hmac, "compare_digest", lambda a, b: compared.append(a) or original(a, b))
    for url in (URL, "/webhooks/desk/wrong", "/webhooks/nobody/wrong"):
        post(client, GOOD, url, **{"X-Signature": "none"})
    assert compared.count(b"wrong") == 2
    assert TOKEN.encode() in compared


def test_storage_down(client: FlaskClient, service: Service, monkeypatch: pytest.MonkeyPatch):
    """A delivery that cannot be stored is answered 503 with Retry-After, so that the platform sends it again."""

    def broken(*_args, **_kwargs):
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    for way in ("begin", "connect"):
        monkeypatch.setattr(service.store.database._writer, way, broken)
    answer = post(client, GOOD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json == {"error": "not stored; send it again later"}


def test_a_bug_loses_nothing(client: FlaskClient, service: Service, monkeypatch: pytest.MonkeyPatch):
    """Whatever breaks on the way is answered 503, never 500: some platforms drop a delivery that got a 500."""
    monkeypatch.setattr("webhooks.store.inbox._asked_for", lambda *_: 1 / 0)
    assert post(client, GOOD).status_code == 503
    assert stored(service) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200),
    path=st.text(max_size=40),
    headers=st.dictionaries(
        st.sampled_from(["X-Signature", "Content-Type", "Accept", "Content-Encoding"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    ),
)
def test_unsigned_never_gets_in(client: FlaskClient, service: Service, body: bytes, path: str, headers: dict[str, str]):
    """Whatever is sent without our signature is a 4xx, and nothing is stored."""
    for url in (URL, f"/webhooks/desk/{path}", f"/webhooks/{path}"):
        answer = client.post(url, data=body, headers={"Content-Type": "application/json"} | headers)
        assert 400 <= answer.status_code < 500
    assert stored(service) == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "kind", "event_id", "tickets", "organization"), JSON))
)
@example(body={"id": "d", "kind": "\0", "tickets": ["1"]})
@example(body={"id": "d", "organization": "o" * 400})
def test_signed_nonsense(client: FlaskClient, body: dict[str, object]):
    """Whatever is sent with our signature is stored, ignored or refused for good: never an error of ours."""
    answer = post(client, body)
    assert answer.status_code in {200, 400, 422}
    assert answer.text.count("\n") == 1


def test_health(client: FlaskClient, service: Service):
    """``/healthz`` says that the process lives; ``/readyz`` also that the engine works and the database answers."""
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json == {"status": "not ready", "problems": ["the engine does not run"]}
    service.start()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "ready")


def test_not_ready_without_database(client: FlaskClient, service: Service, monkeypatch: pytest.MonkeyPatch):
    """Without its database the service is not ready, says why, and its metrics still answer."""

    def broken():
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(service.store.database._reader, "connect", broken)
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "the database does not answer" in ready.json["problems"]
    assert "sidecar_database_up 0.0" in client.get("/metrics").text


def test_metrics(client: FlaskClient, service: Service, desk):
    """The metrics count deliveries, looks and writes, and show what is due, parked and about to expire."""
    desk.happen("1")
    post(client, GOOD)
    post(client, GOOD, **{"X-Signature": "wrong"})
    look_after(service)
    service.store.runtime.set_credential_expiry("desk", datetime(2027, 4, 30, tzinfo=UTC))
    page = client.get("/metrics").text
    for line in (
        'sidecar_deliveries_total{connection="desk",result="accepted"} 1.0',
        'sidecar_deliveries_total{connection="desk",result="refused_401"} 1.0',
        'sidecar_looks_total{connection="desk",kind="ticket",result="written"} 1.0',
        'sidecar_writes_total{connection="desk",result="written"} 1.0',
        "sidecar_looks_due 0.0",
        "sidecar_looks_parked 0.0",
        "sidecar_lag_seconds 0.0",
        'sidecar_credential_expires_timestamp_seconds{connection="desk"} 1.8090432e+09',
    ):
        assert line in page.splitlines()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, in the service's form."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(stream, logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_no_secret_and_no_text_in_logs(client: FlaskClient, service: Service, adapter, desk, log: io.StringIO):
    """Whatever happens, the logs hold no token, no signature, no secret and no word of a customer."""
    body = json.dumps(GOOD | {"kind": "ticket.changed", "comment": "my password is hunter2"}).encode()
    client.post(URL, data=body, headers={"X-Signature": sign(body), "Content-Type": "application/json"})
    client.post(URL, data=b"{hunter2", headers={"X-Signature": sign(b"{hunter2"), "Content-Type": "application/json"})
    client.post(f"/webhooks/desk/wrong{TOKEN}", data=body)
    desk.happen("1")
    adapter.faults = [("fetch", RuntimeError("the customer wrote hunter2"))]
    look_after(service)
    logging.getLogger("gunicorn.error").error("Error handling request %s", URL)
    written = log.getvalue()
    assert written.count("\n") >= 4
    for line in written.splitlines():
        assert set(json.loads(line)) >= {"at", "level", "logger", "message"}
    for secret in ("hunter2", TOKEN, "desk-secret", sign(body)):
        assert secret not in written
