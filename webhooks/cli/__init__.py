"""The command line. Commands are imported when they are called, so that each starts fast."""

import sys
from importlib import import_module

import click

from core.errors import ConfigError, SidecarError

_COMMANDS = {
    "availability": "webhooks.cli.availability:availability",
    "backfill": "webhooks.cli.backfill:backfill",
    "connect": "webhooks.cli.connect:connect",
    "deadline": "webhooks.cli.deadline:deadline",
    "deliveries": "webhooks.cli.lists:deliveries",
    "demo": "webhooks.cli.demo:demo",
    "doctor": "webhooks.cli.doctor:doctor",
    "escalations": "webhooks.cli.lists:escalations",
    "evaluate": "webhooks.cli.evaluate:evaluate",
    "explain": "webhooks.cli.explain:explain",
    "forget": "webhooks.cli.lists:forget",
    "init": "webhooks.cli.init:init",
    "looks": "webhooks.cli.lists:looks",
    "outage": "webhooks.cli.outage:outage",
    "password": "webhooks.console.password:password",
    "pause": "webhooks.cli.run:pause",
    "policy": "webhooks.cli.policy:policy",
    "reconcile": "webhooks.cli.reconcile:reconcile",
    "report": "webhooks.cli.report:report",
    "resume": "webhooks.cli.run:resume",
    "serve": "webhooks.cli.run:serve",
    "tickets": "webhooks.cli.lists:tickets",
    "upgrade": "webhooks.cli.run:upgrade",
    "worker": "webhooks.cli.run:worker",
}


class _Lazy(click.Group):
    """A group whose commands lie in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sla-sidecar")
def cli() -> None:
    """SLA deadlines, tiers and escalations beside the helpdesk that you already have."""


def main() -> None:
    """Run the command line; an error of ours is one line for each fault on standard error, never a traceback."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.ClickException as err:
        err.show()
        sys.exit(err.exit_code)
    except ConfigError as err:
        for fault in err.faults:
            click.echo(str(fault), err=True)
        sys.exit(2)
    except SidecarError as err:
        click.echo(str(err), err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as err:
        click.echo(f"{err.filename or 'input or output'}: {err.strerror}", err=True)
        sys.exit(2)
