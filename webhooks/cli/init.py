"""``sla-sidecar init``: asks what a first ``sidecar.yaml`` needs, and writes it. ``connect`` then completes it."""

import os
import re
import secrets as randomness
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy.engine import make_url
from werkzeug.security import generate_password_hash

from adapters import registry
from adapters.common.questions import Question
from core.errors import ConfigError, Fault
from webhooks.cli.asking import Asker
from webhooks.cli.draft import Draft
from webhooks.cli.init_policy import ask_policy
from webhooks.cli.options import pairs, settings_option
from webhooks.console.password import problem_of
from webhooks.policy_files import read_parameters
from webhooks.settings import DEFAULT_FILE, DEFAULT_LISTEN

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPED = "-"
_PAIR = "KEY=VALUE"


@click.command()
@click.option("--platform", help="The helpdesk: zendesk, jira, freshdesk, django_helpdesk or a plug-in's.")
@click.option("--connection", help="A name for the account (default: the platform's).")
@click.option("--set", "given", multiple=True, metavar=_PAIR, help="A setting of the platform, as subdomain=acme.")
@click.option(
    "--secret", "secret", multiple=True, metavar="NAME=VARIABLE", help="The environment variable that has a secret."
)
@click.option("--policy", help="A bundled policy or a path.")
@click.option("--parameter", multiple=True, metavar=_PAIR, help="A parameter of the policy.")
@click.option("--parameters", type=click.Path(exists=True, dir_okay=False), help="Many parameters, a YAML file.")
@click.option("--public-url", help="How the platform reaches this service: https://sla.example.com.")
@click.option("--listen", help="Address and port to listen on (default: 127.0.0.1:8080).")
@click.option("--database", help="sqlite, sqlite:///file or postgresql://user:${VARIABLE}@host/name.")
@click.option("--console/--no-console", "console", default=True, help="Whether there are pages under /console.")
@click.option(
    "--console-password", envvar="SIDECAR_CONSOLE_PASSWORD", help="The operator's; better by SIDECAR_CONSOLE_PASSWORD."
)
@click.option("--timezone", help="Of the console's lists and weeks: America/New_York.")
@click.option("--yes", "unattended", is_flag=True, help="Ask nothing: take options and defaults.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there; the old one is kept beside it.")
@settings_option
def init(
    platform: str | None,
    connection: str | None,
    given: tuple[str, ...],
    secret: tuple[str, ...],
    policy: str | None,
    parameter: tuple[str, ...],
    parameters: str | None,
    public_url: str | None,
    listen: str | None,
    database: str | None,
    console: bool,
    console_password: str | None,
    timezone: str | None,
    unattended: bool,
    overwrite: bool,
    settings: Path,
) -> None:
    """Ask what a first sidecar.yaml needs, and write it. Each question has an option; with --yes nothing is asked.

    Nothing is called and nothing is changed on the helpdesk: that is what `connect` does, next.
    """
    asker, draft = Asker(unattended=unattended), Draft(settings)
    _require_place(asker, settings, overwrite)
    name, kind = _account(asker, draft, platform, connection)
    _settings(asker, draft, name, kind, pairs("--set", given))
    _secrets(asker, draft, name, kind, pairs("--secret", secret))
    values = read_parameters(parameters, policy or "") | pairs("--parameter", parameter)
    ask_policy(asker, draft, name, policy, values)
    _service(asker, draft, public_url, database, listen)
    if console:
        _console(asker, draft, console_password, timezone)
    asker.stop_at_faults()
    draft.put(("connections", name, "write"), "off")
    if faults := draft.faults():
        raise ConfigError(faults)
    _write(draft, settings)
    _say_what_is_next(draft, settings, name, kind)


def _require_place(asker: Asker, path: Path, overwrite: bool) -> None:
    """Stop where a file is in the way and nobody said that it may be replaced."""
    question = f"{path} exists. Replace it? The old one is kept beside it."
    if path.exists() and not overwrite and not asker.confirm(question):
        remedy = "pass --overwrite to replace it; `sla-sidecar connect` adds another account to it"
        raise ConfigError((Fault(f"exists and was left as it is; {remedy}", "", str(path)),))


def _account(asker: Asker, draft: Draft, platform: str | None, connection: str | None) -> tuple[str, str]:
    """Return the connection's name and its platform."""
    known = ", ".join(registry.platforms())
    kind = asker.require(
        "--platform",
        f"Helpdesk ({known})",
        platform,
        lambda each: None if each in registry.platforms() else f"is not known; write one of {known}",
    )
    name = asker.require(
        "--connection",
        "A name for this account",
        connection,
        lambda each: Draft(draft.file.path).problem(("connections", each), {"platform": kind}),
        default=kind,
    )
    draft.put(("connections", name, "platform"), kind)
    return name, kind


def _settings(asker: Asker, draft: Draft, name: str, kind: str, given: Mapping[str, Any]) -> None:
    """Ask for the account's own settings."""
    place = ("connections", name, "settings")
    draft.put(place, {})
    for key, value in given.items():
        if problem := draft.problem((*place, key), value):
            asker.faults.append(Fault(problem, f"--set {key}"))
    for key, question in registry.questions(kind, given).items():

        def check(answer: str, key: str = key, question: Question = question) -> str | None:
            value = [item.strip() for item in answer.split(",")] if question.several else answer
            problem = draft.problem((*place, key), value)
            return f"cannot be used ({problem}); write for instance {question.example}" if problem else None

        asker.ask(f"--set {key}=…", f"{key}: {question.about}, such as {question.example}", None, check)


def _secrets(asker: Asker, draft: Draft, name: str, kind: str, given: Mapping[str, Any]) -> None:
    """Ask where each secret comes from that the account needs, and make the webhook's token."""
    about = registry.factory(kind).secrets
    place = ("connections", name)
    draft.put((*place, "token"), draft.file.kept(name, "token") or draft.file.new_token(name))
    for unknown in given.keys() - about.keys():
        asker.faults.append(Fault(f"`{unknown}` is no secret of {kind}; it takes: {', '.join(about)}", "--secret"))
    asked = [each for each in about if each in registry.needed_secrets(kind, _given(draft, name)) or each in given]
    for each in asked:
        reference: Any = draft.file.kept(name, each) if each not in given else None
        if reference is None:
            variable = asker.ask(
                f"--secret {each}=…",
                f"{each} ({about[each]}): the environment variable that has it, or {_TYPED} to type it",
                str(given[each]) if each in given else None,
                partial(_variable_problem, may_type=not asker.unattended),
                default=f"{kind}_{each}".upper(),
            )
            reference = f"${{{variable}}}"
            if variable == _TYPED:
                reference = draft.file.secret(name, each, click.prompt(each, hide_input=True).strip())
        draft.put((*place, "secrets", each), reference)


def _variable_problem(answer: str, *, may_type: bool) -> str | None:
    if (may_type and answer == _TYPED) or _VARIABLE.fullmatch(answer):
        return None
    return "is no name of a variable; write one such as ZENDESK_CLIENT_SECRET, never the secret itself"


def _given(draft: Draft, name: str) -> Mapping[str, Any]:
    settings: Mapping[str, Any] = draft.file.connection(name)["settings"]
    return settings


def _service(asker: Asker, draft: Draft, public_url: str | None, database: str | None, listen: str | None) -> None:
    """Ask how the service is reached, and where it keeps things."""
    asker.ask(
        "--public-url",
        "How the helpdesk reaches this service, such as https://sla.example.com",
        public_url,
        lambda answer: draft.problem(("public_url",), answer),
    )
    asker.ask(
        "--listen",
        "Address and port to listen on",
        listen or DEFAULT_LISTEN,
        lambda answer: draft.problem(("listen",), answer),
    )
    asker.ask(
        "--database",
        "Database: sqlite, or postgresql://user:${VARIABLE}@host/name",
        database,
        partial(_database_problem, draft),
        default="sqlite",
    )


def _database_problem(draft: Draft, answer: str) -> str | None:
    """Put the database into the draft, and return what is wrong with it; ``sqlite`` is the default's own file."""
    if answer == "sqlite":
        draft.file.data.pop("database", None)
        return None
    if problem := draft.problem(("database",), answer):
        return problem
    password = make_url(answer).password if "://" in answer else None
    if password and "${" not in str(password):
        return "has the password in it; write ${DATABASE_PASSWORD} in its place and set that variable"
    return None


def _console(asker: Asker, draft: Draft, password: str | None, timezone: str | None) -> None:
    """Ask for the operator's password; none means no console."""
    if password is None and not asker.unattended:
        password = _typed_password()
    if not password:
        click.echo("no console: set SIDECAR_CONSOLE_PASSWORD and repeat, or run `sla-sidecar password`", err=True)
        return
    if problem := problem_of(password):
        asker.faults.append(Fault(problem, "--console-password"))
        return
    key = draft.file.kept("console", "session_key")
    draft.put(("console", "operator_password"), generate_password_hash(password))
    made = key or draft.file.secret("console", "session_key", randomness.token_urlsafe(32))
    draft.put(("console", "session_key"), made)
    asker.ask(
        "--timezone",
        "Time zone of the console's lists and weeks",
        timezone,
        lambda answer: draft.problem(("console", "timezone"), answer),
        default="UTC",
    )


def _typed_password() -> str:
    while True:
        text = "Password of the console's operator (empty: no console)"
        password: str = click.prompt(text, hide_input=True, default="", show_default=False)
        problem = problem_of(password) if password else None
        if problem is None and (not password or password == click.prompt("The same again", hide_input=True)):
            return password
        click.echo(f"  error: {problem or 'the two are not the same; type it again'}", err=True)


def _write(draft: Draft, path: Path) -> None:
    """Write the file; one that was there before is kept beside it."""
    draft.lay_out()
    if path.exists():
        path.replace(path.with_name(f"{path.name}.old"))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.file.save()


def _say_what_is_next(draft: Draft, path: Path, name: str, kind: str) -> None:
    click.echo(f"{path} is written; secrets lie in files beside it that only you can read")
    for variable in draft.unset():
        click.echo(f"set {variable} in the environment before you go on")
    account = kind if name == kind else f"{kind} --connection {name}"
    where = "" if str(path) in (DEFAULT_FILE, os.environ.get("SIDECAR_SETTINGS")) else f" --settings {path}"
    click.echo("next:")
    click.echo(f"  sla-sidecar connect {account}{where}    # first with --dry-run, to see what it would create")
    click.echo(f"  sla-sidecar doctor{where}")
    click.echo(f"  sla-sidecar serve{where}")
