"""``sla-sidecar availability``: a month's account of the service itself, of a connection or from a file of outages."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, TextIO

import click
from pydantic import TypeAdapter

from core.availability import Statement, percent, statement
from core.downtime import Line
from core.errors import ConfigError, Fault
from core.explain import in_words
from core.policy import Policy
from core.policy_load import load_policy
from core.result import written
from core.ticket import Instant
from core.yaml_text import MAX_CHARACTERS, Document, parts, read_yaml
from core.zones import TZDATA_VERSION, zone
from webhooks.availability import words
from webhooks.availability.reading import EXAMPLE, outages_in
from webhooks.availability.recorded import account_of, month_of, promising
from webhooks.availability.words import amount
from webhooks.cli.options import opened, require_connection, settings_option
from webhooks.links import books_of
from webhooks.policy_files import policy_text, read_parameters

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@click.command()
@click.argument("subject", metavar="CONNECTION|POLICY")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), required=False)
@click.option("--month", help="The calendar month, as 2026-11 (default: the present one).")
@click.option("--now", help="The instant to judge at (default: the present).")
@click.option("--parameters", type=click.Path(exists=True, dir_okay=False), help="With FILE: the admin's values, YAML.")
@click.option("--format", "form", type=click.Choice(["json", "text"]), default="text", show_default=True)
@settings_option
def availability(
    subject: str,
    file: TextIO | None,
    month: str | None,
    now: str | None,
    parameters: str | None,
    form: str,
    settings: Path,
) -> None:
    """Say whether the service was as available as its policy promises in a month, and what a missed month gives.

    CONNECTION alone: from the outages that are recorded for it, by `sla-sidecar outage` or on the console's page.

    POLICY and FILE: from a YAML list of `outages`, each with `id`, `begin`, `kind` (unplanned, scheduled, emergency)
    and, where known, `end`, `announced_at`, `cause`, `service` and `source`; - is standard input. Needs no settings.
    """
    at = _instant(now)
    if file is None:
        policy, account = _of_connection(settings, subject, month, at)
    else:
        policy, account = _of_file(subject, file, read_parameters(parameters, subject), month, at)
    click.echo(json.dumps(to_mapping(account, policy)) if form == "json" else "\n".join(_text(account, policy)))


def _of_connection(path: Path, name: str, month: str | None, now: datetime | None) -> tuple[Policy, Statement]:
    with opened(path) as (settings, store):
        found = promising(books_of(settings)[require_connection(settings, name)].policies)
        if found is None:
            raise ConfigError(f"no policy of the connection {name!r} promises availability; name another connection")
        policy, promise = found
        at = now or store.clock.now()
        outages = [each.outage for each in store.outages.of(name)]
        return policy, account_of(promise, outages, month_of(promise, month, at), at)


def _of_file(
    name: str, file: TextIO, parameters: Mapping[str, Any], month: str | None, now: datetime | None
) -> tuple[Policy, Statement]:
    text = policy_text(name)
    policy = load_policy(text.text, text.source, parameters)
    promise = policy.form.availability
    if promise is None:
        raise ConfigError((Fault("promises no availability; add it or name another policy", "", text.source),))
    document = read_yaml(file.read(MAX_CHARACTERS + 1), file.name)
    outages, at = outages_in(document), now or datetime.now(UTC)
    try:
        return policy, statement(promise, outages, month_of(promise, month, at), at)
    except ConfigError as err:
        raise ConfigError(tuple(_placed(fault, document) for fault in err.faults)) from None


def _placed(fault: Fault, document: Document) -> Fault:
    """Return a fault that the decision found with the file and line on which it stands, if it is about an outage."""
    return document.fault(parts(fault.path), fault.message) if fault.path else fault


def _instant(now: str | None) -> datetime | None:
    if now is None:
        return None
    try:
        return _INSTANT.validate_python(datetime.fromisoformat(now))
    except ValueError:
        fault = Fault(f"{now[:60]!r} is not an instant with its zone; write one such as {EXAMPLE}", "--now")
        raise ConfigError((fault,)) from None


def to_mapping(account: Statement, policy: Policy) -> dict[str, Any]:
    """Return the statement as a JSON object: instants in UTC, time in seconds, shares as exact fractions."""
    credit = account.credit
    return {
        "schema": 1,
        "policy": policy.name,
        "policy_version": policy.version,
        "tzdata": TZDATA_VERSION,
        "month": str(account.month),
        "timezone": account.timezone,
        "begin": written(account.begin),
        "end": written(account.end),
        "now": written(account.now),
        "verdict": account.verdict.value,
        "can_be_met": account.can_be_met,
        "at_least": str(account.at_least),
        "availability": str(account.availability),
        "availability_percent": percent(account.availability),
        "at_best": str(account.at_best),
        "at_best_percent": percent(account.at_best),
        "total_seconds": _seconds(account.total),
        "allowed_seconds": _seconds(account.allowed),
        "counted_seconds": _seconds(account.counted),
        "excluded_seconds": _seconds(account.excluded),
        "clause": account.clause,
        "credit": credit
        and {
            "share_of_yearly_fee": str(credit.share_of_yearly_fee),
            "last_claim_on": credit.last_claim_on.isoformat(),
            "clause": credit.clause,
        },
        "outages": [_line_mapping(line) for line in account.lines],
    }


def _line_mapping(line: Line) -> dict[str, Any]:
    outage = line.outage
    return {
        "id": outage.id,
        "begin": written(outage.begin),
        "end": written(outage.end),
        "kind": outage.kind.value,
        "service": outage.service,
        "cause": outage.cause,
        "announced_at": written(outage.announced_at),
        "source": outage.source,
        "counted_seconds": _seconds(line.counted),
        "excluded_seconds": _seconds(line.excluded),
        "parts": [
            {
                "begin": written(part.begin),
                "end": written(part.end),
                "counts": part.counts,
                "seconds": _seconds(part.time),
                "why": part.why,
                "clause": part.clause,
            }
            for part in line.parts
        ],
    }


def _seconds(time: timedelta) -> int | float:
    seconds = time.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _text(account: Statement, policy: Policy) -> Iterator[str]:
    """Yield the statement's lines: the verdict, the sum, the credit, then every outage with its reasons."""
    local = zone(account.timezone)
    begin, end, now = (in_words(at.astimezone(local)) for at in (account.begin, account.end, account.now))
    left = account.allowed - account.counted
    yield f"{policy.form.title}: availability in {account.month.first_on:%B %Y}"
    yield f"  {begin} to {end} ({account.timezone}); judged at {now}"
    yield ""
    yield f"  {words.verdict(account)}"
    yield f"  promised       {percent(account.at_least)} of the full calendar month  [{account.clause}]"
    yield f"  the month      {amount(account.total)}, of which {amount(account.allowed)} may count as downtime"
    yield f"  downtime       {amount(account.counted + account.excluded)}"
    yield f"    left out     {amount(account.excluded)}"
    yield f"    counted      {amount(account.counted)}, {amount(left)} {'over' if left < timedelta(0) else 'left'}"
    if account.credit is not None:
        yield ""
        said = words.credit(account.credit, account.now.astimezone(local).date())
        yield f"  Credit: {said}  [{account.credit.clause}]"
    yield ""
    yield "Outages" if account.lines else "No outage is recorded for the month."
    for line in account.lines:
        yield from _line_text(line, local)


def _line_text(line: Line, local: tzinfo) -> Iterator[str]:
    outage = line.outage
    begin = in_words(outage.begin.astimezone(local))
    end = "not ended" if outage.end is None else in_words(outage.end.astimezone(local))
    source = f" ({outage.source})" if outage.source else ""
    yield f"  {outage.id}, {outage.kind}: {begin} to {end}{source}"
    if not line.parts:
        yield "    has not begun"
    for part in line.parts:
        verdict = "counts" if part.counts else "left out"
        yield f"    {verdict:<9}{amount(part.time):<15}{words.why(part)}  [{part.clause}]"
