"""``policy diff`` and ``policy apply``: what a new version changes, in the policy and on the tickets there are."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.policy_diff import Change, policy_changes
from webhooks.policy_files import open_policy, read_parameters

_NARROWEST = 120
_PARAMETERS = click.option(
    "--parameters", type=click.Path(exists=True, dir_okay=False), help="The admin's values, a YAML file."
)
_SETTINGS = click.option(  # as ``webhooks.cli.options.settings_option``, which would bring the whole service along
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    default="sidecar.yaml",
    show_default=True,
    envvar="SIDECAR_SETTINGS",
    help="The configuration file (or SIDECAR_SETTINGS).",
)


@click.command()
@click.argument("old")
@click.argument("new")
@_PARAMETERS
def diff(old: str, new: str, parameters: str | None) -> None:
    """Print what decides otherwise in NEW than in OLD: targets case by case, calendars, pauses, ladders, rules."""
    before, after = (
        open_policy(policy, read_parameters(parameters, policy), use_examples=True) for policy in (old, new)
    )
    print_changes(policy_changes(before, after))


@click.command()
@click.argument("connection")
@click.argument("newfile", required=False)
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--also-finished", is_flag=True, help="Judge anew what has ended, too; verdicts may change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_SETTINGS
def apply(connection: str, newfile: str | None, dry_run: bool, also_finished: bool, yes: bool, settings: Path) -> None:
    """Judge the tickets of CONNECTION by a new version of its policy, after showing what that changes.

    NEWFILE takes the place of the policy in the settings; without it, the file that they name has been edited. Clocks
    that have ended keep their verdicts unless --also-finished is given. A running service takes the new policy up when
    it is restarted, and looks at the tickets then.
    """
    from webhooks.cli.policy_apply import apply_policy  # on the whole service, as above

    apply_policy(settings, connection, newfile, dry_run=dry_run, also_finished=also_finished, yes=yes)


def print_changes(changes: Sequence[Change]) -> None:
    """Print the differences as a table."""
    if not changes:
        click.echo("nothing that decides is different")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("part", "about", "old", "new"):
        table.add_column(name, overflow="fold")
    for each in changes:
        table.add_row(*(escape(cell) for cell in (each.part, each.about, each.old, each.new)))
    out = Console()
    out.width = max(out.width, _NARROWEST)
    out.print(table)
