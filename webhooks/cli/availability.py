"""``sla-sidecar availability``: a month's account of the service itself, from a file of outages."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, TextIO

import click
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from core.availability import Credit, Statement, Verdict, percent, statement
from core.downtime import Line, Part
from core.errors import ConfigError, Fault
from core.explain import in_words, length
from core.months import Month
from core.outages import Outage
from core.policy import Policy
from core.policy_load import load_policy
from core.result import written
from core.ticket import Instant
from core.yaml_text import MAX_CHARACTERS, Document, parts, read_yaml
from core.zones import TZDATA_VERSION, zone
from webhooks.policy_files import PolicyText, policy_text, read_parameters

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_EXAMPLE = "2026-11-20T15:00:00Z"
_REMEDY = {
    "missing": "is required",
    "extra_forbidden": "is not a key of this file; remove it or correct its spelling",
    "unexpected_keyword_argument": "is not a key of an outage; remove it or correct its spelling",
    "dataclass_type": "must be a mapping with `id`, `begin` and `kind`",
    "list_type": "must be a list of outages",
    "enum": "is not a kind of outage; write unplanned, scheduled or emergency",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "timezone_aware": f"has no zone; write an instant such as {_EXAMPLE}",
}


class OutagesForm(BaseModel):
    """The file: every outage that may touch the month."""

    model_config = ConfigDict(extra="forbid")

    outages: list[Outage]


@click.command()
@click.argument("policy")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
@click.option("--month", required=True, help="The calendar month, as 2026-11.")
@click.option("--now", help="The instant to judge at (default: the present).")
@click.option("--parameters", type=click.Path(exists=True, dir_okay=False), help="The admin's values, a YAML file.")
@click.option("--format", "form", type=click.Choice(["json", "text"]), default="text", show_default=True)
def availability(policy: str, file: TextIO, month: str, now: str | None, parameters: str | None, form: str) -> None:
    """Say whether the service was as available as POLICY promises, and what a missed month gives.

    FILE is YAML with a list of `outages`, each with `id`, `begin`, `kind` (unplanned, scheduled, emergency) and, where
    known, `end`, `announced_at`, `cause`, `service` and `source`; - is standard input.
    """
    found = policy_text(policy)
    loaded = load_policy(found.text, found.source, read_parameters(parameters, policy))
    document = read_yaml(file.read(MAX_CHARACTERS + 1), file.name)
    account = _account(loaded, found, document, Month.parse(month), _instant(now))
    click.echo(json.dumps(to_mapping(account, loaded)) if form == "json" else "\n".join(_text(account, loaded)))


def _account(policy: Policy, found: PolicyText, document: Document, month: Month, now: datetime) -> Statement:
    promise = policy.form.availability
    if promise is None:
        raise ConfigError((Fault("promises no availability; add it or name another policy", "", found.source),))
    try:
        return statement(promise, _outages(document), month, now)
    except ConfigError as err:
        homes = {"outages": document, "availability": read_yaml(found.text, found.source)}
        raise ConfigError(tuple(_placed(fault, homes) for fault in err.faults)) from None


def _placed(fault: Fault, homes: Mapping[str, Document]) -> Fault:
    """Return a fault that the decision found with the file and line on which it stands, if it is about a file."""
    path = parts(fault.path)
    home = homes.get(str(path[0])) if path and not fault.source else None
    return home.fault(path, fault.message) if home else fault


def _outages(document: Document) -> list[Outage]:
    """Return the outages of the file.

    Raises:
        ConfigError: with every fault at once, each with its line.
    """
    if not isinstance(document.data, dict):
        raise ConfigError(
            (document.fault((), "must be a mapping with the key `outages`; write `outages: []` for none"),)
        )
    try:
        return OutagesForm.model_validate(document.data).outages
    except ValidationError as err:
        errors = err.errors(include_url=False, include_input=False)
        raise ConfigError(tuple(document.fault(error["loc"], _said(error)) for error in errors)) from None


def _instant(now: str | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    try:
        return _INSTANT.validate_python(datetime.fromisoformat(now))
    except ValueError:
        fault = Fault(f"{now[:60]!r} is not an instant with its zone; write one such as {_EXAMPLE}", "--now")
        raise ConfigError((fault,)) from None


def _said(error: Any) -> str:
    kind: str = error["type"]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind.startswith("datetime"):
        return f"is not an instant; write one such as {_EXAMPLE}"
    return _REMEDY.get(kind, str(error["msg"]))


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
    yield f"  {_verdict(account)}"
    yield f"  promised       {percent(account.at_least)} of the full calendar month  [{account.clause}]"
    yield f"  the month      {_length(account.total)}, of which {_length(account.allowed)} may count as downtime"
    yield f"  downtime       {_length(account.counted + account.excluded)}"
    yield f"    left out     {_length(account.excluded)}"
    yield f"    counted      {_length(account.counted)}, {_length(left)} {'over' if left < timedelta(0) else 'left'}"
    if account.credit is not None:
        yield ""
        yield f"  {_credit(account.credit, account.now.astimezone(local).date())}"
    yield ""
    yield "Outages" if account.lines else "No outage is recorded for the month."
    for line in account.lines:
        yield from _line_text(line, local)


def _verdict(account: Statement) -> str:
    available = percent(account.availability)
    if account.verdict is not Verdict.OPEN:
        return f"{account.verdict.upper()}: {available} available"
    prospect = "can still be met" if account.can_be_met else "CAN NO LONGER BE MET"
    return f"OPEN, {prospect}: {available} available so far, at best {percent(account.at_best)} by the month's end"


def _credit(credit: Credit, today: date) -> str:
    last = f"{credit.last_claim_on:%A} {credit.last_claim_on.day} {credit.last_claim_on:%B %Y}"
    claim = f"could be claimed until {last}" if today > credit.last_claim_on else f"to be claimed by {last}"
    return f"Credit: {credit.share_of_yearly_fee} of the yearly fee, {claim}  [{credit.clause}]"


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
        yield f"    {verdict:<9}{_length(part.time):<15}{_why(part)}  [{part.clause}]"


def _why(part: Part) -> str:
    if part.time == part.end - part.begin:
        return part.why
    return f"{part.why} (of {_length(part.end - part.begin)}; the rest is booked on an outage that overlaps)"


def _length(time: timedelta) -> str:
    return length(time.total_seconds())
