"""``sla-sidecar connect``: fields, forms, webhook, trigger and views on the platform, and the connection's settings."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from adapters import registry
from adapters.base import SetUpPlan, SetUpResult
from adapters.services import Services
from core import marked_outage
from core.errors import ConfigError
from core.evaluate import Overall
from core.facts import BUILT_IN
from core.policy import At, Policy
from core.update import Field
from webhooks.cli.options import pairs, settings_option
from webhooks.configuration import Configuration
from webhooks.links import adapter_of, books_of
from webhooks.settings import Settings


@click.command()
@click.argument("platform", metavar="PLATFORM")
@click.option("--connection", help="The connection's name (default: the platform's).")
@click.option("--policy", help="A bundled policy or a path; needed the first time.")
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE", help="A setting of the platform, as subdomain=acme."
)
@click.option("--parameter", multiple=True, metavar="KEY=VALUE", help="A parameter of the policy.")
@click.option("--public-url", help="How the platform reaches this service; needed the first time.")
@click.option("--team", "teams", multiple=True, help="Make a view for this team; repeat for more.")
@click.option("--dry-run", is_flag=True, help="Ask the platform, say what would be done, change nothing.")
@click.option("--remove", is_flag=True, help="Take away what an earlier run created, but for fields and their values.")
@click.option(
    "--delete-fields", is_flag=True, help="With --remove: the fields as well, with their values on every ticket."
)
@settings_option
def connect(
    platform: str,
    connection: str | None,
    policy: str | None,
    given: tuple[str, ...],
    parameter: tuple[str, ...],
    public_url: str | None,
    teams: tuple[str, ...],
    dry_run: bool,
    remove: bool,
    delete_fields: bool,
    settings: Path,
) -> None:
    """Connect PLATFORM, or connect it again: everything is looked for before it is created, so repeating is safe.

    Secrets are taken from the environment (ZENDESK_CLIENT_SECRET, …) or asked for and kept in files beside the
    settings. Nothing is written to tickets afterwards until you set `write: on` for the connection.
    """
    name = connection or platform
    factory = registry.factory(platform)
    file = Configuration(settings)
    _describe(file, name, platform, policy, public_url, pairs("--set", given), pairs("--parameter", parameter))
    needed = registry.needed_secrets(platform, file.connection(name)["settings"])
    _secrets(file, name, platform, factory.secrets, needed)
    loaded = file.settings()  # with a fault in it nothing is written: what stood there goes on working
    plan = replace(_plan(loaded, name, teams), dry_run=dry_run, remove=remove, delete_fields=delete_fields)
    if not dry_run:
        file.save()  # before anything is made: a run that fails half-way is found again by its address
    result = adapter_of(name, loaded.connections[name], Services()).set_up(plan)
    for step in result.steps:
        click.echo(f"{step.action:<7} {step.what}: {step.name}" + (f" ({step.id})" if step.id else ""))
    if dry_run:
        click.echo("nothing was changed on the platform")
        return
    _keep(file, name, result)
    file.save()
    click.echo(f"{settings} is written; writing to tickets is {loaded.connections[name].write}")
    if not remove:
        click.echo(f"next: `sla-sidecar doctor {name}`, then `sla-sidecar serve`")


def _describe(
    file: Configuration,
    name: str,
    platform: str,
    policy: str | None,
    public_url: str | None,
    given: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> None:
    """Put what the options say into the file."""
    part = file.connection(name)
    if part.get("platform", platform) != platform:
        raise ConfigError(f"connection {name!r} is one to {part['platform']}; choose another name with --connection")
    if policy is None and "policy" not in part:
        raise ConfigError("--policy is needed the first time: a bundled policy's name or a file's path")
    if public_url:
        file.data["public_url"] = public_url
    file.merge(part, {"platform": platform, **({"policy": policy} if policy else {})})
    if parameters:
        file.merge(part, {"parameters": dict(parameters)})
    part.setdefault("token", file.new_token(name) if "token" not in part else part["token"])
    part.setdefault("write", "off")
    file.merge(part.setdefault("settings", {}), given)


def _secrets(file: Configuration, name: str, platform: str, known: Mapping[str, str], needed: frozenset[str]) -> None:
    """Refer to each secret that the environment has, and ask for those that are needed and nowhere to be found."""
    part = file.connection(name).setdefault("secrets", {})
    for secret, about in known.items():
        variable = f"{platform}_{secret}".upper()
        if secret in part:
            continue
        if os.environ.get(variable):
            part[secret] = f"${{{variable}}}"
        elif secret in needed:
            value = click.prompt(f"{secret} ({about})", hide_input=True)
            part[secret] = file.secret(name, secret, value)


def _plan(settings: Settings, name: str, teams: tuple[str, ...]) -> SetUpPlan:
    """Return what the connection's policies need on the platform."""
    policies = books_of(settings)[name].policies
    inputs: dict[str, tuple[str, ...]] = {}
    for each in map(_inputs, policies):
        inputs |= {fact: _united([inputs.get(fact, ()), values]) for fact, values in each.items()}
    return SetUpPlan(settings.webhook_url(name), _fields(policies), inputs, teams)


def _fields(policies: Sequence[Policy]) -> dict[Field, tuple[str, ...]]:
    """Return our fields with the values of those that are drop-downs."""
    fields: dict[Field, tuple[str, ...]] = {Field.STATE: tuple(state.value for state in Overall)}
    if tiers := sorted({tier for policy in policies for tier in policy.tiers}):
        fields[Field.TIER] = tuple(str(tier) for tier in tiers)
    if plans := _united(policy.plans for policy in policies):
        fields[Field.PLAN] = plans
    fields[Field.NEXT] = _united([metric.value for metric in policy.metrics] for policy in policies)
    return fields | {Field.NEXT_DUE: (), Field.FIRST_RESPONSE_DUE: (), Field.RESOLUTION_DUE: ()}


def _united(several: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return every value once, in the order in which it first comes."""
    return tuple(dict.fromkeys(value for values in several for value in values))


def _inputs(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Return what agents fill in: the facts that rules ask about, workaround and escalation tick-boxes."""
    rules = [rule.when for rule in policy.tier_rules] + [rule.when for rule in (*policy.cover, *policy.exclusions)]
    asked = frozenset[str]().union(*(rule.names() for rule in rules)) - set(BUILT_IN) | set(policy.form.add_ons)
    inputs: dict[str, tuple[str, ...]] = {}
    for name, values in policy.form.facts.items():
        if name in asked:
            inputs[name] = tuple(values) if isinstance(values, list) else ()
    if policy.met_by_workaround:
        inputs["workaround"] = ()
    if any(level.at is At.REQUEST for ladder in policy.ladders for level in ladder.levels):
        inputs["escalate"] = ()
    if policy.form.availability is not None:
        inputs[marked_outage.KIND] = marked_outage.KINDS
    return inputs


def _keep(file: Configuration, name: str, result: SetUpResult) -> None:
    part = file.connection(name)
    file.merge(part.setdefault("settings", {}), result.settings)
    if result.teams:  # a name that the admin wrote stays
        part["teams"] = {**result.teams, **part.get("teams", {})}
    for secret, value in result.secrets.items():
        part.setdefault("secrets", {})[secret] = file.secret(name, secret, value)
