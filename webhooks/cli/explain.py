"""``sla-sidecar explain``: why a ticket is due when it is, read afresh from the helpdesk."""

import json
from pathlib import Path

import click

from adapters.services import Services
from core.evaluate import evaluate
from core.update import TicketRef, difference
from webhooks.cli.answers import answer
from webhooks.cli.options import opened, require_connection, settings_option
from webhooks.engine.budget import SharedBudget
from webhooks.engine.updates import summary
from webhooks.engine.wanted import wanted
from webhooks.links import adapter_of, policies_of
from webhooks.store.memory import EffectKind


@click.command()
@click.argument("connection")
@click.argument("ticket")
@click.option("--format", "form", type=click.Choice(["json", "text"]), default="text", show_default=True)
@settings_option
def explain(connection: str, ticket: str, form: str, settings: Path) -> None:
    """Say why TICKET of CONNECTION is due when it is, and what would be written now. Changes nothing."""
    with opened(settings) as (loaded, store):
        own = loaded.connections[require_connection(loaded, connection)]
        policy = policies_of(loaded)[connection]
        services = Services(budget=SharedBudget(store.database, connection), now=store.clock.now)
        with store.database.read() as reading:
            memory = store.memories.recall(reading, connection, ticket)
        ref = TicketRef(connection, ticket)
        snapshot = adapter_of(connection, own, services).fetch(ref, memory.observations)
        evaluation = evaluate(snapshot.ticket, policy, store.clock.now())
        wish = wanted(evaluation, memory.of(EffectKind.ESCALATION), own.roles)
        change = summary(difference(ref, wish, snapshot.shown, snapshot.version))
    if form == "json":
        click.echo(json.dumps(evaluation.to_mapping() | {"would_write": change}))
        return
    click.echo(answer(evaluation))
    click.echo(f"Would be written now: {json.dumps(change)}" if change else "The ticket shows all of it already.")
