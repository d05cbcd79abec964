"""``sla-sidecar policy``: show, check and test a policy file, and print the schema of one."""

import json
import sys
from datetime import UTC, datetime

import click
from rich.console import Console

from core.policy_file import PolicyForm
from core.policy_load import load_policy
from core.policy_tests import run_tests
from core.prover import Severity, prove, render
from core.yaml_text import read_yaml
from webhooks.cli.policy_changes import apply, diff
from webhooks.cli.policy_page import page
from webhooks.policy_files import PolicyText, bundled, policy_text, read_parameters

_PARAMETERS = click.option(
    "--parameters", type=click.Path(exists=True, dir_okay=False), help="The admin's values, a YAML file."
)
_NARROWEST = 120


@click.group()
def policy() -> None:
    """Show, check and test support policies. POLICY is a bundled name or the path of a YAML file."""


policy.add_command(diff)
policy.add_command(apply)


@policy.command()
@click.argument("policy")
@click.option("--clauses", is_flag=True, help="Also list the document's clause for every target.")
@_PARAMETERS
def show(policy: str, clauses: bool, parameters: str | None) -> None:
    """Print POLICY as tables that can be held beside the vendor's document."""
    found = policy_text(policy)
    loaded = load_policy(found.text, found.source, read_parameters(parameters, policy), use_examples=True)
    out = Console()
    out.width = max(out.width, _NARROWEST)
    for part in page(loaded, clauses=clauses):
        out.print(part)


@policy.command()
@click.argument("policy", required=False)
@click.option("--strict", is_flag=True, help="Let warnings count as faults.")
@_PARAMETERS
def check(policy: str | None, strict: bool, parameters: str | None) -> None:
    """Prove that POLICY (without one: every bundled policy) says what it seems to say.

    Exit status 1 when a fault is found, 2 when the policy cannot be read at all.
    """
    today = datetime.now(UTC).date()
    bad = False
    for name in [policy] if policy else bundled():
        found = policy_text(name)
        loaded = load_policy(found.text, found.source, read_parameters(parameters, name), use_examples=True)
        findings = prove(loaded, read_yaml(found.text, found.source), on=today)
        faults = [each for each in findings if strict or each.severity is Severity.FAULT]
        bad = bad or bool(faults)
        if findings:
            click.echo(render(findings))
        click.echo(f"{name}: {len(faults)} faults, {len(findings) - len(faults)} warnings{_examples(loaded.examples)}")
    sys.exit(1 if bad else 0)


@policy.command()
@click.argument("policy", required=False)
@_PARAMETERS
def test(policy: str | None, parameters: str | None) -> None:
    """Run the cases that POLICY (without one: every bundled policy) brings with it."""
    bad = False
    for name in [policy] if policy else bundled():
        found: PolicyText = policy_text(name)
        outcomes = list(run_tests(found.text, found.source, read_parameters(parameters, name)))
        for each in outcomes:
            click.echo(f"{'FAILED' if each.differences else 'ok    '} {name}: {each.name}")
            for difference in each.differences:
                click.echo(f"         {difference}")
        failed = sum(bool(each.differences) for each in outcomes)
        bad = bad or failed > 0
        click.echo(f"{name}: {len(outcomes) - failed} passed, {failed} failed")
    sys.exit(1 if bad else 0)


@policy.command()
def schema() -> None:
    """Print the JSON schema of policy files, for editors."""
    click.echo(json.dumps(PolicyForm.model_json_schema(), indent=2))


def _examples(examples: frozenset[str]) -> str:
    return f" (with EXAMPLE values for {len(examples)} parameters)" if examples else ""
