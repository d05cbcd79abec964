"""A console with tickets in it: a service on a fresh store, signed-in clients, a few tickets or a hundred thousand."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash

from core.evaluate import evaluate
from core.policy import Policy
from core.ticket import Ticket
from webhooks.app import create_app
from webhooks.console.app import register
from webhooks.console.console import EXTENSION
from webhooks.console.settings import ConsoleSettings
from webhooks.policy_files import open_policy
from webhooks.secret import Surroundings
from webhooks.service import Service, Store, open_store
from webhooks.settings import Settings
from webhooks.store.memory import Effect, EffectKind, EffectState, LastWrite, Remembered, Standing
from webhooks.store.results import Result
from webhooks.store.summaries import Place, summary_of, verdicts_of
from webhooks.store.tables import summaries, tickets, verdicts

OPERATOR, VIEWER = "operator's password", "viewer's password"
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)  # a Tuesday, 10:00 in Los Angeles
ENVIRONMENT = {name: secrets.token_hex(16) for name in ("TOKEN", "TOKEN_B", "TOKEN_C", "KEY")}
ENVIRONMENT["OPENID"] = "the-client's-secret"
AROUND = Surroundings(Path(), ENVIRONMENT)
_CHEAP = {"method": "pbkdf2:sha256:1"}  # a test's password need not be slow to check
BATCH = 2000
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


def console_settings(**options: Any) -> ConsoleSettings:
    """Return a console's settings, both passwords set."""
    given = {
        "operator_password": generate_password_hash(OPERATOR, **_CHEAP),
        "viewer_password": generate_password_hash(VIEWER, **_CHEAP),
        "session_key": "${KEY}",
        "timezone": "America/Los_Angeles",
    }
    return ConsoleSettings.model_validate(given | options, context=AROUND)


def make_settings(url: str, console: ConsoleSettings | None = None, **options: Any) -> Settings:
    """Return settings: ``acme`` by Glassbeam's policy, ``beta`` by Vitrium's, ``cloud`` by Spirion's."""
    acme = {"platform": "zendesk", "policy": "glassbeam", "token": "${TOKEN}", "write": "on"}
    acme |= {"teams": {"360001": "Second line", "360002": HOSTILE}}
    beta = {"platform": "zendesk", "policy": "vitrium", "token": "${TOKEN_B}"}
    cloud = {"platform": "zendesk", "policy": "spirion", "token": "${TOKEN_C}"}
    data = {"database": url, "connections": {"acme": acme, "beta": beta, "cloud": cloud}} | options
    settings = Settings.model_validate(data, context=AROUND)
    return settings.model_copy(update={"console": console or console_settings()})


class World:
    """A service that does no looks by itself, its console, and the time, which stands at ``NOW``."""

    def __init__(self, url: str, console: ConsoleSettings | None = None, **options: Any) -> None:
        settings = make_settings(url, console, **options)
        self.store: Store = open_store(settings)
        self.summaries = self.store.summaries
        self.service = Service(settings, self.store, lambda *_: SimpleNamespace(adapter=None))
        self.app: Flask = create_app(self.service)
        register(self.app, self.service)
        self.policies: dict[str, Policy] = {"acme": open_policy("glassbeam"), "beta": open_policy("vitrium")}
        console = self.app.extensions[EXTENSION]
        self.reading, self.shelf = console.reading, console.shelf
        self.set_time(NOW)

    def set_time(self, now: datetime) -> None:
        """Let the service's clock show an instant; it goes on from there."""
        self.store.clock.set_offset(now - datetime.now(UTC))

    def close(self) -> None:
        self.store.database.close()

    def client(self, password: str | None = OPERATOR) -> FlaskClient:
        """Return a browser that is signed in, or one that is not."""
        client = self.app.test_client()
        if password is not None:
            answer = client.post("/console/sign-in", data={"csrf": csrf_of(client), "password": password})
            assert answer.status_code == 302
        return client

    def look(
        self, ticket: dict[str, Any], connection: str = "acme", now: datetime = NOW, **place: str | None
    ) -> Result:
        """Let a look decide about a ticket, as the engine does, and remember it."""
        whole = {"id": "1", "platform": "zendesk", "connection": connection, "status": "new", **ticket}
        evaluation = evaluate(Ticket.from_mapping(whole), self.policies[connection], now)
        mapping = evaluation.to_mapping()
        result = Result.from_stored(mapping)
        left = Remembered(
            Standing.LIVE,
            state=result.state,
            result=mapping,
            last_write=LastWrite(),
            next_wake_at=evaluation.next_wake_at,
        )
        reached = tuple(
            Effect(EffectKind.ESCALATION, each.key, EffectState.DONE, each.reached_at)
            for each in evaluation.escalations
        )
        with self.store.database.write() as transaction:
            self.store.memories.remember(transaction, connection, whole["id"], left, now)
            self.store.memories.record(transaction, connection, whole["id"], reached, now)
            self.summaries.keep(transaction, connection, whole["id"], result.state, mapping, Place(**place))
        return result

    def many(self, count: int, kinds: int = 240) -> None:
        """Store many tickets of some kinds, opened over the last weeks: what the lists and figures have to bear."""
        made = [_made(kind, self.policies["acme"]) for kind in range(kinds)]
        for first in range(0, count, BATCH):
            rows = [(f"{n:06}", *made[n % kinds]) for n in range(first, min(first + BATCH, count))]
            with self.store.database.write() as transaction:
                transaction.execute(sa.insert(tickets), [_row(ticket_id, result) for ticket_id, result, _ in rows])
                transaction.execute(
                    sa.insert(summaries), [_key(i) | asdict(summary_of(r)) | {"team": _team(i)} for i, _, r in rows]
                )
                found = [_key(i) | asdict(each) for i, _, r in rows for each in verdicts_of(r, console_settings().zone)]
                transaction.execute(sa.insert(verdicts), found)


def csrf_of(client: FlaskClient) -> str:
    """Return the token of the client's session."""
    client.get("/console/sign-in")
    with client.session_transaction("/console/") as session:
        return str(session.get("csrf", ""))


def _made(kind: int, policy: Policy) -> tuple[dict[str, Any], Result]:
    """Return one kind of ticket: opened hours or weeks ago, of some plan and priority, left alone or looked after."""
    created_at = NOW - timedelta(hours=1 + kind * 8.5)
    events = list(_events(kind, created_at))
    ticket = {
        "id": "0",
        "platform": "zendesk",
        "connection": "acme",
        "status": "new",
        "created_at": created_at.isoformat(),
        "priority": ("P1", "P2", "P3")[kind % 3],
        "organization": {"plan": ("Gold", "Silver", "Standard")[kind // 3 % 3]},
        "events": events,
    }
    mapping = evaluate(Ticket.from_mapping(ticket), policy, NOW).to_mapping()
    return mapping, Result.from_stored(mapping)


def _events(kind: int, created_at: datetime) -> Iterator[dict[str, Any]]:
    def at(hours: float) -> str:
        return (created_at + timedelta(hours=hours)).isoformat()

    if kind % 11 != 0:
        yield {"at": at(0.4 + kind % 7), "kind": "agent_replied"}
    if kind % 5 == 0:
        yield {"at": at(7.5), "kind": "status_changed", "to": "pending"}
    elif kind % 11 != 0:
        yield {"at": at(8 + kind % 60), "kind": "status_changed", "to": "solved"}


def _team(ticket_id: str) -> str:
    """Return one of nine groups, whatever the ticket's kind: more rows of the cube than in life."""
    return str(360000 + int(ticket_id) % 9)


def _key(ticket_id: str) -> dict[str, str]:
    return {"connection": "acme", "ticket_id": ticket_id}


def _row(ticket_id: str, mapping: dict[str, Any]) -> dict[str, Any]:
    wake_at = mapping["next_wake_at"]
    return _key(ticket_id) | {
        "state": mapping["state"],
        "first_looked_at": NOW,
        "looked_at": NOW,
        "next_wake_at": datetime.fromisoformat(wake_at) if wake_at else None,
        "result": json.loads(json.dumps(mapping)),
        "observations": {},
        "written": {},
    }
