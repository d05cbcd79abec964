"""``sla-sidecar demo``: stand-in helpdesks, the service beside them, and days of tickets."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click


@click.command()
@click.option("--port", default=8080, show_default=True, help="The service's port; 0 is any free one.")
@click.option(
    "--desk-port",
    default=8081,
    show_default=True,
    help="The first helpdesk's port, the others take the next; 0 is any free ones.",
)
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Keep settings, database and log here."
)
@click.option(
    "--story",
    type=click.Choice(["two-days", "week", "none"]),
    default="two-days",
    show_default=True,
    help="What is played first: two days explained step by step, or a week in a minute.",
)
@click.option("--pace", default=1.0, show_default=True, type=click.FloatRange(0, 100), help="2 tells it half as fast.")
def demo(port: int, desk_port: int, folder: Path | None, story: str, pace: float) -> None:
    """Watch tickets get their deadlines in a helpdesk on this machine; nothing else is needed.

    Stand-ins for Zendesk, Jira Service Management and Freshdesk and the service run on 127.0.0.1 with Glassbeam's
    policy; Ctrl-C stops them all.
    """
    from webhooks.demo.run import Story, run
    from webhooks.demo.telling import Pace

    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(TemporaryDirectory(prefix="sla-sidecar-demo-")))
        where.mkdir(parents=True, exist_ok=True)
        run(where, port, desk_port, Story(story), Pace(3 * pace, 4 * pace, 60 * pace), lambda line: click.echo(line))
