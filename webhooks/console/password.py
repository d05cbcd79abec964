"""``sla-sidecar password``: turn a password into the hash that ``sidecar.yaml`` holds."""

import click
from werkzeug.security import generate_password_hash

SHORTEST = 12


@click.command()
@click.password_option(help="Asked for when it is not given; given here it stays in the shell's history.")
def password(password: str) -> None:
    """Print the hash of a password for the console's settings."""
    if len(password) < SHORTEST:
        raise click.UsageError(f"the password has fewer than {SHORTEST} characters; choose a longer one")
    click.echo(generate_password_hash(password))
