"""``sla-sidecar explain``: why a ticket is due when it is, read afresh from the helpdesk."""

import json
from pathlib import Path

import click

from adapters.services import Services
from core.update import TicketRef, difference
from webhooks.cli.answers import answer
from webhooks.cli.options import opened, require_connection, settings_option
from webhooks.effects.due import due
from webhooks.engine.budget import SharedBudget
from webhooks.engine.updates import summary
from webhooks.engine.verdicts import kept
from webhooks.links import linker


@click.command()
@click.argument("connection")
@click.argument("ticket")
@click.option("--format", "form", type=click.Choice(["json", "text"]), default="text", show_default=True)
@settings_option
def explain(connection: str, ticket: str, form: str, settings: Path) -> None:
    """Say why TICKET of CONNECTION is due when it is, and what would be written now. Changes nothing."""
    with opened(settings) as (loaded, store):
        require_connection(loaded, connection)
        link = linker(loaded)(connection, Services(SharedBudget(store.database, connection), now=store.clock.now))
        with store.database.read() as reading:
            memory = store.memories.recall(reading, connection, ticket)
        ref = TicketRef(connection, ticket)
        snapshot = link.adapter.fetch(ref, memory.observations)
        subject, now = memory.added_to(snapshot.ticket), store.clock.now()
        evaluation = kept(link.evaluate(subject, now), memory.result)
        shown = snapshot.shown
        taking = due(
            link.reached(evaluation),
            memory.effects,
            shown.note_keys,
            now,
            now,
            writes=link.writes,
            reply_keys=shown.reply_keys,
        )
        wish = link.wanted(subject, evaluation, taking.states, taking.reply)
        wish = link.routed(wish, evaluation, {route.key for route in taking.routes})
        change = summary(difference(ref, wish, shown, snapshot.version)) | taking.reply_summary
    problems = link.problems(evaluation)
    if form == "json":
        result = evaluation.to_mapping()
        click.echo(json.dumps(result | {"problems": [*result["problems"], *problems], "would_write": change}))
        return
    click.echo(answer(evaluation))
    for problem in problems:
        click.echo(f"note: {problem}")
    click.echo(f"Would be written now: {json.dumps(change)}" if change else "The ticket shows all of it already.")
