"""``python -m sandbox.jira``: a site with a few people and an API token, to try things on."""

from datetime import datetime

import click

from sandbox.common.clock import Clock
from sandbox.jira.example import furnish
from sandbox.jira.serving import serve
from sandbox.jira.state import State
from sandbox.jira.store import Switches


@click.command()
@click.option("--port", default=0, help="0 is any free port.")
@click.option("--limits/--no-limits", default=True, help="Whether rate limits hold.")
@click.option("--speed", default=1.0, help="Seconds of the site's clock in one real second.")
@click.option("--start-at", default=None, help="The clock's first instant, such as 2026-11-20T15:00:00Z.")
@click.option("--data-center", is_flag=True, help="Behave as Data Center 10 does.")
def main(port: int, limits: bool, speed: float, start_at: str | None, data_center: bool) -> None:
    """Serve a stand-in for Jira Service Management on 127.0.0.1."""
    try:
        start = datetime.fromisoformat(start_at) if start_at else None
        state = State(Clock(start, speed), switches=Switches(data_center=data_center))
    except ValueError as err:
        raise click.BadParameter(str(err), param_hint="--start-at") from None
    service = furnish(state)
    kind = "Personal access token" if data_center else "API token"
    click.echo(f"{kind} {state.add_token(service).value} for {service.email}")
    serve(state, port, limits=limits)


main()
