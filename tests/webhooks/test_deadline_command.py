"""``sla-sidecar deadline``: what it stores, and what it refuses."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.ticket import Kind
from webhooks.cli import cli
from webhooks.service import Store, open_store
from webhooks.settings import load_settings

FILE = """\
connections:
  acme:
    platform: zendesk
    policy: glassbeam
    token: {file: token}
    settings: {subdomain: acme, client_id: sla}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("a-token-of-24-characters")
    file = tmp_path / "sidecar.yaml"
    file.write_text(FILE)
    return file


@pytest.fixture
def opened(path: Path):
    store = open_store(load_settings(path))
    yield store
    store.database.close()


def run(path: Path, *arguments: str):
    return CliRunner().invoke(cli, ["deadline", *arguments, "--settings", str(path)])


def events(store: Store):
    with store.database.read() as connection:
        return store.memories.recall(connection, "acme", "7").deadlines


def test_set_and_clear(path: Path, opened: Store):
    """Both are appended with who and when, audited, and the ticket is looked at at once."""
    at = (opened.clock.now() + timedelta(days=2)).replace(microsecond=0)
    until = at + timedelta(days=1)
    done = run(path, "set", "acme", "7", "--at", at.isoformat(), "--reason", "promised", "--until", until.isoformat())
    assert done.exit_code == 0, done.output
    assert "the resolution of ticket 7 is due" in done.output
    (event,) = events(opened)
    assert (event.kind, event.to, event.expires_at) == (Kind.DEADLINE_SET, at.isoformat(), until)
    assert (event.reason, bool(event.by)) == ("promised", True)
    (look,) = opened.listings.looks("acme")
    assert (look["subject"], look["look_at"] <= opened.clock.now()) == ("7", True)
    assert run(path, "clear", "acme", "7", "--metric", "update").exit_code == 0
    assert [(each.kind, each.metric) for each in events(opened)] == [
        (Kind.DEADLINE_SET, "resolution"),
        (Kind.DEADLINE_WITHDRAWN, "update"),
    ]
    assert [each["action"] for each in opened.listings.audit("acme", "7")] == ["deadline withdrawn", "deadline set"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "acme", "7", "--at", "2020-01-01T00:00:00Z", "--reason", "r"], "--at 2020-01-01T00:00:00Z has passed"),
        (["set", "acme", "7", "--at", "tomorrow", "--reason", "r"], "is no instant with a zone; write 2026-11-20T15"),
        (["set", "acme", "7", "--at", "2099-01-01T00:00:00", "--reason", "r"], "is no instant with a zone"),
        (["set", "acme", "7", "--at", "2099-01-01T00:00:00Z"], "Missing option '--reason'"),
        (["set", "acme", "7", "--at", "2099-01-01T00:00:00Z", "--reason", "x" * 501], "takes 1 to 500 characters"),
        (
            ["set", "acme", "7", "--at", "2099-01-01T00:00:00Z", "--reason", "r", "--until", "2020-01-01T00:00:00Z"],
            "--until 2020-01-01T00:00:00Z has passed",
        ),
    ],
)
def test_refused(path: Path, opened: Store, arguments: list[str], said: str):
    """What cannot be meant is refused with what to write, and nothing is stored."""
    done = run(path, *arguments)
    assert (done.exit_code, events(opened)) == (2, ())
    assert said in done.output


def test_unknown_connection(path: Path):
    """A connection that is not there is told with those that are."""
    done = run(path, "clear", "nobody", "7")
    assert "there is: acme" in str(done.exception)
