"""How webhooks are made and kept: administrators' on Cloud and Data Center, and those of apps."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State, Switches
from tests.sandbox.jira.conftest import V3, Client, People, client_of, populate

ADMIN = "/rest/webhooks/1.0/webhook"
SERVER = "/rest/jira-webhook/1.0/webhooks"
SECTION = "issue-related-events-section"
WANTED: dict[str, Any] = {
    "name": "SLA Sidecar",
    "url": "https://sla.example.com/hooks/jira/acme",
    "events": ["jira:issue_created", "comment_created"],
    "filters": {SECTION: "project in (SUP)"},
    "excludeBody": False,
    "secret": "s3cret",
}


def test_the_answer_has_no_id_and_no_secret(client: Client, state: State) -> None:
    """The id is the end of ``self``; that there is a secret is said, the secret is not."""
    made = client("POST", ADMIN, WANTED)
    shown = made.json()
    assert (made.status_code, "id" in shown, "secret" in shown, shown["isSigned"]) == (201, False, False, True)
    number = shown["self"].rsplit("/", 1)[1]
    assert client.get(f"{ADMIN}/{number}") == shown
    assert client.get(ADMIN) == [shown]
    assert state.webhooks[number].secret == "s3cret"


def test_a_change_without_a_secret_keeps_it(client: Client, state: State) -> None:
    """So setting up twice is safe; neither name nor address need be new, so setting up must look first."""
    path = client("POST", ADMIN, WANTED).json()["self"].removeprefix(client.url)
    changed = client("PUT", path, {"events": ["jira:issue_updated"], "filters": {SECTION: ""}}).json()
    assert (changed["events"], changed["filters"], changed["isSigned"]) == (["jira:issue_updated"], {SECTION: ""}, True)
    assert [one.secret for one in state.webhooks.values()] == ["s3cret"]
    client("POST", ADMIN, WANTED)
    assert len(client.get(ADMIN)) == 2
    assert client("DELETE", path).status_code == 204
    assert len(client.get(ADMIN)) == 1


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"url": ""}, {"url": "ftp://x"}, {"events": ["issue_created"]}],
    ids=["no name", "no address", "another scheme", "an event without its prefix"],
)
def test_what_is_refused(client: Client, change: dict[str, Any]) -> None:
    """400."""
    assert client("POST", ADMIN, WANTED | change).status_code == 400


def test_only_administrators(sandbox: Sandbox, people: People) -> None:
    """Agents may not even look."""
    assert client_of(sandbox, people.ada)("GET", ADMIN).status_code == 403


def test_data_center_ten_has_another_resource(clock: Clock) -> None:
    """Its own path, its own keys, a numeric id."""
    state = State(clock, switches=Switches(data_center=True))
    people = populate(state)
    with Sandbox(state, limits=False) as sandbox:
        client = client_of(sandbox, people.service)
        made = client("POST", SERVER, {**WANTED, "active": True, "configuration": {}}).json()
        assert (made["id"], made["active"], "isSigned" in made) == (1, True, False)
        assert client("GET", ADMIN).status_code == 404
        assert client("PUT", f"{SERVER}/1", {"active": False}).json()["active"] is False


def app(sandbox: Sandbox, people: People) -> requests.Session:
    """Return a session of an OAuth app that the service's account let in."""
    scopes = ["read:jira-work", "manage:jira-webhook"]
    session = requests.Session()
    token = sandbox.state.add_token(people.service, scopes=scopes, app=True)
    session.headers["Authorization"] = f"Bearer {token.value}"
    return session


def test_apps_webhooks_are_for_apps(client: Client) -> None:
    """An API token gets 403."""
    assert client("GET", f"{V3}/webhook").status_code == 403


def test_an_apps_webhooks_end(sandbox: Sandbox, people: People, clock: Clock) -> None:
    """After thirty days, unless refreshed; events and JQL are few, and so are webhooks."""
    session, path = app(sandbox, people), f"{sandbox.gateway}{V3}/webhook"
    details = [
        {"events": ["jira:issue_updated"], "jqlFilter": "project = SUP"},
        {"events": ["jira:issue_updated"], "jqlFilter": "labels = vip"},
        {"events": ["user_created"], "jqlFilter": "project = SUP"},
    ]
    made = session.post(path, json={"url": "https://x.example/h", "webhooks": details}, timeout=10).json()
    good, *bad = made["webhookRegistrationResult"]
    assert [list(one) for one in bad] == [["errors"], ["errors"]]
    [listed] = session.get(path, timeout=10).json()["values"]
    assert listed["expirationDate"] == 1795424400000 + 30 * 86_400_000
    clock.advance(timedelta(days=29))
    body = {"webhookIds": [good["createdWebhookId"]]}
    refreshed = session.put(f"{path}/refresh", json=body, timeout=10).json()
    assert refreshed["expirationDate"] == 1795424400000 + 59 * 86_400_000
    assert session.delete(path, json=body, timeout=10).status_code == 202
    assert session.get(path, timeout=10).json()["values"] == []
