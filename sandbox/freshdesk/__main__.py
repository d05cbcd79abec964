"""``python -m sandbox.freshdesk``: an account with a few people and an API key, to try things on."""

from datetime import datetime

import click

from sandbox.common.clock import Clock
from sandbox.freshdesk.example import furnish
from sandbox.freshdesk.limits import PLANS
from sandbox.freshdesk.serving import serve
from sandbox.freshdesk.state import State
from sandbox.freshdesk.store import Switches


@click.command()
@click.option("--port", default=0, help="0 is any free port.")
@click.option("--limits/--no-limits", default=True, help="Whether rate limits hold.")
@click.option("--plan", type=click.Choice(list(PLANS)), default="growth", help="How many calls a minute has.")
@click.option("--newer-engine", is_flag=True, help="The native SLA engine that works due dates out after any update.")
@click.option("--automations-api/--no-automations-api", default=True, help="Whether rules can be made by API.")
@click.option("--speed", default=1.0, help="Seconds of the account's clock in one real second.")
@click.option("--start-at", default=None, help="The clock's first instant, such as 2026-11-20T15:00:00Z.")
@click.option("--api-key", default=None, help="Of the agent SLA Sidecar; made up where left out.")
def main(
    port: int,
    limits: bool,
    plan: str,
    newer_engine: bool,
    automations_api: bool,
    speed: float,
    start_at: str | None,
    api_key: str | None,
) -> None:
    """Serve a stand-in for Freshdesk on 127.0.0.1."""
    switches = Switches(plan=plan, newer_engine=newer_engine, automations_api=automations_api)
    try:
        start = datetime.fromisoformat(start_at) if start_at else None
        state = State(Clock(start, speed), switches=switches)
    except ValueError as err:
        raise click.BadParameter(str(err), param_hint="--start-at") from None
    service = furnish(state, api_key)
    click.echo(f"API key {service.api_key} of {service.email}")
    serve(state, port, limits=limits)


main()
