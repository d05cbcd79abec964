"""The work of ``policy apply``: judge tickets by a new version of their policy, show what changes, have it done."""

from functools import partial
from pathlib import Path

import click

from core.policy_diff import policy_changes
from webhooks.backfill.judgements import Judgement, judgements
from webhooks.backfill.pacing import Pacing, link_of
from webhooks.cli.options import actor, opened, require_connection
from webhooks.cli.policy_changes import print_changes
from webhooks.cli.progress import counted
from webhooks.configuration import Configuration
from webhooks.engine.policy_change import PolicyChanges
from webhooks.policy_files import bundled, open_policy
from webhooks.settings import Settings


def apply_policy(
    settings: Path, connection: str, newfile: str | None, *, dry_run: bool, also_finished: bool, yes: bool
) -> None:
    """Show what a policy changes on the tickets of a connection, and unless it is a dry run have them looked at.

    Raises:
        ConfigError: the settings or the new file cannot be used.
    """
    with opened(settings) as (loaded, store):
        own = loaded.connections[require_connection(loaded, connection)]
        after = _with_policy(loaded, connection, newfile) if newfile else loaded
        if newfile:
            before = open_policy(_place(loaded, own.policy), own.parameters)
            print_changes(policy_changes(before, open_policy(newfile, own.parameters)))
        pacing = Pacing(tell=partial(click.echo, err=True))
        link = link_of(after, store, connection, pacing)
        changes = PolicyChanges(store.database, store.clock, store.looks, store.runtime)
        concerned = changes.concerned(connection, link.versions, also_finished=also_finished)
        found = judgements(store, link, concerned, pacing, also_finished=also_finished)
        changed = sum(_say(each) for each in counted("judging", len(concerned), found))
        click.echo(f"{len(concerned)} tickets were judged by another version; {changed} of them change")
        if dry_run:
            click.echo("dry run: nothing was written")
            return
        if not yes:
            click.confirm("Apply it?", abort=True)
        if newfile:
            _write_settings(settings, connection, after.connections[connection].policy)
        if also_finished:
            changes.rejudge(connection, link.versions)
        changes.make_due(connection, concerned, also_finished=also_finished)
        with store.database.write() as writing:
            detail = {"to": sorted(link.versions), "tickets": len(concerned), "also_finished": also_finished}
            store.runtime.note(writing, connection, "", actor(), "policy applied", detail)
    click.echo(f"{len(concerned)} tickets are looked at; restart a service that was started before the policy changed")


def _with_policy(settings: Settings, name: str, newfile: str) -> Settings:
    """Return the settings with another policy for one connection, written as the settings' file would name it."""
    own = settings.connections[name]
    place = newfile
    if newfile not in bundled():
        path = Path(newfile).resolve()
        folder = settings.folder.resolve()
        place = str(path.relative_to(folder) if path.is_relative_to(folder) else path)
    changed = own.model_copy(update={"policy": place})
    return settings.model_copy(update={"connections": {**settings.connections, name: changed}})


def _place(settings: Settings, policy: str) -> str:
    path = settings.folder / policy
    return str(path) if path.is_file() else policy


def _write_settings(path: Path, name: str, policy: str) -> None:
    file = Configuration(path)
    file.connection(name)["policy"] = policy
    file.save()


def _say(each: Judgement) -> bool:
    """Print what changes on a ticket, and return whether anything does."""
    for change in each.changes:
        click.echo(f"{each.ticket_id}: {change.about}, {change.part}: {change.old} → {change.new}")
    if each.problem:
        click.echo(f"{each.ticket_id}: cannot be judged: {each.problem}")
    return bool(each.changes)
