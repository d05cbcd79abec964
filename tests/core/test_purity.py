"""The core is pure: no file, no socket, no clock of its own, and the same bytes in every process."""

import builtins
import io
import json
import os
import socket
import subprocess
import sys
from datetime import datetime

import pytest

from core.evaluate import evaluate
from core.policy_load import load_policy
from core.ticket import Ticket
from tests.core.test_policies import NAMES, text_of

TICKET = {
    "id": "1",
    "platform": "test",
    "connection": "test",
    "created_at": "2026-11-20T15:00:00Z",
    "status": "new",
    "priority": "P1",
    "facts": {"critical": True, "request": "bug"},
    "organization": {"plan": "Gold", "timezone": "Asia/Tokyo", "country": "JP"},
    "events": [
        {"at": "2026-11-20T16:00:00Z", "kind": "agent_replied"},
        {"at": "2026-11-20T17:00:00Z", "kind": "status_changed", "to": "pending"},
    ],
}


@pytest.fixture
def no_input_or_output(monkeypatch):
    """Forbid opening files and sockets."""

    def forbidden(*args, **kwargs):
        raise AssertionError(f"the core opened something: {args}")

    monkeypatch.setattr(builtins, "open", forbidden)
    monkeypatch.setattr(io, "open", forbidden)
    monkeypatch.setattr(os, "open", forbidden)
    monkeypatch.setattr(socket, "socket", forbidden)


@pytest.mark.parametrize("name", NAMES)
def test_no_input_or_output(name, request):
    """Loading a policy from its text and judging a ticket opens nothing, also for a country seen first."""
    text = text_of(name)
    request.getfixturevalue("no_input_or_output")
    policy = load_policy(text, name, use_examples=True)
    result = evaluate(Ticket.from_mapping(TICKET), policy, datetime.fromisoformat("2026-11-24T09:00:00Z"))
    assert result.to_mapping()["policy"] == name


def test_a_naive_now_is_an_error():
    """An instant without a zone is an error, never a guess."""
    with pytest.raises(ValueError, match="`now` has no zone"):
        evaluate(Ticket.from_mapping(TICKET), load_policy(text_of("vmoso")), datetime(2026, 11, 24, 9))  # noqa: DTZ001


SCRIPT = """
import json, sys
from datetime import datetime
from core.evaluate import evaluate
from core.policy_load import load_policy
from core.ticket import Ticket
ticket, text = json.load(sys.stdin)
policy = load_policy(text, "p", use_examples=True)
now = datetime.fromisoformat("2026-11-24T09:00:00Z")
print(json.dumps(evaluate(Ticket.from_mapping(ticket), policy, now).to_mapping()))
"""


@pytest.mark.parametrize("name", ["glassbeam", "vitrium"])
def test_the_same_bytes_in_every_process(name):
    """Neither the hash seed nor the process's own zone changes a byte."""
    answers = set()
    for seed, zone in (("0", "UTC"), ("1", "Asia/Kathmandu"), ("4242", "America/Vancouver")):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=json.dumps([TICKET, text_of(name)]),
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        answers.add(done.stdout)
    assert len(answers) == 1
