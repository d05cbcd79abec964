"""Credentials: when a token is asked for, renewed, refused; and what the legacy one looks like."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import responses

from adapters.base import Expiring
from adapters.http import ApiClient
from adapters.zendesk.auth import ApiToken, ClientCredentials, credential
from adapters.zendesk.tables import PLATFORM
from core.errors import RefusedError, RetryLaterError
from sandbox.common.faults import ApiFault, FaultKind
from tests.adapters.doubles import Lent
from tests.adapters.zendesk.builders import settings

HOST = "https://acme.zendesk.com"


@pytest.fixture
def lent():
    return Lent()


def oauth(lent):
    return ClientCredentials("acme", settings(), "s3cret", lent.services)


def token(text, **more):
    body = {"access_token": text, "token_type": "bearer", "scope": "read write", "expires_in": 1800, **more}
    responses.post(f"{HOST}/oauth/tokens", json=body, status=201)


@responses.activate
def test_a_token_is_asked_for_once_and_renewed_at_80_percent_of_its_life(lent):
    """1800 seconds of life: at 1439 it is still used, at 1440 another one is asked for."""
    token("first")
    token("second")
    auth = oauth(lent)
    assert auth.headers() == {"Authorization": "Bearer first"}
    lent.time.now += timedelta(seconds=1439)
    assert auth.headers() == {"Authorization": "Bearer first"}
    lent.time.now += timedelta(seconds=1)
    assert auth.headers() == {"Authorization": "Bearer second"}
    assert json.loads(responses.calls[0].request.body) == {
        "grant_type": "client_credentials",
        "client_id": "sidecar",
        "client_secret": "s3cret",
        "scope": "read tickets:write",
    }


@pytest.mark.parametrize(("expires_in", "hours"), [(None, 48), (172_800, 48), (1_800_000, 48), (300, 1 / 12)])
@responses.activate
def test_life_of_a_token(lent, expires_in, hours):
    """A life that is not named, or longer than Zendesk gives, is two days at most."""
    token("first", expires_in=expires_in)
    auth = oauth(lent)
    auth.headers()
    assert auth.life == timedelta(hours=hours)


@responses.activate
def test_a_refused_token_is_renewed_once(lent):
    """One 401 costs one more token and the call is sent again; the second time it is the credential's fault."""
    token("first")
    token("second")
    responses.get(f"{HOST}/api/v2/users/me", status=401, json={"error": "invalid_token"})
    responses.get(f"{HOST}/api/v2/users/me", json={"user": {}})
    client = ApiClient(PLATFORM, "acme", HOST, lent.services, auth=oauth(lent))
    client.get("/api/v2/users/me")
    assert [call.request.headers.get("Authorization") for call in responses.calls] == [
        None,
        "Bearer first",
        None,
        "Bearer second",
    ]


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (401, {"error": "invalid_client"}, RefusedError, "invalid_client"),
        (400, {"error": "invalid_scope"}, RefusedError, "invalid_scope"),
        (401, {"error": "Dear user, your client s3cret is wrong"}, RefusedError, "refused"),
        (403, "<html>no</html>", RefusedError, "unique identifier"),
        (500, {}, RetryLaterError, "500"),
        (429, {}, RetryLaterError, "60 s"),
    ],
)
@responses.activate
def test_no_token(lent, status, body, error, said):
    """What to correct is said, by the error's code only; the secret and foreign texts are not repeated."""
    responses.post(f"{HOST}/oauth/tokens", status=status, body=body if isinstance(body, str) else json.dumps(body))
    with pytest.raises(error, match=said) as caught:
        oauth(lent).headers()
    assert "s3cret" not in str(caught.value)


@responses.activate
def test_a_token_answer_in_another_form(lent):
    """A page instead of a token is a failure of the moment, not a token of None."""
    responses.post(f"{HOST}/oauth/tokens", body="<html>", status=200)
    with pytest.raises(RetryLaterError):
        oauth(lent).headers()


def test_api_token(lent):
    """The legacy header is Basic with /token behind the address, and there is nothing to renew."""
    conf = settings(auth="api_token", email="us@vendor.example")
    auth = credential("acme", conf, {"api_token": "abc"}, lent.services)
    assert isinstance(auth, ApiToken)
    assert auth.headers() == {"Authorization": "Basic dXNAdmVuZG9yLmV4YW1wbGUvdG9rZW46YWJj"}
    assert not auth.renew()


def test_when_a_credential_ends(desk):
    """Only the legacy token ends some day, with all others; an OAuth token renews itself."""
    assert isinstance(desk.adapter(), Expiring)
    assert desk.adapter().credential_ends_at is None
    desk.secrets["api_token"] = desk.state.add_api_token()
    legacy = desk.adapter(auth="api_token", email="us@vendor.example")
    assert legacy.credential_ends_at == datetime(2027, 4, 30, tzinfo=UTC)


def test_an_expired_token_at_the_stand_in(desk):
    """A token that the platform lets expire early costs one more token and no error."""
    adapter = desk.connect()
    ref = desk.open_ticket()
    adapter.fetch(ref)
    desk.state.faults.add(ApiFault(FaultKind.EXPIRED_TOKEN, path="/audits"))
    desk.reset_calls()
    assert adapter.fetch(ref).ticket.id == ref.ticket_id
    assert len(desk.state.log.find("POST", "/oauth/tokens")) == 1


def test_threads_share_one_token(desk):
    """Many looks at once ask for one token."""
    desk.connect()
    adapter, refs = desk.adapter(), [desk.open_ticket() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        snapshots = list(pool.map(adapter.fetch, refs))
    assert [snapshot.ticket.id for snapshot in snapshots] == [ref.ticket_id for ref in refs]
    assert len(desk.state.log.find("POST", "/oauth/tokens")) == 1
