"""``sla-sidecar password``: turn a password into the hash that ``sidecar.yaml`` holds."""

import click
from werkzeug.security import generate_password_hash

SHORTEST = 12


@click.command()
@click.password_option(help="Asked for when it is not given; given here it stays in the shell's history.")
def password(password: str) -> None:
    """Print the hash of a password for the console's settings."""
    if problem := problem_of(password):
        raise click.UsageError(problem)
    click.echo(generate_password_hash(password))


def problem_of(password: str) -> str | None:
    """Return what is wrong with a password, or None."""
    if len(password) < SHORTEST:
        return f"the password has fewer than {SHORTEST} characters; choose a longer one"
    return None
