"""``sla-sidecar demo``: stand-in helpdesks, the service beside them, and two days of tickets."""

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
@click.option("--story/--no-story", default=True, help="Play a day of tickets first.")
@click.option("--pace", default=1.0, show_default=True, type=click.FloatRange(0, 100), help="2 tells it half as fast.")
def demo(port: int, desk_port: int, folder: Path | None, story: bool, pace: float) -> None:
    """Watch tickets get their deadlines in a helpdesk on this machine; nothing else is needed.

    Stand-ins for Zendesk, Jira Service Management and Freshdesk and the service run on 127.0.0.1 with Glassbeam's
    policy; Ctrl-C stops them all.
    """
    from webhooks.demo.run import Pace, run

    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(TemporaryDirectory(prefix="sla-sidecar-demo-")))
        where.mkdir(parents=True, exist_ok=True)
        run(where, port, desk_port, Pace(3 * pace, 4 * pace) if story else None, lambda line: click.echo(line))
