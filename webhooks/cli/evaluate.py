"""``sla-sidecar evaluate``: what a policy says about tickets in a file."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TextIO

import click

from core.errors import ConfigError, Fault, Faults, SidecarError, TicketError
from core.evaluate import Evaluation
from core.evaluate import evaluate as decide
from core.policy import Policy
from core.ticket import Ticket
from core.yaml_text import Document, Path, parts, read_yaml
from webhooks.cli.answers import answer
from webhooks.policy_files import open_policy, read_parameters


@click.command()
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
@click.option("--policy", help="A bundled policy or a path, for input that names none.")
@click.option("--now", help="The instant to judge at, for input that names none (default: the present).")
@click.option("--parameters", type=click.Path(exists=True, dir_okay=False), help="The admin's values, a YAML file.")
@click.option("--format", "form", type=click.Choice(["json", "text"]), default="json", show_default=True)
def evaluate(file: TextIO, policy: str | None, now: str | None, parameters: str | None, form: str) -> None:
    """Say what deadlines tickets have, and why.

    FILE holds one ticket as a JSON object, or JSON lines of {"policy": ..., "ticket": ..., "now": ...}; - is
    standard input. Results come in the order of the input, as JSON one a line. A bad line yields {"error": ...} in
    its place, and exit status 1 at the end.
    """
    run = _Run(file.name, policy, now, parameters)
    first = file.readline()
    whole = _parsed(first)
    if not isinstance(whole, dict):  # one object over several lines, or nothing that can be read
        text = first + file.read()
        whole = _parsed(text)
        if isinstance(whole, dict):
            _print(run.one(whole, text), form)
            return
        lines: Iterator[str] = iter(text.splitlines())
    elif "ticket" not in whole:
        _print(run.one(whole, first), form)
        return
    else:
        lines = _lines(first, file)
    failed = [number for number, line in enumerate(lines, 1) if line.strip() and not _line(run, line, number, form)]
    if failed:
        sys.exit(1)


def _lines(first: str, file: TextIO) -> Iterator[str]:
    yield first
    yield from file


def _line(run: "_Run", line: str, number: int, form: str) -> bool:
    """Print the result of one line; return False if it is bad."""
    try:
        request = _parsed(line)
        if not isinstance(request, dict):
            raise TicketError("is not a JSON object with `policy`, `ticket` and `now`")
        _print(run.requested(request), form)
    except SidecarError as err:
        faults = getattr(err, "faults", None) or (Fault(str(err)),)
        text = "; ".join(f"{fault.path}: {fault.message}" if fault.path else fault.message for fault in faults)
        place = f"{run.source}:{number}"
        if form == "json":
            click.echo(json.dumps({"error": f"{place}: {text}"}))
        else:
            click.echo(f"{place}: {text}", err=True)
        return False
    return True


def _print(evaluation: Evaluation, form: str) -> None:
    click.echo(json.dumps(evaluation.to_mapping()) if form == "json" else answer(evaluation))


def _parsed(text: str) -> Any:
    """Return the JSON value in a text, or None if it cannot be read, also for depth and size."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class _Run:
    """One call of the command: what its options say, and the policies loaded so far."""

    def __init__(self, source: str, policy: str | None, now: str | None, parameters: str | None) -> None:
        self.source, self.policy, self.now, self.parameters = source, policy, now, parameters
        self.load = cache(self._load)

    def _load(self, policy: str) -> Policy:
        return open_policy(policy, read_parameters(self.parameters, policy))

    def one(self, whole: Mapping[str, Any], text: str) -> Evaluation:
        """Return the evaluation of a file that is one ticket, or one request.

        Raises:
            ConfigError: with the line of each fault in the file.
        """
        request = whole if "ticket" in whole else {"ticket": whole}
        under: Path = ("ticket",) if "ticket" in whole else ()
        try:
            return self.requested(request)
        except TicketError as err:
            raise ConfigError(_placed(err.faults, text, self.source, under)) from None

    def requested(self, request: Mapping[str, Any]) -> Evaluation:
        """Return the evaluation that one request asks for; its other keys are ignored."""
        policy = request.get("policy", self.policy)
        if not isinstance(policy, str):
            raise TicketError((Fault("is required: name a bundled policy or a file, here or as --policy", "policy"),))
        ticket = Ticket.from_mapping(request.get("ticket"))
        return decide(ticket, self.load(policy), _instant(request.get("now", self.now)))


def _instant(written: object) -> datetime:
    if written is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(str(written))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not isinstance(written, str):
        raise TicketError((Fault("is not an instant with its zone; write 2026-11-20T15:00:00Z", "now"),))
    return at


def _placed(faults: Faults, text: str, source: str, under: Path) -> Faults:
    """Return the faults with the lines on which they stand, where the text can be read for them."""
    try:
        document = read_yaml(text, source)
    except ConfigError:
        document = Document(None, {}, source)
    return tuple(document.fault((*under, *parts(fault.path)), fault.message) for fault in faults)
