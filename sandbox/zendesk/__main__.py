"""``python -m sandbox.zendesk``: an account with a few people, an API client and an API token, to try things on."""

from datetime import datetime

import click

from sandbox.common.clock import Clock
from sandbox.zendesk.example import furnish
from sandbox.zendesk.serving import serve
from sandbox.zendesk.state import State


@click.command()
@click.option("--port", default=0, help="0 is any free port.")
@click.option("--limits/--no-limits", default=True, help="Whether rate limits hold.")
@click.option("--speed", default=1.0, help="Seconds of the account's clock in one real second.")
@click.option("--start-at", default=None, help="The clock's first instant, such as 2026-11-20T15:00:00Z.")
@click.option("--client-secret", default=None, help="Of the OAuth client sla-sidecar; made up where left out.")
def main(port: int, limits: bool, speed: float, start_at: str | None, client_secret: str | None) -> None:
    """Serve a stand-in for Zendesk Support on 127.0.0.1."""
    try:
        start = datetime.fromisoformat(start_at) if start_at else None
        state = State(Clock(start, speed))
    except ValueError as err:
        raise click.BadParameter(str(err), param_hint="--start-at") from None
    client = furnish(state, client_secret)
    click.echo(f"OAuth client {client.identifier}, secret {client.secret}")
    click.echo(f"API token {state.add_api_token()} for {state.owner().email}")
    serve(state, port, limits=limits)


main()
