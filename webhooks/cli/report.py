"""``sla-sidecar report``: the weekly report on the terminal, as a page, or by mail now."""

from datetime import date, datetime
from pathlib import Path

import click

from core.zones import zone
from webhooks.cli.options import actor, opened, settings_option
from webhooks.console.figures import read_week
from webhooks.console.queries import Reading
from webhooks.console.report import report_of
from webhooks.console.report_letter import html_of, text_of
from webhooks.console.report_mail import REPORT, ReportMail
from webhooks.console.report_schedule import last_week
from webhooks.notify_settings import is_address
from webhooks.service import Store
from webhooks.settings import Settings


@click.command()
@click.option("--week", help="The week, as 2026-W47 (default: the last one that is over).")
@click.option("--mail", "mails", is_flag=True, help="Mail it now to those under `console.report`.")
@click.option("--to", multiple=True, help="Mail it now to this address instead; may be repeated.")
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True)
@settings_option
def report(week: str | None, mails: bool, to: tuple[str, ...], form: str, settings: Path) -> None:
    """Print the weekly report, or mail it now.

    A week that is mailed to all is not mailed again by the service; a copy by --to changes nothing.
    """
    if mails and to:
        raise click.UsageError("say --mail for those in the settings, or --to for others; not both")
    for address in to:
        if not is_address(address):
            raise click.BadParameter(f"{address!r} is no e-mail address; write boss@example.com", param_hint="--to")
    with opened(settings) as (loaded, store):
        local = loaded.console.zone if loaded.console else zone("UTC")
        now = store.clock.now()
        wanted = last_week(local, now) if week is None else read_week(week)
        if wanted is None:
            raise click.BadParameter(f"{week!r} is no week; write it as 2026-W47", param_hint="--week")
        if mails or to:
            counts = not to and wanted <= last_week(local, now)
            _mail(loaded, store, wanted, now, to, counts=counts)
            return
        found = report_of(Reading(store.database), local, wanted, now)
        click.echo((html_of if form == "html" else text_of)(found, loaded.console_url), nl=False)


def _mail(settings: Settings, store: Store, week: date, now: datetime, to: tuple[str, ...], *, counts: bool) -> None:
    mail = ReportMail(settings, store.database, store.runtime)
    counts = counts and not mail.was_sent(week)
    refused = mail.send(week, now, to)
    with store.database.write() as connection:
        mail.note_sent(connection, week, actor(), refused, counts=counts)
        store.looks.request(connection, [REPORT], now)  # what failed before is no longer shown
    for address, why in refused.items():
        click.echo(f"not sent to {address}: {why}", err=True)
    click.echo(f"sent to {', '.join(each for each in to or mail.to if each not in refused)}")
